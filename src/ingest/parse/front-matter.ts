import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { errorMessage } from "../../core/errors.ts";

export interface FrontMatter {
  /** The Markdown after the front matter; the whole text where there is none or it is broken. */
  body: string;
  title?: string;
  description?: string;
  warnings: string[];
}

const YAML_FENCE = /^---[^\S\n]*\n(?<data>[\s\S]*?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|$)/;
const TOML_FENCE = /^\+\+\+[^\S\n]*\n(?<data>[\s\S]*?)\n\+\+\+[^\S\n]*(?:\n|$)/;

/** Takes YAML (`---`) or TOML (`+++`) metadata off the beginning of a Markdown text. */
export function readFrontMatter(text: string): FrontMatter {
  const yaml = YAML_FENCE.exec(text);
  const toml = yaml === null ? TOML_FENCE.exec(text) : null;
  const found = yaml ?? toml;
  const data = found?.groups?.["data"];
  if (found === null || data === undefined) return { body: text, warnings: [] };
  let fields: unknown;
  try {
    fields =
      yaml === null ? parseToml(data) : parseYaml(data, { schema: "core", maxAliasCount: 50, logLevel: "error" });
  } catch (error) {
    // The messages of both parsers go on with an excerpt after the first line.
    const reason = errorMessage(error).split("\n")[0] ?? "";
    return { body: text, warnings: [`The front matter cannot be read (${reason}); it was kept as text.`] };
  }
  // Two thematic breaks around a paragraph look like front matter and are none.
  if (typeof fields !== "object" || fields === null || Array.isArray(fields)) return { body: text, warnings: [] };
  const texts = new Map(
    Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
  const title = texts.get("title");
  const description = texts.get("description");
  return {
    body: text.slice(found[0].length),
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    warnings: [],
  };
}
