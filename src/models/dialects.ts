import { AppError } from "../core/errors.ts";
import type { Dialect } from "./dialect.ts";
import type { LlmSettings } from "./llm-settings.ts";
import { VENDORS } from "./vendors.ts";

/** Loads a dialect's file only when an entry speaks it. */
type LoadDialect = () => Promise<Dialect>;

/** Gateways with a dialect of their own, by `provider`. */
const GATEWAYS: Readonly<Record<string, LoadDialect>> = {};

/** Interfaces of alles-apin, by `api`. */
const ALLES_APIN: Readonly<Record<string, LoadDialect>> = {
  openai: async () => (await import("./alles-apin/openai.ts")).allesApinOpenAi,
};

/** Names of every provider that an entry may have. */
export const PROVIDERS = ["alles-apin", ...Object.keys(GATEWAYS), ...Object.keys(VENDORS)];

/**
 * Finds how an entry's gateway is spoken to.
 * @throws AppError `config_invalid` for a provider or interface that there is not
 */
export async function dialectOf({ provider, api = "openai" }: Pick<LlmSettings, "provider" | "api">): Promise<Dialect> {
  const load = provider === "alles-apin" ? ALLES_APIN[api] : GATEWAYS[provider];
  if (load !== undefined) return load();
  const vendor = VENDORS[provider];
  if (vendor !== undefined) return (await import("./openai-chat.ts")).openAiDialect(vendor);
  const what = provider === "alles-apin" ? `alles-apin with api "${api}"` : `"${provider}"`;
  throw new AppError("config_invalid", `provider ${what} is not available; take another or leave it out`);
}
