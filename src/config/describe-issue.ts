import { z } from "zod";
import { configSchema } from "./schema.ts";
import type { FieldRule } from "./fields.ts";
import type { ConfigMessages } from "./messages.ts";
import { nearestKey } from "./nearest-key.ts";

type RawIssue = z.core.$ZodRawIssue;
type Schema = z.core.$ZodType;

/** Makes the sentence for one fault that the schema found. Values of the file never enter it. */
export function describeIssue(issue: RawIssue, messages: ConfigMessages): string {
  if (issue.code === "unrecognized_keys") {
    // One line a key: the caller splits at line ends.
    return issue.keys.map((key) => describeUnknownKey(key, issue, messages)).join("\n");
  }
  if (issue.code === "invalid_union") {
    return describeChoice(issue, messages);
  }
  if (issue.code === "invalid_value") {
    const allowed = issue.values.map(String);
    return issue.input === undefined
      ? messages.missingKey
      : messages.notOneOf(allowed, nearestTo(issue.input, allowed));
  }
  if (issue.code === "too_small" || issue.code === "too_big") {
    return issue.origin === "array" ? messages.listTooShort : messages.outOfRange(...rangeOf(issue.schema));
  }
  if (issue.code === "invalid_type") {
    return describeType(issue, messages);
  }
  return issue.code === "custom" ? describeRule(issue.params, messages) : messages.otherwiseInvalid;
}

/** `[attention] per_hour`, `[[llm]] #2 api_key_env`, `[[channel]] #1 [[group]] #3 id`. */
export function formatPath(path: readonly PropertyKey[]): string {
  const words: string[] = [];
  path.forEach((part, position) => {
    const next = path[position + 1];
    if (typeof part === "number") {
      words.push(`#${part + 1}`);
    } else if (typeof next === "number" && isTableList(part)) {
      words.push(`[[${String(part)}]]`);
    } else if (position === 0 && path.length > 0) {
      words.push(`[${String(part)}]`);
    } else {
      words.push(String(part));
    }
  });
  return words.join(" ");
}

function isTableList(name: PropertyKey): boolean {
  return name === "llm" || name === "channel" || name === "group";
}

function describeUnknownKey(key: string, issue: RawIssue, messages: ConfigMessages): string {
  const known = isObject(issue.schema) ? Object.keys(issue.schema.shape) : [];
  const shown = key.slice(0, 40);
  const path = issue.path ?? [];
  if (path.length === 0) {
    const place = placesOf(key)[0];
    const section = nearestKey(key, known);
    const nearest = section === undefined ? place && `${place.section} ${place.key}` : sectionName(section);
    return messages.unknownSection(shown, nearest, known.map(sectionName));
  }
  if (known.includes(`${key}_env`)) {
    return `${shown}: ${messages.secretByName(`${key}_env`)}`;
  }
  const choice = choiceThatHas(key, path);
  if (choice !== undefined) {
    return messages.keyOfOtherChoice(shown, choice);
  }
  const here = nearestKey(key, known);
  if (here !== undefined) {
    return messages.unknownKey(shown, { key: here, section: formatPath(path) }, known);
  }
  return messages.unknownKey(shown, placesOf(key)[0], known);
}

/** Sections that have the key itself, else one near it. */
function placesOf(key: string): { key: string; section: string }[] {
  const exact: { key: string; section: string }[] = [];
  const near: { key: string; section: string }[] = [];
  for (const [name, keys] of keysBySection()) {
    const found = nearestKey(key, keys);
    if (keys.includes(key)) {
      exact.push({ key, section: sectionName(name) });
    } else if (found !== undefined) {
      near.push({ key: found, section: sectionName(name) });
    }
  }
  return [...exact, ...near];
}

function keysBySection(): [name: string, keys: string[]][] {
  return Object.entries(configSchema.shape).map(([name, section]) => [
    name,
    optionsOf(section).flatMap((option) => Object.keys(option.shape)),
  ]);
}

