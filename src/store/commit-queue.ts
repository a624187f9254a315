import { wasInTheWay } from "./store-error.ts";
import type { Database, Writing } from "./schema.ts";

/** How often a piece is tried whose transaction the database undid for another's sake. */
const TRIES = 5;

/** Writes in one transaction, at most; more wait for the next. */
const MOST_AT_ONCE = 200;

interface Waiting {
  run(writing: Writing): Promise<void>;
  committed(): void;
  failed(error: unknown): void;
}

/** Runs a piece of writing; resolves once it has reached the disk. Of a piece that throws, nothing stays. */
export type Write = <T>(work: (writing: Writing) => Promise<T>) => Promise<T>;

/**
 * Joins what is written at the same time into one transaction: waiting for the disk is what a commit costs, and it costs
 * it once for all of them. Order is kept. When one piece fails, each is tried again alone, so that it fails alone.
 */
export function createCommitQueue(database: Database): Write {
  let queue: Waiting[] = [];
  let draining = false;

  const runTogether = async (batch: Waiting[], triesLeft = TRIES): Promise<void> => {
    try {
      await database.transaction().execute(async (writing) => {
        for (const piece of batch) await piece.run(writing);
      });
    } catch (error) {
      const [first, ...others] = batch;
      if (first === undefined) return;
      if (others.length === 0) {
        return triesLeft > 1 && wasInTheWay(error) ? runTogether(batch, triesLeft - 1) : first.failed(error);
      }
      for (const piece of batch) await runTogether([piece]);
      return;
    }
    for (const piece of batch) piece.committed();
  };

  const drain = async (): Promise<void> => {
    draining = true;
    while (queue.length > 0) {
      const batch = queue.slice(0, MOST_AT_ONCE);
      queue = queue.slice(MOST_AT_ONCE);
      await runTogether(batch);
    }
    draining = false;
  };

  return (work) =>
    new Promise((resolve, reject) => {
      let result: (() => void) | undefined;
      queue.push({
        async run(writing) {
          const value = await work(writing);
          result = () => resolve(value);
        },
        committed: () => result?.(),
        failed: reject,
      });
      if (!draining) void drain();
    });
}
