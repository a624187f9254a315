import type { IngestReport } from "../app.ts";
import type { CommandContext } from "./context.ts";
import type { Messages } from "./messages/en.ts";
import { printable } from "./output.ts";

/** What `ingest --json` prints. */
export interface IngestDocument {
  documents: {
    added: number;
    updated: number;
    unchanged: number;
    removed: number;
    failed: { path: string; reason: string }[];
  };
  chunks: number;
  seconds: number;
  /** Only when there is any: what was repaired, or left the index although its file is still there. */
  notes?: { code: string; message: string }[];
}

export function toIngestDocument(report: IngestReport, text: Messages): IngestDocument {
  const { added, updated, unchanged, removed, failed } = report.documents;
  const notes = report.notes.map((note) => ({ code: note.code, message: text.ingest.note(note) }));
  return {
    documents: {
      added,
      updated,
      unchanged,
      removed,
      failed: failed.map((file) => ({ path: file.source, reason: text.failure(file.code, file.message) })),
    },
    chunks: report.chunks,
    seconds: roundSeconds(report.seconds),
    ...(notes.length > 0 && { notes }),
  };
}

/** Says on stderr what was not read, what was repaired and that there was nothing to read, unless `--quiet`. */
export function showReport({ options, output, text }: CommandContext, report: IngestReport): void {
  if (options.quiet) return;
  const warn = (line: string): void => output.note(`${output.paintNote.yellow(text.warningPrefix)}${printable(line)}`);
  for (const line of unreadLines(report, text)) output.note(line);
  for (const note of report.notes) warn(text.ingest.note(note));
  if (foundNothing(report)) warn(text.ingest.nothing);
}

/** One line a file that gave no text, with its reason. */
function unreadLines(report: IngestReport, text: Messages): string[] {
  return report.documents.failed.map((file) =>
    printable(text.ingest.unread(file.source, text.failure(file.code, file.message))),
  );
}

export function summaryLine(report: IngestReport, text: Messages): string {
  const { failed, ...counts } = report.documents;
  return text.ingest.summary({
    ...counts,
    failed: failed.length,
    chunks: report.chunks,
    seconds: String(roundSeconds(report.seconds)),
  });
}

/** True when the corpus held no file at all. */
function foundNothing({ documents }: IngestReport): boolean {
  return documents.added + documents.updated + documents.unchanged + documents.failed.length === 0;
}

function roundSeconds(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
