import { isSwitchedOn } from "./docx-text.ts";
import { attributeOf, childAt, childElements, type XmlElement } from "./xml.ts";

/** A paragraph's place in a list. */
export interface ListLabel {
  /** What Word shows before the paragraph: "3.", "第二条", "1.2"; empty for bullets. */
  text: string;
  /** Number at the paragraph's own level, from the level's start. */
  count: number;
  /** True for "3." and "3)", which Markdown can say by itself. */
  isPlain: boolean;
}

interface Level {
  format: string;
  template: string;
  start: number;
  /** Shows the numbers of all levels in digits: 2.1 for 二.1. */
  isLegal: boolean;
  /** Style whose paragraphs have this level, when the list is tied to headings. */
  style: string | undefined;
}

/** Gives the labels of numbered paragraphs in document order. */
export interface Numbering {
  /** Counts a paragraph of list `numberingId` at `level` (from 0); `undefined` when there is no such list. */
  next(numberingId: string, level: number): ListLabel | undefined;
  /** The level a paragraph style has in a list tied to styles. */
  levelOfStyle(numberingId: string, style: string): number | undefined;
}

const MAX_LEVELS = 9;
const UNDEFINED_LEVEL: Level = { format: "bullet", template: "", start: 1, isLegal: false, style: undefined };

/** Reads `word/numbering.xml`. Source: ECMA-376 part 1, 17.9. */
export function readNumbering(root: XmlElement | undefined): Numbering {
  const numbering = childAt(root, "numbering");
  const abstractLists = new Map(
    childElements(numbering, "abstractNum").map((list) => [attributeOf(list, "abstractNumId") ?? "", readLevels(list)]),
  );
  const lists = new Map<string, { abstractId: string; levels: Level[]; restarts: Map<number, number> }>();
  for (const instance of childElements(numbering, "num")) {
    const abstractId = attributeOf(childAt(instance, "abstractNumId"), "val") ?? "";
    const levels = abstractLists.get(abstractId);
    if (levels === undefined) continue;
    const restarts = new Map<number, number>();
    for (const override of childElements(instance, "lvlOverride")) {
      const start = attributeOf(childAt(override, "startOverride"), "val");
      if (start !== undefined) restarts.set(Number(attributeOf(override, "ilvl") ?? 0), Number(start));
    }
    lists.set(attributeOf(instance, "numId") ?? "", { abstractId, levels, restarts });
  }
  // Lists of one definition count on together, as Word does it; an override starts anew once.
  const counters = new Map<string, number[]>();
  const begun = new Set<string>();

  return {
    next(numberingId, levelIndex) {
      const list = lists.get(numberingId);
      const level = list?.levels[levelIndex];
      if (list === undefined || level === undefined || levelIndex >= MAX_LEVELS) return undefined;
      const counts = counters.get(list.abstractId) ?? [];
      counters.set(list.abstractId, counts);
      const restart = list.restarts.get(levelIndex);
      if (restart !== undefined && !begun.has(`${numberingId}/${levelIndex}`)) counts[levelIndex] = restart - 1;
      begun.add(`${numberingId}/${levelIndex}`);
      const count = (counts[levelIndex] ?? level.start - 1) + 1;
      counts[levelIndex] = count;
      counts.length = levelIndex + 1;
      if (level.format === "bullet" || level.format === "none") return { text: "", count, isPlain: true };
      const text = level.template.replace(/%(\d)/g, (_, digit: string) => {
        const place = Number(digit) - 1;
        const shown = list.levels[place];
        return shown === undefined
          ? ""
          : formatCount(counts[place] ?? shown.start, level.isLegal ? "decimal" : shown.format);
      });
      return { text: text.trim(), count, isPlain: /^\d+[.)]$/.test(text.trim()) };
    },
    levelOfStyle(numberingId, style) {
      const index = lists.get(numberingId)?.levels.findIndex((level) => level.style === style) ?? -1;
      return index < 0 ? undefined : index;
    },
  };
}

function readLevels(list: XmlElement): Level[] {
  const levels: Level[] = [];
  for (const element of childElements(list, "lvl")) {
    const index = Number(attributeOf(element, "ilvl") ?? 0);
    if (!(index >= 0 && index < MAX_LEVELS)) continue;
    while (levels.length <= index) levels.push({ ...UNDEFINED_LEVEL });
    levels[index] = {
      format: attributeOf(childAt(element, "numFmt"), "val") ?? "decimal",
      template: attributeOf(childAt(element, "lvlText"), "val") ?? "",
      isLegal: isSwitchedOn(element, "isLgl"),
      start: Number(attributeOf(childAt(element, "start"), "val") ?? 1),
      style: attributeOf(childAt(element, "pStyle"), "val"),
    };
  }
  return levels;
}

function formatCount(count: number, format: string): string {
  switch (format) {
    case "chineseCounting":
    case "chineseCountingThousand":
    case "japaneseCounting":
    case "taiwaneseCounting":
    case "taiwaneseCountingThousand":
      return chineseNumber(count);
    case "ideographDigital":
    case "japaneseDigitalTenThousand":
      return String(count).replace(/\d/g, (digit) => "〇一二三四五六七八九"[Number(digit)] ?? "");
    case "decimalZero":
      return String(count).padStart(2, "0");
    case "lowerLetter":
      return letters(count);
    case "upperLetter":
      return letters(count).toUpperCase();
    case "lowerRoman":
      return roman(count);
    case "upperRoman":
      return roman(count).toUpperCase();
    case "decimalEnclosedCircle":
    case "decimalEnclosedCircleChinese":
      return count >= 1 && count <= 20 ? String.fromCodePoint(0x245f + count) : String(count);
    default:
      return String(count);
  }
}

/** 十二, 一百零五; over 9,999 in digits. */
function chineseNumber(count: number): string {
  if (count < 1 || count > 9999) return String(count);
  const digits = String(count).split("").map(Number);
  let text = "";
  for (const [position, digit] of digits.entries()) {
    const unit = ["", "十", "百", "千"][digits.length - 1 - position] ?? "";
    if (digit > 0) text += `${"零一二三四五六七八九"[digit]}${unit}`;
    else if (!text.endsWith("零")) text += "零";
  }
  return text.replace(/零+$/, "").replace(/^一十/, "十");
}

/** a … z, aa, bb … as Word counts. */
function letters(count: number): string {
  const index = (count - 1) % 26;
  return count < 1 || count > 780 ? String(count) : String.fromCharCode(97 + index).repeat(Math.ceil(count / 26));
}

function roman(count: number): string {
  if (count < 1 || count > 3999) return String(count);
  const steps: [number, string][] = [
    [1000, "m"],
    [900, "cm"],
    [500, "d"],
    [400, "cd"],
    [100, "c"],
    [90, "xc"],
    [50, "l"],
    [40, "xl"],
    [10, "x"],
    [9, "ix"],
    [5, "v"],
    [4, "iv"],
    [1, "i"],
  ];
  let rest = count;
  let text = "";
  for (const [value, letter] of steps) {
    while (rest >= value) {
      text += letter;
      rest -= value;
    }
  }
  return text;
}
