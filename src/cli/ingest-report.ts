import type { IngestReport } from "../app.ts";
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
}

export function toIngestDocument(report: IngestReport, text: Messages): IngestDocument {
  const { added, updated, unchanged, removed, failed } = report.documents;
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
  };
}

/** One line a file that gave no text, with its reason. */
export function unreadLines(report: IngestReport, text: Messages): string[] {
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
export function foundNothing({ documents }: IngestReport): boolean {
  return documents.added + documents.updated + documents.unchanged + documents.failed.length === 0;
}

function roundSeconds(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
