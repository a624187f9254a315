import { resolve } from "node:path";
import type { LedgerLabels, TuneReport } from "../app.ts";
import type { CommandContext } from "./context.ts";
import { ensureIndex } from "./ensure-index.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { intervalPairs } from "./gate-report/interval-pairs.ts";
import { tuneLines } from "./gate-report/tune-lines.ts";
import { ledgerNotes, withLedger } from "./ledger-label-file.ts";
import { openLineProgress } from "./line-progress.ts";
import { groupWords } from "./messages/group-words.ts";
import { readLabels } from "./read-labels.ts";
import type { LabelFile } from "./read-labels.ts";
import { usageError } from "./report-error.ts";

export interface TuneArguments {
  labels: string | undefined;
  /** Also uses what the members' opinions in the ledger teach. */
  fromLedger: boolean;
  maxWrong: number | undefined;
  group: string | undefined;
  seed: number | undefined;
}

/** Fewer lines teach nothing that could be checked. */
const LEAST_LINES = 10;

/** `tune --labels FILE | --from-ledger`: fits the gate to labelled lines and says how well it does. */
export async function runTune(context: CommandContext, given: TuneArguments): Promise<ExitCode> {
  const { text, cwd, signal, options, output, locale } = context;
  const file =
    given.labels === undefined
      ? undefined
      : await readLabels(resolve(cwd, given.labels), context, { least: given.fromLedger ? 1 : LEAST_LINES });
  if (file === undefined && !given.fromLedger) throw usageError(groupWords(locale).labelsOrLedger);
  if (file !== undefined && file.skipped > 0 && !options.quiet) output.note(text.gate.skipped(file.skipped));
  const { assistant } = await context.open();
  const ledger = given.fromLedger ? await assistant.ledgerLabels() : undefined;
  if (ledger !== undefined && !options.quiet) for (const note of ledgerNotes(ledger, locale)) output.note(note);
  const labels = withLedger(file, ledger, { context, least: LEAST_LINES });
  await ensureIndex(context, assistant);
  const progress = await openLineProgress(context);
  try {
    const report = await assistant.tune(
      labels.lines,
      {
        onProgress: progress.update,
        ...(given.maxWrong === undefined ? {} : { maxWrong: given.maxWrong }),
        ...(given.group === undefined ? {} : { group: given.group }),
        ...(given.seed === undefined ? {} : { seed: given.seed }),
      },
      signal,
    );
    progress.stop();
    if (options.json) output.result(JSON.stringify(toTuneDocument(report, labels, { context, ledger })));
    else for (const line of tuneLines(context, report, labels)) output.result(line);
    return EXIT.done;
  } finally {
    progress.stop();
  }
}

function toTuneDocument(
  { version, threshold, crossValidated, intervals, warnings, ...rest }: TuneReport,
  { positives, negatives, skipped }: LabelFile,
  { context: { text }, ledger }: { context: CommandContext; ledger: LedgerLabels | undefined },
) {
  return {
    version,
    threshold,
    crossValidated,
    interval: intervalPairs(intervals),
    ...rest,
    warnings: warnings.map((warning) => text.gate.warning(warning)),
    labels: { positive: positives, negative: negatives, skipped },
    ...(ledger === undefined
      ? {}
      : { ledger: { lines: ledger.lines.length, contradictory: ledger.contradictory, skipped: ledger.skipped } }),
  };
}
