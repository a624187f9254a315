import type { ReplayLine } from "../app.ts";
import { groupWords } from "./messages/group-words.ts";
import { openFileLines } from "./open-lines.ts";
import { printable } from "./output.ts";
import { usageError } from "./report-error.ts";
import type { CommandContext } from "./context.ts";

/**
 * Reads an exported chat, one JSON object a line; blank lines are passed over. In the order of their times.
 * @throws AppError `usage` naming the first bad line
 */
export async function readReplay(
  file: string,
  context: CommandContext,
  decode: typeof import("../app.ts").decodeReplayLine,
): Promise<ReplayLine[]> {
  const words = groupWords(context.locale);
  const lines: ReplayLine[] = [];
  const ids = new Set<string>();
  let number = 0;
  for await (const rows of await openFileLines(file, context)) {
    for (const row of rows) {
      number++;
      if (row.trim() === "") continue;
      const read = decode(row.replace(/^\uFEFF/, ""));
      if ("fault" in read) throw usageError(words.badLine(file, number, words.faults[read.fault], read.key));
      const { line } = read;
      if (ids.has(line.id)) throw usageError(words.doubleId(file, number, printable(line.id)));
      ids.add(line.id);
      lines.push(line);
    }
  }
  if (lines.length === 0) throw usageError(words.noLines(file));
  return lines.toSorted((left, right) => left.at - right.at);
}