/** The provider or kind whose entries have the key, where this one's have not. */
function choiceThatHas(key: string, path: readonly PropertyKey[]): string | undefined {
  const name = path[0];
  if ((name !== "llm" && name !== "channel") || path.length !== 2) {
    return undefined;
  }
  const discriminator = name === "llm" ? "provider" : "kind";
  const owners = optionsOf(configSchema.shape[name])
    .filter((option) => key in option.shape)
    .flatMap((option) => choicesOf(option.shape[discriminator]));
  return owners.length === 0 ? undefined : `${discriminator} ${owners.map((owner) => `"${owner}"`).join(", ")}`;
}

function choicesOf(schema: Schema | undefined): string[] {
  if (schema instanceof z.ZodLiteral) {
    return [...schema.values].map(String);
  }
  return schema instanceof z.ZodEnum ? schema.options.map(String) : [];
}

function describeChoice(issue: RawIssue, messages: ConfigMessages): string {
  const discriminator = issue.path?.at(-1);
  const input: unknown = issue.input;
  const given =
    typeof input === "object" && input !== null && typeof discriminator === "string"
      ? Object.entries(input).find(([key]) => key === discriminator)?.[1]
      : undefined;
  const allowed = optionsOf(issue.schema).flatMap((option) => choicesOf(option.shape[String(discriminator)]));
  const list = messages.notOneOf(allowed, nearestTo(given, allowed));
  return given === undefined ? `${messages.missingKey}; ${list}` : list;
}

function describeType(issue: RawIssue & { code: "invalid_type" }, messages: ConfigMessages): string {
  if (issue.input === undefined) {
    return messages.missingKey;
  }
  const last = issue.path?.at(-1);
  if (issue.expected === "int") {
    return messages.notWhole(...rangeOf(issue.schema));
  }
  if (issue.expected === "array" && last !== undefined && isTableList(last)) {
    return messages.needsDoubleBrackets(issue.path?.length === 1 ? String(last) : `channel.${String(last)}`);
  }
  const expected = TYPE_WORDS.get(issue.expected);
  return expected === undefined ? messages.otherwiseInvalid : messages.wrongType(expected);
}

const TYPE_WORDS = new Map<string, string>([
  ["array", "a list"],
  ["boolean", "true or false"],
  ["number", "a number"],
  ["object", "a section"],
  ["string", "a string in quotes"],
]);

function describeRule(params: Record<string, unknown> | undefined, messages: ConfigMessages): string {
  const rule = params?.["rule"];
  return isFieldRule(rule, messages) ? messages.rule[rule] : messages.otherwiseInvalid;
}

function isFieldRule(rule: unknown, messages: ConfigMessages): rule is FieldRule {
  return typeof rule === "string" && rule in messages.rule;
}

function rangeOf(schema: Schema | undefined): [min: number | undefined, max: number | undefined, unit?: string] {
  if (!(schema instanceof z.ZodNumber)) {
    return [undefined, undefined];
  }
  const unit = schema.meta()?.["unit"];
  const bounds: [number | undefined, number | undefined] = [schema.minValue ?? undefined, schema.maxValue ?? undefined];
  return typeof unit === "string" ? [...bounds, unit] : bounds;
}

function nearestTo(input: unknown, allowed: string[]): string | undefined {
  return typeof input === "string" ? nearestKey(input, allowed) : undefined;
}

function sectionName(name: string): string {
  return name === "llm" || name === "channel" ? `[[${name}]]` : `[${name}]`;
}

function isObject(schema: Schema | undefined): schema is z.ZodObject {
  return schema instanceof z.ZodObject;
}

/** The tables a section may be: itself, or each choice of a `[[…]]` list. */
export function optionsOf(schema: Schema | undefined): z.ZodObject[] {
  if (schema instanceof z.ZodObject) {
    return [schema];
  }
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return optionsOf(schema.def.innerType);
  }
  if (schema instanceof z.ZodArray) {
    return optionsOf(schema.def.element);
  }
  return schema instanceof z.ZodUnion ? schema.def.options.flatMap(optionsOf) : [];
}
