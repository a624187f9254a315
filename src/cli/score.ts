import { resolve } from "node:path";
import type { ScoredLine } from "../app.ts";
import { clipLine } from "./clip-line.ts";
import type { CommandContext } from "./context.ts";
import { displayWidth, padColumns } from "./display-width.ts";
import { ensureIndex } from "./ensure-index.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { openFileLines, streamLines } from "./open-lines.ts";
import { cleanLine } from "./read-question.ts";

export interface ScoreArguments {
  /** Default, and for `-`: stdin. */
  file: string | undefined;
  group: string | undefined;
  explain: boolean;
}

/** Lines judged before their results are printed. */
const BATCH = 256;
/** Reasons shown for one line. */
const SHOWN_REASONS = 5;

/** `score [FILE]`: what the gate makes of each chat line as it comes; one result a line, in order. */
export async function runScore(
  context: CommandContext,
  { file, group, explain }: ScoreArguments,
  input: AsyncIterable<unknown> = process.stdin,
): Promise<ExitCode> {
  const { cwd, signal, options, output, text } = context;
  const chat =
    file === undefined || file === "-" ? streamLines(input, context) : await openFileLines(resolve(cwd, file), context);
  const { assistant } = await context.open();
  await ensureIndex(context, assistant);
  if (input === process.stdin && process.stdin.isTTY && !options.quiet) output.note(text.gate.readsTerminal);
  const counts = { lines: 0, spoken: 0 };
  if (!options.json) output.result(output.paint.bold(tableHead(context)));
  for await (const lines of chat) {
    for (let start = 0; start < lines.length; start += BATCH) {
      const batch = lines.slice(start, start + BATCH);
      // A NUL or a broken surrogate would stop everything behind it; the line itself is reported as it came.
      const scored = await assistant.score(
        batch.map(cleanLine),
        { explain, ...(group === undefined ? {} : { group }) },
        signal,
      );
      signal.throwIfAborted();
      for (const [index, line] of scored.entries()) {
        const judged = { ...line, text: batch[index] ?? line.text };
        counts.lines++;
        if (line.speak) counts.spoken++;
        if (options.json) output.result(JSON.stringify(toScoreDocument(judged)));
        else for (const shown of showLine(context, judged)) output.result(shown);
      }
    }
  }
  if (!options.json && !options.quiet) output.note(text.gate.scored(counts.lines, counts.spoken));
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

function tableHead({ text }: CommandContext): string {
  const { question, answerable, verdict, line } = text.gate.scoreColumns;
  return `${question}  ${answerable}  ${padColumns(verdict, verdictWidth(text))}  ${line}`;
}

function showLine({ output, text }: CommandContext, { question, answerable, ...line }: ScoredLine): string[] {
  const { scoreColumns: columns, speaks, reasons } = text.gate;
  const verdict = padColumns(line.reason === undefined ? speaks : reasons[line.reason], verdictWidth(text));
  const explanation = (line.explanation ?? [])
    .slice(0, SHOWN_REASONS)
    .map(({ words, share }) => output.paint.dim(`    ${share > 0 ? "+" : "−"}${Math.abs(share).toFixed(2)}  ${words}`));
  return [
    [
      question.toFixed(2).padStart(displayWidth(columns.question)),
      answerable.toFixed(2).padStart(displayWidth(columns.answerable)),
      line.speak ? output.paint.green(verdict) : output.paint.dim(verdict),
      clipLine(line.text),
    ]
      .join("  ")
      .trimEnd(),
    ...explanation,
  ];
}

function verdictWidth({ gate }: CommandContext["text"]): number {
  return Math.max(...[gate.speaks, ...Object.values(gate.reasons)].map(displayWidth));
}
