import { cutToBytes } from "./cut-to-bytes.ts";

const FENCE = /^([ \t]*)(`{3,}|~{3,})(.*)$/;
const TABLE_DELIMITER = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/** Lines that belong together; `open` and `close` stand around each piece of a block that is cut. */
interface Block {
  lines: string[];
  open: string[];
  close: string[];
  /** Blank lines before it. */
  gap: number;
}

/**
 * Cuts Markdown into parts of at most `maxBytes` bytes of UTF-8: between blocks where it can, then between lines,
 * sentences, words, and characters as they are read, never within a code point. A fence that is cut is closed and opened
 * again; a table that is cut gets its head again. Blank lines at the cuts go. Nothing but blanks gives no part.
 * @param maxBytes at least 64
 * @throws RangeError
 */
export function splitMarkdown(markdown: string, { maxBytes }: { maxBytes: number }): string[] {
  if (!(maxBytes >= 64)) throw new RangeError(`a part of ${maxBytes} bytes has no room for a fence`);
  const text = markdown.toWellFormed().replaceAll("\r\n", "\n");
  if (text.trim() === "") return [];
  if (byteLength(text) <= maxBytes) return [text];
  const parts: string[] = [];
  let part = "";
  for (const block of readBlocks(text.split("\n"))) {
    const whole = [...block.open, ...block.lines, ...block.close].join("\n");
    const joined = part === "" ? whole : part + "\n".repeat(block.gap + 1) + whole;
    if (byteLength(joined) <= maxBytes) {
      part = joined;
      continue;
    }
    if (part !== "") parts.push(part);
    const pieces = byteLength(whole) <= maxBytes ? [whole] : cutBlock(block, maxBytes);
    part = pieces.pop() ?? "";
    parts.push(...pieces);
  }
  return [...parts, part].filter((piece) => piece.trim() !== "");
}

function readBlocks(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let gap = 0;
  let start = 0;
  while (start < lines.length) {
    const line = lines[start] ?? "";
    if (line.trim() === "") {
      gap += 1;
      start += 1;
      continue;
    }
    const { block, end } = readFence(lines, start) ?? readTable(lines, start) ?? readParagraph(lines, start);
    blocks.push({ ...block, gap });
    gap = 0;
    start = end;
  }
  return blocks;
}

type Found = { block: Omit<Block, "gap">; end: number };

/** To its end, or to the end of the text where it is never closed. */
function readFence(lines: readonly string[], start: number): Found | undefined {
  const [opening, indent = "", mark = "", info = ""] = FENCE.exec(lines[start] ?? "") ?? [];
  if (opening === undefined || (mark.startsWith("`") && info.includes("`"))) return undefined;
  const isEnd = (line: string): boolean => {
    const trimmed = line.trim();
    return trimmed.length >= mark.length && trimmed === mark.charAt(0).repeat(trimmed.length);
  };
  let end = start + 1;
  while (end < lines.length && !isEnd(lines[end] ?? "")) end += 1;
  const block = { lines: lines.slice(start + 1, end), open: [opening], close: [lines[end] ?? indent + mark] };
  return { block, end: end + 1 };
}

function readTable(lines: readonly string[], start: number): Found | undefined {
  const [head = "", delimiter = ""] = lines.slice(start, start + 2);
  if (!head.includes("|") || !delimiter.includes("-") || !TABLE_DELIMITER.test(delimiter)) return undefined;
  let end = start + 2;
  while (end < lines.length && lines[end]?.includes("|")) end += 1;
  return { block: { lines: lines.slice(start + 2, end), open: [head, delimiter], close: [] }, end };
}

function readParagraph(lines: readonly string[], start: number): Found {
  let end = start + 1;
  while (end < lines.length && !startsBlock(lines, end)) end += 1;
  return { block: { lines: lines.slice(start, end), open: [], close: [] }, end };
}

function startsBlock(lines: readonly string[], start: number): boolean {
  return (
    (lines[start] ?? "").trim() === "" || readFence(lines, start) !== undefined || readTable(lines, start) !== undefined
  );
}

function cutBlock({ lines, open, close }: Block, maxBytes: number): string[] {
  const frameBytes = byteLength([...open, "", ...close].join("\n"));
  const isTable = open.length === 2;
  const longestRow = isTable ? Math.max(0, ...lines.map(byteLength)) : 0;
  // A frame that leaves no room is given up: the text counts, not its looks.
  if (open.length > 0 && (frameBytes > maxBytes / 2 || frameBytes + longestRow > maxBytes)) {
    return packLines(isTable ? [...open, ...lines] : lines, maxBytes);
  }
  return packLines(lines, maxBytes - (open.length > 0 ? frameBytes : 0)).map((piece) =>
    [...open, piece, ...close].join("\n"),
  );
}

function packLines(lines: readonly string[], maxBytes: number): string[] {
  const pieces: string[] = [];
  let piece: string | undefined;
  for (const line of lines) {
    const joined: string = piece === undefined ? line : `${piece}\n${line}`;
    if (byteLength(joined) <= maxBytes) {
      piece = joined;
      continue;
    }
    if (piece !== undefined) pieces.push(piece);
    const cut = cutToBytes(line, maxBytes);
    piece = cut.pop();
    pieces.push(...cut);
  }
  return piece === undefined ? pieces : [...pieces, piece];
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
