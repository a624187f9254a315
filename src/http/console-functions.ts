import type { Citation } from "../core/outcome.ts";
import type { Locale } from "../core/runtime.ts";
import type { LedgerOutcome, LedgerQuery, LedgerRecord } from "../core/store.ts";

/** A record of the ledger, with what is known of it elsewhere. */
export interface LedgerEntry {
  record: LedgerRecord;
  /** Whether the decision to speak, or not to, was right; the owner's opinion before a member's. */
  label?: { right: boolean; source: string };
  /** What was posted, as long as its text is kept. */
  answer?: { markdown: string; citations: Citation[] };
}

export interface ExplainedEntry extends LedgerEntry {
  /** The record in words, a line each. */
  why: string[];
  /** What spoke for (above 0) and against an answer, the weightiest first; empty once the text is gone. */
  explanation: { feature: string; words: string; share: number }[];
}

export interface LedgerFacets {
  groups: { channel: string; group: string; count: number }[];
  outcomes: Partial<Record<LedgerOutcome, number>>;
  reasons: Record<string, number>;
}

/** What the admin's routes need of the service. All methods @throws AppError `store_unavailable` */
export interface ConsoleFunctions {
  /** Newest first. */
  ledger(query: LedgerQuery): Promise<LedgerEntry[]>;
  /** By the id that the ledger gives; undefined when nothing has it. Default language: the program's. */
  ledgerEntry(
    id: string,
    options: { language: Locale | undefined },
    signal: AbortSignal,
  ): Promise<ExplainedEntry | undefined>;
  /** Keeps whether the decision was right, undefined takes it back; false when nothing has that id. */
  labelEntry(id: string, right: boolean | undefined): Promise<boolean>;
  /** What there is of the last seven days. */
  ledgerFacets(): Promise<LedgerFacets>;
}
