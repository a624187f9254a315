import { sentenceSpans } from "../../core/sentences.ts";

/**
 * The smallest thing an extractive answer says: a sentence, a list item, a table row, a code block. A lead is a sentence
 * that means nothing without what follows ("材料如下：").
 */
export interface Unit {
  kind: "sentence" | "lead" | "item" | "row" | "code";
  /** Words as they are said; for a row "column: cell" pairs. */
  text: string;
  /** What the unit is about: the nearest heading or the sentence that leads to its list. */
  context: string;
  /** The nearest heading. */
  section: string;
  /** Items and rows of one list or table share a group. */
  group: number;
  /** Place in the passage, from 0. */
  order: number;
}

const HEADING = /^\s{0,3}#{1,6}\s+(.*?)\s*#*$/u;
const ITEM = /^(\s*)(?:[-*+•·●◆]|\d{1,3}[.)、．]|[（(]\d{1,3}[)）]|[①-⑳])\s*(?=\S)/u;
const ROW = /^\s*\|(.*)\|\s*$/u;
const RULE = /^[\s|:-]+$/u;
const FENCE = /^\s*(?:```|~~~)/u;
/** A line that leads to what follows: 材料如下：, "you need:", or the question of a FAQ. */
const LEAD = /[：:？?]\**$/u;
/** The question of a FAQ reaches to the next question or heading, a lead only to its list. */
const FAQ_QUESTION = /[？?]\**$/u;
/** `[!NOTE]` and its like say nothing. */
const ALERT = /^\s*>?\s*\\?\[!\w+\\?\]\s*$/u;

/** Cuts a passage's Markdown into units, in order. */
export function readUnits(text: string, context: string): Unit[] {
  const units: Unit[] = [];
  const lines = text.split("\n");
  let heading = context;
  let lead = "";
  let group = 0;
  let header: string[] | undefined;
  const add = (kind: Unit["kind"], unitText: string): void => {
    const about = [heading, lead].filter(Boolean).join(" ");
    if (unitText.trim() === "") return;
    units.push({ kind, text: unitText.trim(), context: about, section: heading, group, order: units.length });
  };
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const row = ROW.exec(line);
    if (row === null) header = undefined;
    if (ALERT.test(line)) continue;
    if (FENCE.test(line)) {
      const end = closingFence(lines, index);
      group++;
      add("code", lines.slice(index, end + 1).join("\n"));
      index = end;
    } else if (row !== null) {
      if (RULE.test(line)) continue;
      const cells = splitRow(row[1] ?? "");
      if (header === undefined) {
        header = cells;
        group++;
        // A table of one line has no header below which its row could stand.
        if (!ROW.test(lines[index + 1] ?? "")) add("row", cells.filter(Boolean).join("；"));
      } else {
        add("row", sayRow(header, cells));
      }
    } else if (HEADING.test(line)) {
      heading = HEADING.exec(line)?.[1] ?? heading;
      lead = "";
      group++;
    } else if (ITEM.test(line)) {
      const end = itemEnd(lines, index);
      const parts = lines.slice(index, end + 1).map((part) => part.trim());
      const item = parts.join(" ");
      // The next item of a list of questions is no answer to this one.
      if (FAQ_QUESTION.test(item) || (ITEM.test(lead) && !/^\s/u.test(line))) lead = "";
      add(FAQ_QUESTION.test(item) ? "lead" : "item", item);
      if (FAQ_QUESTION.test(item)) lead = item;
      index = end;
    } else if (line.trim() === "") {
      // A lead reaches over one blank line to its list, table or code.
      const next = nextLine(lines, index);
      const used = units.at(-1)?.kind !== "lead";
      if (FAQ_QUESTION.test(lead)) continue;
      if (!ITEM.test(next) && (used || (!ROW.test(next) && !FENCE.test(next)))) {
        group++;
        lead = "";
      }
    } else {
      group++;
      const spans = sentenceSpans(line);
      for (const span of spans) {
        const sentence = line.slice(span.start, span.end).replace(/^>\s*/u, "");
        const leads = LEAD.test(sentence);
        if (leads) lead = "";
        add(leads ? "lead" : "sentence", sentence);
        if (leads) lead = sentence;
      }
    }
  }
  return units;
}

function closingFence(lines: string[], start: number): number {
  for (let index = start + 1; index < lines.length; index++) if (FENCE.test(lines[index] ?? "")) return index;
  return lines.length - 1;
}

/** Last line of an item: continuation lines are indented and are no item themselves. */
function itemEnd(lines: string[], start: number): number {
  let end = start;
  while (/^\s{2,}\S/u.test(lines[end + 1] ?? "") && !ITEM.test(lines[end + 1] ?? "")) end++;
  return end;
}

function nextLine(lines: string[], index: number): string {
  for (let next = index + 1; next < lines.length; next++)
    if ((lines[next] ?? "").trim() !== "") return lines[next] ?? "";
  return "";
}

function splitRow(inner: string): string[] {
  return inner.split(/(?<!\\)\|/u).map((cell) => cell.trim().replace(/\\\|/gu, "|"));
}

/** "项目：押金；单价：1000 元" – a row read aloud with its header; a unit in the header goes to its figure. */
function sayRow(header: string[], cells: string[]): string {
  const chinese = /\p{Script=Han}/u.test(header.join("") + cells.join(""));
  const colon = chinese ? "：" : ": ";
  const parts = cells.flatMap((cell, column) => {
    if (cell === "") return [];
    const name = header[column] ?? "";
    if (name === "" || name === cell) return [cell];
    const [, bare, unit] = /^(.+?)\s*[（(]([^（）()]{1,8})[)）]$/u.exec(name) ?? [];
    const isFigure = /^[\d.,]+$/u.test(cell);
    return bare !== undefined && isFigure ? [`${bare}${colon}${cell} ${unit ?? ""}`] : [`${name}${colon}${cell}`];
  });
  return parts.join(chinese ? "；" : "; ");
}
