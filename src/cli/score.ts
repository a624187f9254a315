import { resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import type { ScoredLine } from "../app.ts";
import type { CommandContext } from "./context.ts";
import { ensureIndex } from "./ensure-index.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { readText, splitLines } from "./label-file.ts";
import { printable } from "./output.ts";

export interface ScoreArguments {
  /** Default: stdin. */
  file: string | undefined;
  group: string | undefined;
  explain: boolean;
}

/** Lines judged before their results are printed. */
const BATCH = 100;
/** Reasons shown for one line. */
const SHOWN_REASONS = 5;

/** `score [FILE]`: what the gate makes of each chat line; one result a line, in order. */
export async function runScore(context: CommandContext, score: ScoreArguments): Promise<ExitCode> {
  const { text, cwd, signal, options, output } = context;
  const { file, group, explain } = score;
  const lines = splitLines(
    file === undefined ? await readAll(process.stdin) : await readText(resolve(cwd, file), text),
  );
  const { assistant } = await context.open();
  await ensureIndex(context, assistant);
  for (let start = 0; start < lines.length; start += BATCH) {
    const batch = lines.slice(start, start + BATCH);
    const scored = await assistant.score(batch, { explain, ...(group === undefined ? {} : { group }) }, signal);
    for (const line of scored) {
      if (options.json) output.result(JSON.stringify(toScoreDocument(line)));
      else for (const shown of showLine(context, line)) output.result(shown);
    }
  }
  return EXIT.done;
}

function toScoreDocument({ text, question, answerable, speak, reason, explanation }: ScoredLine) {
  return {
    text,
    question,
    answerable,
    speak,
    // A line that is spoken to has no reason for silence.
    reason: reason ?? null,
    ...(explanation === undefined ? {} : { explanation }),
  };
}

function showLine({ output, text }: CommandContext, line: ScoredLine): string[] {
  const verdict = line.speak ? output.paint.green(text.gate.speaks) : output.paint.dim(line.reason ?? "");
  const scores = `${line.question.toFixed(2)} ${line.answerable.toFixed(2)}`;
  const reasons = (line.explanation ?? [])
    .slice(0, SHOWN_REASONS)
    .map(({ words, share }) => output.paint.dim(`    ${share > 0 ? "+" : "−"}${Math.abs(share).toFixed(2)} ${words}`));
  return [`${scores} ${verdict}\t${printable(line.text)}`, ...reasons];
}
