import type { Block, Parser } from "../../core/document.ts";
import { finishDocument } from "./finish-document.ts";
import { readText } from "./read-text.ts";

/** Fence names that differ from the extension. */
const LANGUAGES: Record<string, string> = {
  py: "python",
  pyi: "python",
  ts: "typescript",
  mts: "typescript",
  cts: "typescript",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  rs: "rust",
  rb: "ruby",
  kt: "kotlin",
  cs: "csharp",
  cc: "cpp",
  cxx: "cpp",
  hpp: "cpp",
  hh: "cpp",
  h: "c",
  sh: "bash",
  zsh: "bash",
  yml: "yaml",
  cfg: "ini",
  conf: "ini",
  ps1: "powershell",
};

/** Code blocks are closed at the first good border after this many characters. */
const BLOCK_CHARS = 400;

/** A line that starts something new at the left margin. */
const DEFINITION =
  /^(?:(?:export|public|private|protected|static|async|abstract|default|pub|final)\s+)*(?:def|class|function|func|fn|struct|enum|interface|trait|impl|type|const|module|namespace|create|select|insert|\[)/i;

/** Source code and configuration as fenced blocks, cut between definitions and at blank lines. */
export const sourceCodeParser: Parser = {
  name: "source-code",
  async parse(input) {
    const { text, warnings } = readText(input);
    const extension = (/\.([^.]+)$/.exec(input.name)?.[1] ?? input.name).toLowerCase();
    const language = LANGUAGES[extension] ?? extension.replace(/[^\w+#-]/g, "");
    const blocks = codeParts(text).map((part): Block => ({ kind: "code", text: fenced(part, language) }));
    return finishDocument({ mediaType: "text/plain", blocks, warnings }, input.name);
  },
};

function codeParts(text: string): string[] {
  const parts: string[] = [];
  let lines: string[] = [];
  let chars = 0;
  const flush = () => {
    const part = lines.join("\n").replace(/^(?:[^\S\n]*\n)+|\s+$/g, "");
    if (part.trim() !== "") parts.push(part);
    lines = [];
    chars = 0;
  };
  let isAfterBlank = true;
  for (const line of text.split("\n")) {
    const isAtMargin = /^\S/.test(line) && !/^[)\]}]/.test(line);
    const startsDefinition = isAtMargin && DEFINITION.test(line) && chars > BLOCK_CHARS / 4;
    if (isAfterBlank && isAtMargin && (chars > BLOCK_CHARS || startsDefinition)) flush();
    lines.push(line);
    chars += line.length + 1;
    isAfterBlank = line.trim() === "";
  }
  flush();
  return parts;
}

function fenced(code: string, language: string): string {
  const longest = (code.match(/`{3,}/g) ?? []).reduce((length, run) => Math.max(length, run.length), 2);
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}
