import { isCjk } from "./pdf-characters.ts";
import type { Line } from "./pdf-lines.ts";
import { weightiest } from "./pdf-median.ts";

/** Which faces of a document are headings. */
export interface HeadingStyles {
  /** Font size of the running text, in points. */
  bodySize: number;
  /** 1 to 3 for a heading line, else undefined. */
  levelOf(line: Line, above: Line | undefined, below: Line | undefined): number | undefined;
  /** True when the line's font alone would do for a heading. */
  isHeadingFace(line: Line): boolean;
  /** True for a line of code: monospace in a document whose running text is not. */
  isCode(line: Line): boolean;
}

/** A heading is at least this much larger than the running text. */
const LARGER = 1.12;
const MAX_LEVEL = 3;

function length(line: Line): number {
  return line.table?.length ?? line.text.length;
}

/** Learns from all lines of a document which font sizes and weights stand out from its running text. */
export function headingStyles(lines: readonly Line[]): HeadingStyles {
  const bodySize = weightiest(lines, (line) => Math.round(line.size * 2) / 2, length) ?? 10;
  const total = lines.reduce((sum, line) => sum + length(line), 0);
  const shareOf = (test: (line: Line) => boolean): number =>
    lines.filter(test).reduce((sum, line) => sum + length(line), 0) / Math.max(1, total);
  const boldMatters = shareOf((line) => line.bold) < 0.35;
  const monoMatters = shareOf((line) => line.mono) < 0.6;
  const larger = [
    ...new Set(lines.filter((line) => isLarge(line) && isTitleLike(line)).map((line) => sizeClass(line.size))),
  ];
  const sizes = larger.toSorted((a, b) => b - a);

  function isLarge(line: Line): boolean {
    return line.size >= LARGER * bodySize;
  }
  function isCode(line: Line): boolean {
    return monoMatters && line.mono;
  }
  function isHeadingFace(line: Line): boolean {
    return isLarge(line) || (boldMatters && line.bold && !isCode(line) && line.size >= 0.95 * bodySize);
  }
  function levelOf(line: Line, above: Line | undefined, below: Line | undefined): number | undefined {
    if (line.cells.length > 1 || isCode(line) || !isHeadingFace(line) || !isTitleLike(line)) return undefined;
    if (isLarge(line)) return Math.min(MAX_LEVEL, sizes.indexOf(sizeClass(line.size)) + 1 || MAX_LEVEL);
    // Bold text of body size is a heading only when it stands alone.
    const apart = (other: Line | undefined): boolean =>
      other === undefined || !other.bold || other.size > 1.1 * line.size;
    if (!apart(above) && !/^\d+(\.\d+)*\.?\s/.test(line.text)) return undefined;
    const next = below?.bold === true && below.baseline - line.baseline < 1.5 * line.size ? undefined : below;
    if (next !== undefined && next.baseline > line.baseline && next.baseline - line.baseline < 0.9 * line.size)
      return undefined;
    return Math.min(MAX_LEVEL, sizes.length + 1);
  }
  return { bodySize, levelOf, isHeadingFace, isCode };
}

/** Sizes closer than 4 % are one style. */
function sizeClass(size: number): number {
  return Math.round(Math.log(size) / 0.04);
}

function isTitleLike({ text }: Line): boolean {
  const limit = isCjk(text) ? 45 : 110;
  if (text.length > limit || !/[\p{L}\p{N}]/u.test(text) || /^[\d\s.,%$€¥/-]+$/.test(text)) return false;
  return !/[.。;；,，-]$/.test(text) || /^\d+(\.\d+)*\.?$/.test(text);
}
