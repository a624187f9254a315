import { textAt, valueAt } from "../json-path.ts";
import { callAllesApin, noText, type AllesApinConnection } from "./envelope.ts";

const PATH = "/v1/baidu/v1/trans/general";
/** Baidu's page: 6,000 bytes a call; a Chinese character has three. */
const MOST_CHARS = 1800;

export interface TranslateOptions {
  to: "en" | "zh";
  signal: AbortSignal;
  /** Waits before every call. */
  pace: (signal: AbortSignal) => Promise<void>;
}

/**
 * Translates texts line by line (alles-apin, chapter 3.5.1), so that line breaks stay where they were; lines for which
 * `isForeign` is false stay as they are.
 * @throws AppError `model_*`, `timeout`, `aborted`
 */
export async function translate(
  connection: AllesApinConnection,
  texts: readonly string[],
  { to, signal, pace }: TranslateOptions,
): Promise<string[]> {
  const isForeign = to === "en" ? hasHan : (line: string): boolean => /\p{L}/u.test(line);
  const lines = texts.map((text) => text.split(/\r?\n/u));
  const wanted = [...new Set(lines.flat().filter(isForeign).flatMap(pieces))];
  const known = new Map<string, string>();
  for (const batch of batches(wanted)) {
    await pace(signal);
    const data = await callAllesApin(connection, {
      path: PATH,
      body: { q: batch.join("\n"), frm: "auto", to },
      signal,
    });
    const results = valueAt(data, "trans_result");
    if (!Array.isArray(results) || results.length === 0) throw noText(connection.gateway, "data.trans_result", data);
    const translated = results.map((result) => textAt(result, "dst") ?? "");
    // One result a line is the rule; where it is broken the whole stands for the first of them.
    const whole = translated.length === batch.length ? translated : [translated.join(" ")];
    batch.forEach((piece, index) => known.set(piece, whole[index] ?? ""));
  }
  return lines.map((own) =>
    own
      .map((line) =>
        isForeign(line)
          ? pieces(line)
              .map((piece) => known.get(piece) ?? "")
              .join(" ")
          : line,
      )
      .join("\n"),
  );
}

export function hasHan(text: string): boolean {
  return /\p{Script=Han}/u.test(text);
}

/** A line in parts that a call can hold, cut after sentences where that is possible. */
function pieces(line: string): string[] {
  const parts: string[] = [];
  let rest = line.trim();
  while (rest.length > MOST_CHARS) {
    const head = rest.slice(0, MOST_CHARS);
    const end = Math.max(...["。", "！", "？", "；", ". "].map((mark) => head.lastIndexOf(mark) + mark.length));
    const cut = end > MOST_CHARS / 2 ? end : head.toWellFormed() === head ? MOST_CHARS : MOST_CHARS - 1;
    parts.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  return rest === "" ? parts : [...parts, rest];
}

function batches(lines: readonly string[]): string[][] {
  const found: string[][] = [];
  let room = 0;
  for (const line of lines) {
    if (line.length + 1 > room) {
      found.push([]);
      room = MOST_CHARS + 1;
    }
    found.at(-1)?.push(line);
    room -= line.length + 1;
  }
  return found;
}
