import type { Locale } from "../core/runtime.ts";
import type { LedgerRecord, Store } from "../core/store.ts";
import type { LedgerLabels } from "../group/ledger-labels.ts";
import type { WhyShare } from "../group/why-text.ts";
import type { ReadyOptions, WhyReport } from "./assistant.ts";

/** Opens the store beside whoever serves. */
async function withStore<Result>(
  { config, workDir }: ReadyOptions,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const { openStore } = await import("../store/open-store.ts");
  const store = await openStore({ url: config.config.store.url, workDir, alone: false });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export interface ExplainOptions {
  /** The platform's id of a message, or the ledger's own. */
  id: string;
  explain: (record: LedgerRecord, locale: Locale, signal: AbortSignal) => Promise<WhyShare[]>;
  signal: AbortSignal;
}

/** What the ledger has on a message, in words. @throws AppError `store_unavailable` */
export async function explainRecords(
  options: ReadyOptions,
  { id, explain, signal }: ExplainOptions,
): Promise<WhyReport[]> {
  const { describeRecord } = await import("../group/why-text.ts");
  const records = await withStore(options, (store) => store.findRecords(id));
  const reports: WhyReport[] = [];
  for (const record of records) {
    const shares = await explain(record, options.locale, signal);
    reports.push({ record, lines: describeRecord(record, { locale: options.locale, shares }) });
  }
  return reports;
}

/** What members' opinions teach the gate. @throws AppError `store_unavailable` */
export async function readLabels(options: ReadyOptions): Promise<LedgerLabels> {
  const { readLedgerLabels } = await import("../group/ledger-labels.ts");
  return withStore(options, readLedgerLabels);
}
