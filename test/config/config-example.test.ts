import { readFileSync } from "node:fs";
import { parse as parseToml } from "smol-toml";
import { expect, test } from "vitest";
import { z } from "zod";
import { optionsOf } from "../../src/config/describe-issue.ts";
import { configSchema } from "../../src/config/schema.ts";

const example = readFileSync(new URL("../../config.ini.example", import.meta.url), "utf8");

/** One table of the example with its keys, each with the comment line above it. */
interface Table {
  name: string;
  keys: { key: string; value: string; comment: string }[];
}

const HEADER = /^(?:# )?\[\[?([a-z.]+)\]\]?$/;
const SETTING = /^# ([a-z_]+) = (.+)$/;

function readTables(text: string): Table[] {
  const tables: Table[] = [];
  let comment = "";
  for (const line of text.split("\n")) {
    const header = HEADER.exec(line)?.[1];
    const [, key, value] = SETTING.exec(line) ?? [];
    if (header !== undefined) {
      tables.push({ name: header, keys: [] });
    } else if (key !== undefined && value !== undefined) {
      tables.at(-1)?.keys.push({ key, value, comment });
    }
    comment = line;
  }
  return tables;
}

const tables = readTables(example);
const sections = Object.entries(configSchema.shape).filter(([name]) => name !== "llm" && name !== "channel");

/** Taken out of its default, with the default. */
function openField(field: z.core.$ZodType | undefined): { inner: z.core.$ZodType | undefined; fallback?: unknown } {
  if (field instanceof z.ZodDefault) {
    return { ...openField(field.def.innerType), fallback: field.def.defaultValue };
  }
  return field instanceof z.ZodOptional ? openField(field.def.innerType) : { inner: field };
}

function expectDocumented({ key, value, comment }: Table["keys"][number], field: z.core.$ZodType | undefined): void {
  const { inner, fallback } = openField(field);
  const meta = inner instanceof z.ZodType ? inner.meta() : undefined;
  expect(comment, key).toContain(meta?.description);
  expect(comment, key).toMatch(/\p{Script=Han}/u);
  if (inner instanceof z.ZodNumber) {
    expect(comment, key).toContain(`${String(meta?.["unit"])}, ${inner.minValue} to `);
  }
  if (fallback !== undefined) {
    expect(parseToml(`value = ${value}`)["value"], key).toEqual(fallback);
  }
}

function tableOf(list: "llm" | "channel", choice: string): Table | undefined {
  return tables.find(({ name, keys }) => name === list && keys[0]?.value === JSON.stringify(choice));
}

function choicesOf(option: z.ZodObject, discriminator: string): string[] {
  const field = option.shape[discriminator];
  if (field instanceof z.ZodLiteral) {
    return [...field.values].map(String);
  }
  return field instanceof z.ZodEnum ? field.options.map(String) : [];
}

test("the example as it stands is valid and changes nothing", () => {
  expect(configSchema.parse(parseToml(example))).toEqual(configSchema.parse({}));
});

test("the example with every line taken out of its comment is valid", () => {
  const lines = example
    .split("\n")
    .map((line) => (HEADER.test(line) || SETTING.test(line) ? line.replace("# ", "") : ""));
  const config = configSchema.parse(parseToml(lines.join("\n")));
  expect(config.channel).toHaveLength(9);
  expect(config.llm.map((entry) => entry.provider)).toContain("qianfan");
});

test.each(sections)("the example documents every key of [%s] once with default, unit and meaning", (name, section) => {
  const [option] = optionsOf(section);
  const found = tables.filter((table) => table.name === name);
  expect(found).toHaveLength(1);
  expect(found[0]?.keys.map(({ key }) => key)).toEqual(Object.keys(option?.shape ?? {}));
  for (const setting of found[0]?.keys ?? []) {
    expectDocumented(setting, option?.shape[setting.key]);
  }
});

test("the example has a block for every kind of provider with the keys it needs", () => {
  const documented = new Set<string>();
  for (const option of optionsOf(configSchema.shape.llm)) {
    const table = tableOf("llm", choicesOf(option, "provider")[0] ?? "");
    const keys = table?.keys.map(({ key }) => key) ?? [];
    keys.forEach((key) => documented.add(key));
    const required = Object.entries(option.shape).filter(([, field]) => !isOptional(field));
    expect(keys).toEqual(expect.arrayContaining(required.map(([key]) => key)));
    table?.keys.slice(1).forEach((setting) => expectDocumented(setting, option.shape[setting.key]));
  }
  const known = optionsOf(configSchema.shape.llm).flatMap((option) => Object.keys(option.shape));
  expect([...documented].toSorted()).toEqual([...new Set(known)].toSorted());
});

test("the example names every provider", () => {
  for (const option of optionsOf(configSchema.shape.llm)) {
    for (const provider of choicesOf(option, "provider")) {
      expect(example).toMatch(new RegExp(`^# .*\\b${provider}\\b`, "m"));
    }
  }
});

test("the example has a block for every kind of channel with all its own keys", () => {
  for (const option of optionsOf(configSchema.shape.channel)) {
    const kind = choicesOf(option, "kind")[0] ?? "";
    const table = tableOf("channel", kind);
    const expected = Object.keys(option.shape).filter(
      (key) => key !== "group" && (key !== "groups" || kind === "lark"),
    );
    expect(table?.keys.map(({ key }) => key).toSorted()).toEqual(expected.toSorted());
    table?.keys.slice(1).forEach((setting) => expectDocumented(setting, option.shape[setting.key]));
  }
});

test("the example's group block has every key that a group may change, with its default", () => {
  const [lark] = optionsOf(configSchema.shape.channel);
  const [override] = optionsOf(lark?.shape["group"]);
  const block = tables.find(({ name }) => name === "channel.group");
  expect(block?.keys.map(({ key }) => key).toSorted()).toEqual(Object.keys(override?.shape ?? {}).toSorted());
  const { corpus, gate, group, attention } = configSchema.parse({});
  const defaults: Record<string, unknown> = { ...corpus, ...gate, ...group, ...attention };
  for (const { key, value } of block?.keys.slice(1) ?? []) {
    expect(parseToml(`value = ${value}`)["value"], key).toEqual(defaults[key]);
  }
});

function isOptional(field: z.core.$ZodType | undefined): boolean {
  return field instanceof z.ZodDefault || field instanceof z.ZodOptional;
}
