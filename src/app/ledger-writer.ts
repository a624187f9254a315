import { errorMessage } from "../core/errors.ts";
import type { Logger } from "../core/runtime.ts";
import type { LedgerRecord, Store } from "../core/store.ts";

export interface LedgerWriter {
  /** Takes a record, written with all that come while another write is on its way. */
  add(record: LedgerRecord): void;
  /** Resolves when everything taken so far is written, or has failed and is in the log. */
  settled(): Promise<void>;
}

/** Writes records behind the answers that they are of: whoever asked does not wait for the disk, nor one for another. */
export function createLedgerWriter(store: Pick<Store, "record">, logger: Logger): LedgerWriter {
  let waiting: LedgerRecord[] = [];
  let writing: Promise<void> | undefined;
  return {
    add(record) {
      waiting.push(record);
      writing ??= writeAll();
    },
    settled: async () => writing,
  };

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const records = waiting;
      waiting = [];
      await store.record(records).catch((error: unknown) => {
        logger.error("ledger.not-written", { records: records.length, error: errorMessage(error) });
      });
    }
    writing = undefined;
  }
}
