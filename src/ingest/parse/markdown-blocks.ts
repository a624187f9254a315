import type { Nodes, RootContent } from "mdast";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified } from "unified";
import type { Block } from "../../core/document.ts";
import { htmlToBlocks } from "./html-blocks.ts";
import { inlineText, plainText } from "./markdown-inline.ts";

/** Longer texts are parsed in parts: the parser's time grows faster than the text. */
const PART_CHARS = 10_000;

const processor = unified().use(remarkParse).use(remarkGfm);

/** The blocks of a Markdown text; what is not changed for reading stays exactly as it is written. */
export function markdownBlocks(text: string): Block[] {
  const definitions = findDefinitions(text);
  const parts = partsOf(text);
  return parts.flatMap((part) => {
    // A reference is none for the parser unless it sees the definition.
    const needed = parts.length === 1 ? "" : definitionsFor(part, definitions);
    return blocksOrParagraphs(part, needed, definitions);
  });
}

/** Quotes or lists that nest thousands deep exhaust the parser's stack; they are read as plain paragraphs. */
function blocksOrParagraphs(part: string, needed: string, definitions: ReadonlyMap<string, string>): Block[] {
  try {
    return blocksOfPart(needed + part, definitions);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return part.split(/\n{2,}/).map((text): Block => ({ kind: "paragraph", text }));
  }
}

function definitionsFor(part: string, definitions: ReadonlyMap<string, string>): string {
  const labels = new Set(Array.from(part.matchAll(/\[([^\]\n]{1,200})\]/g), (found) => labelKey(found[1] ?? "")));
  const lines = Array.from(labels).flatMap((label) => {
    const address = definitions.get(label);
    return address === undefined ? [] : [`[${label}]: <${address}>\n`];
  });
  return lines.length === 0 ? "" : `${lines.join("")}\n`;
}

function labelKey(label: string): string {
  return label.trim().toLowerCase().replace(/\s+/g, " ");
}

function blocksOfPart(source: string, definitions: ReadonlyMap<string, string>): Block[] {
  const blocks: Block[] = [];
  let readUntil = 0;
  for (const node of processor.parse(source).children) {
    const start = node.position?.start.offset ?? 0;
    const end = node.position?.end.offset ?? source.length;
    if (start < readUntil) continue;
    if (node.type === "html") {
      readUntil = endOfHtmlTable(source, start, end);
      for (const block of htmlToBlocks(source.slice(start, readUntil))) blocks.push(block);
    } else {
      const block = blockOf(node, source, definitions);
      if (block !== undefined && block.text.trim() !== "") blocks.push(block);
    }
  }
  return blocks;
}

function blockOf(node: RootContent, source: string, definitions: ReadonlyMap<string, string>): Block | undefined {
  if (node.type === "definition" || node.type === "thematicBreak") return undefined;
  if (node.type === "heading") {
    return { kind: "heading", level: node.depth, text: plainText(node).replace(/\s*\{#[\w-]+\}$/, "") };
  }
  if (node.type === "code") return { kind: "code", text: codeText(source, node) };
  const text = inlineText(node, source, definitions);
  if (node.type === "table") return { kind: "table", text: withoutPadding(text) };
  if (node.type === "list") return { kind: "list", text };
  return { kind: node.type === "blockquote" ? "quote" : "paragraph", text };
}

/** Cells padded to the width of their column would fill a passage with blanks and dashes. */
function withoutPadding(table: string): string {
  const lines = table.split("\n").map((line) => line.replace(/[^\S\n]{2,}/g, " "));
  const delimiter = lines[1];
  if (delimiter !== undefined) lines[1] = delimiter.replace(/-{4,}/g, "---");
  return lines.join("\n");
}

function codeText(source: string, node: Extract<Nodes, { type: "code" }>): string {
  const text = source.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0);
  const fence = /^(?:`{3,}|~{3,})/.exec(text)?.[0];
  const lastLine = text.slice(text.lastIndexOf("\n") + 1).trim();
  if (fence !== undefined && text.includes("\n") && lastLine.startsWith(fence)) return text;
  const longest = (node.value.match(/`{3,}/g) ?? []).reduce((length, run) => Math.max(length, run.length), 2);
  const own = "`".repeat(longest + 1);
  return node.value.trim() === "" ? "" : `${own}${node.lang ?? ""}\n${node.value}\n${own}`;
}

/** A blank line ends an HTML block in Markdown, but not a table that is still open. */
function endOfHtmlTable(source: string, start: number, end: number): number {
  const html = source.slice(start, end).toLowerCase();
  if (!html.includes("<table") || html.includes("</table")) return end;
  const close = /<\/table\s*>/gi;
  close.lastIndex = end;
  const found = close.exec(source);
  return found === null ? end : found.index + found[0].length;
}

const DEFINITION = /^ {0,3}\[(?<label>[^\]\n]{1,200})\]:[^\S\n]*<?(?<address>[^\s>]+)>?/gm;

function findDefinitions(text: string): Map<string, string> {
  const definitions = new Map<string, string>();
  for (const { groups } of text.matchAll(DEFINITION)) {
    const label = labelKey(groups?.["label"] ?? "");
    const address = groups?.["address"];
    if (label !== "" && address !== undefined && !label.startsWith("^") && !definitions.has(label)) {
      definitions.set(label, address);
    }
  }
  return definitions;
}

/** Cuts a long text before headings that stand outside fences. */
function partsOf(text: string): string[] {
  if (text.length <= PART_CHARS) return [text];
  const parts: string[] = [];
  let partStart = 0;
  let offset = 0;
  let fence: string | undefined;
  let isAfterBlank = true;
  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    const isBorder =
      fence === undefined && (/^#{1,6}\s/.test(line) || (isAfterBlank && /^[^\s>|<\-*+\d`~[]/.test(line)));
    if (isBorder && offset - partStart > PART_CHARS) {
      parts.push(text.slice(partStart, offset));
      partStart = offset;
    }
    if (mark !== undefined && fence === undefined) fence = mark;
    else if (mark !== undefined && fence !== undefined && mark.startsWith(fence) && line.trim() === mark)
      fence = undefined;
    isAfterBlank = line.trim() === "";
    offset += line.length + 1;
  }
  parts.push(text.slice(partStart));
  return parts;
}
