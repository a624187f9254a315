import type { Block, Parser } from "../../core/document.ts";
import { finishDocument } from "./finish-document.ts";
import { markdownBlocks } from "./markdown-blocks.ts";
import { readText } from "./read-text.ts";

/** Plain text: paragraphs by blank lines, and lines that are plainly headings. */
export const textParser: Parser = {
  name: "text",
  async parse(input) {
    const { text, warnings } = readText(input);
    const blocks = looksLikeMarkdown(text) ? markdownBlocks(text) : textBlocks(text);
    const first = blocks[0];
    const title = first?.kind === "heading" ? { title: first.text } : {};
    return finishDocument({ ...title, mediaType: "text/plain", blocks, warnings }, input.name);
  },
};

/** Headings and links or fences in Markdown: a README under another name. */
function looksLikeMarkdown(text: string): boolean {
  const head = text.slice(0, 100_000);
  const headings = head.match(/(?:^|\n\n)#{1,4} [^\n]+\n\n/g)?.length ?? 0;
  return headings >= 2 && /\n```|\]\(|\n[-*] /.test(head);
}

const CHINESE_NUMBER = "[一二三四五六七八九十百零〇\\d]{1,4}";
const CHAPTER = new RegExp(`^第${CHINESE_NUMBER}(?<kind>[编篇章节条])(?:[\\s　：:、].{0,30}|[^，。；！？,;!?]{0,20})$`);
const LISTED = new RegExp(`^(?:[一二三四五六七八九十]{1,3}、|[（(]${CHINESE_NUMBER}[）)])`);
const NUMBERED = /^(?<number>\d{1,2}(?:\.\d{1,2}){1,3})\.?[ \u3000]+\S/;
const CHAPTER_LEVELS: Record<string, number> = { 编: 1, 篇: 1, 章: 1, 节: 2, 条: 3 };

function textBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  for (const part of text.split(/\n[^\S\n]*(?:\n[^\S\n]*)+/)) {
    const [first = "", second = "", ...rest] = part.split("\n");
    const underlined = /^(?:={3,}|-{3,}|~{3,})\s*$/.exec(second)?.[0];
    const level = underlined === undefined ? headingLevel(first.trim()) : underlineLevel(first, underlined);
    if (level === undefined) blocks.push({ kind: "paragraph", text: part });
    else {
      const body = underlined === undefined ? [second, ...rest] : rest;
      blocks.push({ kind: "heading", level, text: first.trim() });
      blocks.push({ kind: "paragraph", text: body.join("\n") });
    }
  }
  return blocks.filter((block) => block.text.trim() !== "");
}

/** Underlined titles of reStructuredText and old README files. */
function underlineLevel(title: string, underline: string): number | undefined {
  const isTitle = title.trim() !== "" && title.length <= 80 && !/[|+]/.test(title);
  return isTitle ? { "=": 1, "-": 2, "~": 3 }[underline[0] ?? ""] : undefined;
}

/** Level of a line that is a heading beyond doubt: short, numbered as one, and no sentence. */
function headingLevel(line: string): number | undefined {
  if (line === "" || line.length > 40 || /[。；！？，,;!?：:]$/.test(line)) return undefined;
  const chapter = CHAPTER.exec(line)?.groups?.["kind"];
  if (chapter !== undefined) return CHAPTER_LEVELS[chapter];
  if (LISTED.test(line) && line.length <= 25 && !/[，。；]/.test(line)) return line.includes("、") ? 2 : 3;
  const number = NUMBERED.exec(line)?.groups?.["number"];
  return number === undefined || /[，。；]|\. /.test(line.slice(number.length + 1))
    ? undefined
    : number.split(".").length;
}
