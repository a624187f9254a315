import { isAscii, isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";
import type { Messages } from "./messages/en.ts";
import { usageError } from "./report-error.ts";

/** A longer line is no chat line; 8 MiB. */
const MAX_LINE_MIB = 8;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The lines of a stream of bytes as they become whole, without their ends; what follows the last line end is a line only
 * when it holds something. UTF-16 is known by its mark, or by two letters at the beginning. Else each line is UTF-8 or, where it is not that, GB18030:
 * exports that were pasted together hold both, and neither has a line feed inside a character.
 * @throws AppError `usage` for a line over 8 MiB
 */
export async function* decodeLines(parts: AsyncIterable<unknown>, text: Messages): AsyncGenerator<string[]> {
  const decodeLine = createLineDecoder();
  let rest: Buffer = Buffer.alloc(0);
  let count = 0;
  for await (const part of withoutUtf16(parts)) {
    rest = Buffer.concat([rest, part]);
    const lines: string[] = [];
    let start = 0;
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED, start)) {
      lines.push(decodeLine(rest.subarray(start, end)));
      start = end + 1;
    }
    count += lines.length;
    rest = rest.subarray(start);
    if (rest.byteLength > MAX_LINE_MIB * 1024 * 1024) throw usageError(text.gate.lineTooLong(count + 1, MAX_LINE_MIB));
    if (lines.length > 0) yield lines;
  }
  if (rest.byteLength > 0) yield [decodeLine(rest)];
}

/** The bytes as they are, or as UTF-8 when they begin with the mark of UTF-16. */
async function* withoutUtf16(parts: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  let decoder: TextDecoder | "none" | undefined;
  for await (const part of parts) {
    let bytes = Buffer.isBuffer(part) ? part : Buffer.from(part instanceof Uint8Array ? part : String(part));
    if (decoder === undefined) {
      head = Buffer.concat([head, bytes]);
      // A pipe may give one byte at a time.
      if (head.byteLength < 4 && !head.includes(LINE_FEED)) continue;
      decoder = utf16Decoder(head) ?? "none";
      bytes = head;
    }
    yield decoder === "none" ? bytes : Buffer.from(decoder.decode(bytes, { stream: true }));
  }
  if (decoder === undefined) yield head;
  else if (decoder !== "none") yield Buffer.from(decoder.decode());
}

function utf16Decoder(head: Buffer): TextDecoder | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder("utf-16le");
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder("utf-16be");
  // Without its mark it shows where a text begins with letters: every other byte of them is 0.
  const [first = 0, second = 0, third = 0, fourth = 0] = head;
  if (second === 0 && fourth === 0 && first > 0 && third > 0) return new TextDecoder("utf-16le");
  if (first === 0 && third === 0 && second > 0 && fourth > 0) return new TextDecoder("utf-16be");
  return undefined;
}

/** Decodes one line after the other; those before help where a line could be either. */
function createLineDecoder(): (line: Buffer) => string {
  // A mark in the middle of a file is a character of its line.
  const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  const strictGb18030 = new TextDecoder("gb18030", { fatal: true });
  let isFirst = true;
  let lead = 0;

  function decode(line: Buffer): string {
    if (isAscii(line)) return line.toString("latin1");
    // Two Chinese characters of GB18030 may look like two-byte UTF-8; a longer sequence is no accident.
    if (isUtf8(line) && (lead >= 0 || line.some((byte) => byte >= 0xe0))) {
      lead++;
      return utf8.decode(line);
    }
    try {
      const decoded = strictGb18030.decode(line);
      lead--;
      return decoded;
    } catch {
      // Bytes of neither: what can be read of them is kept.
      return utf8.decode(line);
    }
  }

  return (line) => {
    const decoded = decode(line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line);
    if (!isFirst) return decoded;
    isFirst = false;
    return decoded.replace(/^\uFEFF/u, "");
  };
}
