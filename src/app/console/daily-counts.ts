import { setImmediate } from "node:timers/promises";
import type { LedgerCount, LedgerStore } from "../../core/store.ts";
import { DAY_MS } from "../../group/attention.ts";

/**
 * How the records of the last `days` days ended, the last 24 hours first. Counted day by day, so that others have their turn
 * in between.
 */
export async function dailyCounts(
  store: Pick<LedgerStore, "ledgerCounts">,
  { now, days }: { now: number; days: number },
): Promise<LedgerCount[][]> {
  const counts: LedgerCount[][] = [];
  for (let back = 1; back <= days; back++) {
    const since = now - back * DAY_MS;
    // What a clock ahead of ours dated is of today.
    counts.push(await store.ledgerCounts(back === 1 ? { since } : { since, before: since + DAY_MS }));
    await setImmediate();
  }
  return counts;
}
