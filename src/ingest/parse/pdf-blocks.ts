import type { Block } from "../../core/document.ts";
import { isCjk, joinLines } from "./pdf-characters.ts";
import type { HeadingStyles } from "./pdf-headings.ts";
import type { Line } from "./pdf-lines.ts";
import { median } from "./pdf-median.ts";
import { takeTable } from "./pdf-tables.ts";

const BULLET = /^[•●○◦▪■□◆◇►▶‣·]\s*|^[–—*-]\s+/;
const NUMBER =
  /^(?:\d{1,2}[.)](?=\s|[^\d\s.])|\d{1,2}、|[（(](?:\d{1,2}|[一二三四五六七八九十]{1,3}|[a-z])[)）]|[a-z][.)](?=\s)|[①-⑳])\s*/;
/** Rules drawn with characters; under a line of text Markdown would take them for a heading. */
const RULER = /^[-=_—–~*·.\s]{4,}$/;
const SENTENCE_END = /[.!?。！？…:：;；]["'”’)）」』]*$/;

/** What a document does the same way throughout. */
export interface DocumentHabits {
  styles: HeadingStyles;
  /** Words that it writes with a hyphen, in lower case. */
  compounds: ReadonlySet<string>;
}

/** Blocks of one column. */
export function toBlocks(allLines: readonly Line[], { styles, compounds }: DocumentHabits): Block[] {
  const lines = allLines.filter((line) => line.table !== undefined || !RULER.test(line.text));
  const blocks: Block[] = [];
  const leading = usualLeading(lines);
  const right = Math.max(...lines.map((line) => line.right));
  let index = 0;
  while (index < lines.length) {
    const line = lines[index];
    if (line === undefined) break;
    if (line.table !== undefined) {
      blocks.push({ kind: "table", text: line.table, page: line.page });
      index += 1;
      continue;
    }
    const table = styles.isCode(line) ? undefined : takeTable(lines, index, styles);
    if (table !== undefined) {
      blocks.push({ kind: table.aligned ? "table" : "paragraph", text: table.text, page: line.page });
      index = table.next;
      continue;
    }
    const level = styles.levelOf(line, lines[index - 1], lines[index + 1]);
    let end = index + 1;
    if (level !== undefined) {
      while (end < index + 3 && continuesHeading(lines[end - 1], lines[end], styles)) end++;
      blocks.push({ kind: "heading", level, text: plain(joined(lines.slice(index, end), compounds)), page: line.page });
    } else if (styles.isCode(line)) {
      end = endOfCode(lines, index, styles);
      blocks.push(codeBlock(lines.slice(index, end)));
    } else if (isListItem(line)) {
      const { items, next } = takeList(lines, index, { leading, right, styles, compounds });
      blocks.push(listBlock(items, line.page));
      end = next;
    } else {
      while (end < lines.length && continuesParagraph(lines, end, { leading, right, styles })) end++;
      blocks.push({ kind: "paragraph", text: joined(lines.slice(index, end), compounds), page: line.page });
    }
    index = end;
  }
  return blocks;
}

function joined(lines: readonly Line[], compounds: ReadonlySet<string>): string {
  return lines.reduce((text, line) => joinLines(text, line.text, compounds), "");
}

function plain(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** The usual distance of two baselines, in font sizes. */
function usualLeading(lines: readonly Line[]): number {
  const distances: number[] = [];
  for (const [index, line] of lines.entries()) {
    const next = lines[index + 1];
    if (next === undefined || next.size < 0.9 * line.size || next.size > 1.1 * line.size) continue;
    const distance = (next.baseline - line.baseline) / line.size;
    if (distance > 0.8 && distance < 3) distances.push(distance);
  }
  return median(distances) || 1.2;
}

function continuesHeading(line: Line | undefined, next: Line | undefined, styles: HeadingStyles): boolean {
  if (line === undefined || next === undefined) return false;
  const sameFace = Math.abs(next.size - line.size) < 0.05 * line.size && next.bold === line.bold;
  const close = next.baseline - line.baseline < 1.6 * line.size && next.baseline > line.baseline;
  return sameFace && close && !startsNumbered(next) && styles.isHeadingFace(next);
}

function startsNumbered(line: Line): boolean {
  return (
    /^(?:\d+(?:\.\d+)*[.\s、]|[一二三四五六七八九十]+、|第[\d一二三四五六七八九十百]+[章节条部])/.test(line.text) ||
    isListItem(line)
  );
}

function isListItem(line: Line): boolean {
  return BULLET.test(line.text) || NUMBER.test(line.text);
}

interface Setting {
  leading: number;
  right: number;
  styles: HeadingStyles;
}

/** Whether line `at` belongs to the paragraph of the line above it. */
function continuesParagraph(lines: readonly Line[], at: number, { leading, right, styles }: Setting): boolean {
  const line = lines[at - 1];
  const next = lines[at];
  if (line === undefined || next === undefined) return false;
  if (next.table !== undefined || styles.isCode(next) || isListItem(next) || takeTable(lines, at, styles) !== undefined)
    return false;
  if (Math.abs(next.size - line.size) > 0.2 * line.size) return false;
  if (next.baseline - line.baseline > (leading + 0.35) * Math.max(line.size, next.size)) return false;
  if (styles.levelOf(next, line, lines[at + 1]) !== undefined) return false;
  const indent = line.rightToLeft ? line.right - next.right : next.left - line.left;
  const before = lines[at - 2];
  const lineIsFirst = before === undefined || Math.abs(before.left - line.left) > 0.5 * line.size;
  // The first line of the next paragraph stands further in than the lines of this one.
  if (!lineIsFirst && indent > 0.8 * next.size && indent < 4 * next.size && !isCentred(line, next)) return false;
  const slack = right - line.right;
  const short = !line.rightToLeft && slack > Math.max(4 * line.size, 0.2 * (right - line.left));
  if (short && SENTENCE_END.test(line.text)) return false;
  // A line that ends early although the next word would have fitted was ended on purpose.
  return !(short && firstWordWidth(next) + line.size < slack && startsAfresh(next.text));
}

function isCentred(a: Line, b: Line): boolean {
  return Math.abs(a.left + a.right - b.left - b.right) < a.size;
}

function firstWordWidth(line: Line): number {
  const width = (line.right - line.left) / Math.max(1, line.text.length);
  const word = isCjk(line.text.slice(0, 1)) ? 1 : line.text.search(/\s|$/);
  return width * word;
}

function startsAfresh(text: string): boolean {
  return /^[\p{Lu}\p{N}\p{Lo}"“‘(（【「《[]/u.test(text);
}

interface ListItem {
  text: string;
  left: number;
}

/**
 * Items of the list that starts at line `start`, and the index of the first line after it. An item goes on while its lines hang under
 * its text; a line that hangs under a short one is an item of its own whose marker was drawn, not written.
 */
function takeList(
  lines: readonly Line[],
  start: number,
  { leading, right, styles, compounds }: ListSetting,
): { items: ListItem[]; next: number } {
  const items: ListItem[] = [];
  let marked: Line | undefined;
  let next = start;
  for (; next < lines.length; next++) {
    const line = lines[next];
    const above = next === start ? undefined : lines[next - 1];
    if (line === undefined || line.table !== undefined || styles.isCode(line)) break;
    if (above !== undefined && marked !== undefined) {
      const gap = (line.baseline - above.baseline) / line.size;
      if (Math.abs(line.size - marked.size) > 0.15 * marked.size || gap > (isListItem(line) ? 2.5 : 1) * leading + 0.35)
        break;
      if (styles.levelOf(line, above, lines[next + 1]) !== undefined) break;
      const hangs = line.left > marked.left + 0.5 * line.size;
      if (!isListItem(line) && !hangs && (isShort(above, right, line) || SENTENCE_END.test(above.text))) break;
      if (!isListItem(line)) {
        const last = items.at(-1);
        if (last !== undefined && !(hangs && isShort(above, right, line)))
          last.text = joinLines(last.text, line.text, compounds);
        else items.push({ text: `- ${line.text}`, left: line.left });
        continue;
      }
    }
    items.push({ text: markdownItem(line.text), left: line.left });
    marked = line;
  }
  return { items, next };
}

interface ListSetting extends Setting {
  compounds: ReadonlySet<string>;
}

/** True when the line ends early although the next line's first word would have fitted. */
function isShort(line: Line, right: number, next: Line): boolean {
  const slack = right - line.right;
  return slack > 4 * line.size && firstWordWidth(next) + line.size < slack && startsAfresh(next.text);
}

/** Markdown of a list; items further in are nested by three blanks a level. */
function listBlock(items: readonly ListItem[], page: number): Block {
  const indents: number[] = [];
  const text = items.map((item) => {
    while (indents.length > 0 && item.left < (indents.at(-1) ?? 0) - 3) indents.pop();
    if (indents.length === 0 || item.left > (indents.at(-1) ?? 0) + 6) indents.push(item.left);
    return "   ".repeat(Math.min(4, indents.length - 1)) + item.text;
  });
  return { kind: "list", text: text.join("\n"), page };
}

function markdownItem(text: string): string {
  const bullet = BULLET.exec(text);
  if (bullet !== null) return `- ${text.slice(bullet[0].length)}`;
  const number = /^(\d{1,2})([.)])\s*/.exec(text);
  return number === null ? `- ${text}` : `${number[1]}${number[2]} ${text.slice(number[0].length)}`;
}

function endOfCode(lines: readonly Line[], start: number, styles: HeadingStyles): number {
  let end = start + 1;
  for (let line = lines[end]; line !== undefined && styles.isCode(line); line = lines[end]) end++;
  return end;
}

function codeBlock(lines: readonly Line[]): Block {
  const left = Math.min(...lines.map((line) => line.left));
  const text = lines.map((line) => {
    const character = (line.right - line.left) / Math.max(1, line.text.length);
    return " ".repeat(Math.min(80, Math.round((line.left - left) / Math.max(1, character)))) + line.text;
  });
  const longestRun = Math.max(2, ...(text.join("\n").match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longestRun + 1);
  return { kind: "code", text: `${fence}\n${text.join("\n")}\n${fence}`, page: lines[0]?.page ?? 1 };
}
