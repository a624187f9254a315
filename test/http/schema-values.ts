import fc from "fast-check";
import type { JsonSchema } from "./documented-api.ts";

const TEXTS = [
  "xianheng",
  "如何退公寓？",
  "12",
  "zh",
  "q1",
  "<b>&amp;</b>",
  "'; drop table x --",
  "../../etc/passwd",
  "a\u0000b",
];

/** Values that fit a schema. */
export function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(valuesOf));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => valuesOf({ ...schema, type })));
  const { minimum = -1000, maximum = 1000, minItems = 0, maxItems = 5 } = schema;
  switch (schema.type) {
    case "object":
      return objectsOf(schema);
    case "array":
      return fc.array(valuesOf(schema.items ?? {}), {
        minLength: minItems,
        maxLength: Math.min(maxItems, minItems + 4),
      });
    case "string":
      return textsOf(schema);
    case "integer":
      return fc.integer({ min: Math.max(minimum, -1e9), max: Math.min(maximum, 1e9) });
    case "number":
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case undefined:
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectsOf({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<unknown> {
  const known: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, value] of Object.entries(properties)) {
    known[name] = required.includes(name) ? valuesOf(value) : fc.option(valuesOf(value), { nil: undefined });
  }
  // Keys that are undefined are not sent.
  return fc.record(known);
}

function textsOf({ pattern, minLength = 0, maxLength = 60 }: JsonSchema): fc.Arbitrary<string> {
  if (pattern !== undefined) return fc.integer({ min: 1, max: 99 }).map(String);
  const free = fc.string({ unit: "grapheme", minLength, maxLength: Math.min(maxLength, minLength + 40) });
  return fc.oneof(free, fc.constantFrom(...TEXTS));
}

/** Any text that JSON can carry: halves of surrogate pairs, controls, marks that turn the direction, and very long ones. */
export function oddTexts(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom(
      "\ud800",
      "\udfff\ud800",
      "\u0000",
      "\u202e\u2066",
      "\r\nSet-Cookie: a=b",
      "__proto__",
      "constructor",
    ),
    fc.integer({ min: 5000, max: 70_000 }).map((length) => "长".repeat(length)),
  );
}

/** A value that is no longer what it was: a part of another type, missing, unknown, huge or odd. */
export function mutationsOf(value: unknown): fc.Arbitrary<unknown> {
  const anything = fc.oneof(oddTexts(), fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(1e308, -1, 0.5, null, true));
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    return fc.oneof(
      anything,
      fc.integer({ min: 100, max: 3000 }).map((length) => Array.from({ length }, (_, at) => items[at % items.length])),
      anything.map((one) => [...items, one]),
      ...(items.length > 0 ? [mutationsOf(items[0]).map((one) => [one, ...items.slice(1)])] : []),
    );
  }
  if (typeof value !== "object" || value === null) return anything;
  const entries: [string, unknown][] = Object.entries(value);
  const others = fc.oneof(
    anything,
    fc.tuple(fc.constantFrom("__proto__", "constructor", "prototype", "toString", "unknown"), anything).map(
      // Own keys, as JSON.parse makes them.
      ([name, one]) => Object.fromEntries([...entries, [name, one]]),
    ),
  );
  if (entries.length === 0) return others;
  const inner = fc.nat({ max: entries.length - 1 }).chain((at) => {
    const [name = "", old] = entries[at] ?? [];
    const rest = entries.filter((_, place) => place !== at);
    return fc.oneof(
      fc.constant(Object.fromEntries(rest)),
      anything.map((one) => Object.fromEntries([...rest, [name, one]])),
      mutationsOf(old).map((one) => Object.fromEntries([...rest, [name, one]])),
    );
  });
  return fc.oneof({ weight: 3, arbitrary: inner }, { weight: 1, arbitrary: others });
}
