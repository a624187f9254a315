import type { ConfigMessages } from "./messages.ts";

export interface CrossFault {
  path: PropertyKey[];
  message: string;
}

/** Faults between keys. They read the raw file, so that they are reported together with the schema's. */
export function findCrossFaults(raw: Record<string, unknown>, messages: ConfigMessages): CrossFault[] {
  return [...duplicateChannelNames(raw, messages), ...missingModel(raw, messages)];
}

/** Sections that only HuixiangDou's own config has; empty for ours. */
export function huixiangdouSections(raw: Record<string, unknown>): string[] {
  const plain = ["feature_store", "worker", "web_search", "sg_search", "frontend"].filter((name) => isTable(raw[name]));
  const { llm } = raw;
  const nested = isTable(llm) ? ["server", "client"].filter((name) => isTable(llm[name])) : [];
  return [...plain.map((name) => `[${name}]`), ...nested.map((name) => `[llm.${name}]`)];
}

function duplicateChannelNames(raw: Record<string, unknown>, messages: ConfigMessages): CrossFault[] {
  const channels: unknown[] = Array.isArray(raw["channel"]) ? raw["channel"] : [];
  const names = channels.map((channel) => (isTable(channel) ? channel["name"] : undefined));
  return names.flatMap((name, position) =>
    typeof name === "string" && names.indexOf(name) < position
      ? [{ path: ["channel", position, "name"], message: messages.duplicateName }]
      : [],
  );
}

/** A section whose provider has no model of its own must name one. */
function missingModel(raw: Record<string, unknown>, messages: ConfigMessages): CrossFault[] {
  const choices = { embedding: "openai", rerank: "vllm" };
  return Object.entries(choices).flatMap(([section, provider]) => {
    const table = raw[section];
    return isTable(table) && table["provider"] === provider && !("model" in table)
      ? [{ path: [section, "model"], message: messages.providerNeedsModel(provider) }]
      : [];
  });
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
