import { errorMessage, isAppError } from "../core/errors.ts";
import type { Clock, Logger } from "../core/runtime.ts";
import type { LedgerRecord, Store } from "../core/store.ts";

export interface LedgerWriter {
  /** Takes a record, written with all that come soon after it. */
  add(record: LedgerRecord): void;
  /** Resolves when everything taken so far is written, or has failed and is in the log. */
  settled(): Promise<void>;
}

export interface LedgerWriterOptions {
  clock: Pick<Clock, "sleep">;
  /** For how long records are gathered, in milliseconds. Default `GATHER_MS`. */
  gatherMs?: number;
}

/** Records that a full disk or a store that is away did not take are kept, at most; the oldest go first. */
const MOST_KEPT = 5000;

/** A commit waits for the disk, and SQLite's holds everything else up: one for all answers of this time. */
const GATHER_MS = 250;

/**
 * Writes records behind the answers that they are of: whoever asked does not wait for the disk, nor one for another. What comes alone is
 * written at once, what comes soon after it together: a process that is killed loses what it gathered last. What a store that is
 * full or away does not take goes with the next write.
 */
export function createLedgerWriter(
  store: Pick<Store, "record">,
  logger: Logger,
  { clock, gatherMs = GATHER_MS }: LedgerWriterOptions,
): LedgerWriter {
  let waiting: LedgerRecord[] = [];
  let kept: LedgerRecord[] = [];
  let gathering: AbortController | undefined;
  let writing: Promise<void> = Promise.resolve();

  function gather(): void {
    const called = new AbortController();
    gathering = called;
    // Called off when somebody wants to read what is gathered.
    clock.sleep(gatherMs, called.signal).then(endGathering, () => undefined);
  }

  function endGathering(): void {
    gathering = undefined;
    if (waiting.length > 0) writeAndGather();
  }

  function writeAndGather(): void {
    gather();
    write();
  }

  function write(): void {
    const records = [...kept, ...waiting];
    kept = [];
    waiting = [];
    if (records.length > 0) writing = writing.then(async () => writeAll(records));
  }

  async function writeAll(records: LedgerRecord[]): Promise<void> {
    await store.record(records).catch((error: unknown) => {
      logger.error("ledger.not-written", { records: records.length, error: errorMessage(error) });
      if (isAppError(error)) kept = [...kept, ...records].slice(-MOST_KEPT);
    });
  }

  return {
    add(record) {
      waiting.push(record);
      if (gathering === undefined) writeAndGather();
    },
    async settled() {
      gathering?.abort();
      gathering = undefined;
      write();
      await writing;
    },
  };
}
