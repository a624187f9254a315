import type { Citation, GateScores } from "../../core/outcome.ts";
import type { LedgerOutcome, LedgerStep } from "../../core/store.ts";
import { request, requestJson, withQuery } from "./request.ts";

/** Source of the labels that are given here; others are of members, by thumbs or reactions. */
export const OWN_LABEL = "console";

export interface LedgerEntry {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  channel: string;
  group?: string;
  senderId: string;
  mentioned: boolean;
  /** Null after the retention time. */
  text: string | null;
  outcome: LedgerOutcome;
  /** A reason of silence, or the code of a fault. */
  reason?: string;
  scores: GateScores | null;
  steps: LedgerStep[];
  model?: string;
  tokens?: { prompt: number; completion: number; total: number };
  leadId?: string;
  label: { right: boolean; source: string } | null;
  /** Markdown; while the text is kept. */
  answer?: string;
  citations?: Omit<Citation, "chunkId">[];
}

export interface ExplainedEntry extends LedgerEntry {
  /** The decision in words, a line each. */
  why: string[];
  /** The weightiest first; a part of the log-odds, above 0 for an answer. */
  explanation: { feature: string; words: string; share: number }[];
}

export interface LedgerFacets {
  groups: { channel: string; group: string; name?: string; count: number }[];
  outcomes: Record<string, number>;
  reasons: Record<string, number>;
}

export interface LedgerFilters {
  outcome: string;
  reason: string;
  channel: string;
  group: string;
  /** Words in the text. */
  q: string;
}

/** Newest first. @throws ApiFault */
export async function readLedger(
  filters: LedgerFilters,
  { limit, before, signal }: { limit: number; before?: number | undefined; signal: AbortSignal },
): Promise<LedgerEntry[]> {
  const path = withQuery("/v1/ledger", { ...filters, limit, before });
  return (await requestJson<{ records: LedgerEntry[] }>(path, { signal })).records;
}

/** One record with its reasons. @throws ApiFault */
export async function readEntry(id: string, language: "zh" | "en", signal: AbortSignal): Promise<ExplainedEntry> {
  return requestJson<ExplainedEntry>(withQuery(entryPath(id), { language }), { signal });
}

/** What there is of the last seven days. @throws ApiFault */
export async function readFacets(signal: AbortSignal): Promise<LedgerFacets> {
  return requestJson<LedgerFacets>("/v1/ledger/facets", { signal });
}

/** Whether the decision, to speak or not, was right; undefined takes an earlier opinion back. @throws ApiFault */
export async function labelEntry(id: string, right: boolean | undefined): Promise<void> {
  const path = `${entryPath(id)}/label`;
  await request(path, right === undefined ? { method: "DELETE" } : { method: "PUT", body: { right } });
}

function entryPath(id: string): string {
  return `/v1/ledger/${encodeURIComponent(id)}`;
}
