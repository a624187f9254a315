import type { Locale } from "../../core/runtime.ts";
import { placeOfKey, type Label, type LedgerRecord, type Store } from "../../core/store.ts";
import type { ExplainedShare } from "../../gate/explain.ts";
import { OWNER_SOURCE } from "../../group/ledger-labels.ts";
import { describeRecord } from "../../group/why-text.ts";
import type { ConsoleFunctions, LedgerEntry, LedgerFacets } from "../../http/console-functions.ts";
import type { LedgerWriter } from "../ledger-writer.ts";
import { systemClock } from "../runtime.ts";
import { dailyCounts } from "./daily-counts.ts";

export interface LedgerPagesParts {
  store: Pick<Store, "ledger" | "ledgerCounts" | "findRecords" | "findPosts" | "labels" | "addLabel" | "removeLabel">;
  writer: Pick<LedgerWriter, "settled">;
  /** What spoke for and against a line. */
  explain: (record: LedgerRecord, locale: Locale, signal: AbortSignal) => Promise<ExplainedShare[]>;
  locale: Locale;
}

const FACETS_DAYS = 7;
/** Whoever holds the admin key. */
const OWNER = "owner";

/** The ledger as the console shows it. */
export function ledgerPages({
  store,
  writer,
  explain,
  locale,
}: LedgerPagesParts): Pick<ConsoleFunctions, "ledger" | "ledgerEntry" | "labelEntry" | "ledgerFacets"> {
  return {
    async ledger(query) {
      await writer.settled();
      return withFacts(await store.ledger(query));
    },
    async ledgerEntry(id, { language = locale }, signal) {
      const record = await recordOf(id);
      const [entry] = record === undefined ? [] : await withFacts([record]);
      if (record === undefined || entry === undefined) return undefined;
      const explanation = await explain(record, language, signal);
      return { ...entry, why: describeRecord(record, { locale: language, shares: explanation }), explanation };
    },
    async labelEntry(id, right) {
      const record = await recordOf(id);
      if (record === undefined) return false;
      const key = `${OWNER_SOURCE}:${record.id}`;
      if (right === undefined) await store.removeLabel(key);
      else {
        const positive = wasSpoken(await decisionOf(record)) === right;
        const said = { messageId: record.id, positive, source: OWNER_SOURCE, userId: OWNER };
        await store.addLabel({ key, ...said, at: systemClock.now() });
      }
      return true;
    },
    async ledgerFacets() {
      await writer.settled();
      const counts = (await dailyCounts(store, { now: systemClock.now(), days: FACETS_DAYS })).flat();
      const groups = new Map<string, LedgerFacets["groups"][number]>();
      const outcomes: LedgerFacets["outcomes"] = {};
      const reasons = new Map<string, number>();
      for (const { place, kind, outcome, reason, count } of counts) {
        outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
        if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
        if (kind !== "group") continue;
        // Records are filtered by channel and group: what two bots of one channel heard is counted together.
        const { channel, conversationId: group } = placeOfKey(place);
        const key = JSON.stringify([channel, group]);
        groups.set(key, { channel, group, count: (groups.get(key)?.count ?? 0) + count });
      }
      return {
        groups: [...groups.values()].toSorted((left, right) => right.count - left.count),
        outcomes,
        reasons: Object.fromEntries(reasons),
      };
    },
  };

  /** The ledger's own key, or the id that the platform or the caller over HTTP knows. */
  async function recordOf(id: string): Promise<LedgerRecord | undefined> {
    await writer.settled();
    const found = await store.findRecords(id);
    return found.find((record) => record.id === id) ?? found.find(({ channel }) => channel === "http") ?? found[0];
  }

  /** A line that was read together with others shares their decision. */
  async function decisionOf(record: LedgerRecord): Promise<LedgerRecord> {
    if (record.leadId === undefined) return record;
    return (await store.findRecords(record.leadId)).find(({ id }) => id === record.leadId) ?? record;
  }

  async function withFacts(records: LedgerRecord[]): Promise<LedgerEntry[]> {
    const [labels, posts] = await Promise.all([
      store.labels({ messageIds: records.map(({ id }) => id) }),
      store.findPosts(records.flatMap(({ outcome, postKey = [] }) => (outcome === "answered" ? postKey : []))),
    ]);
    const decisions = await Promise.all(
      records.map(async (record) =>
        labels.some((label) => label.messageId === record.id) ? decisionOf(record) : record,
      ),
    );
    const shown = new Map(posts.map(({ post }) => [post.idempotencyKey, post]));
    return records.map((record, index) => {
      const label = weightiest(labels.filter(({ messageId }) => messageId === record.id));
      const post = record.postKey === undefined ? undefined : shown.get(record.postKey);
      const isSpoken = wasSpoken(decisions[index] ?? record);
      return {
        record,
        ...(label !== undefined && { label: { right: isSpoken === label.positive, source: label.source } }),
        // The text of a post is empty once it is forgotten.
        ...(post !== undefined &&
          post.markdown !== "" && { answer: { markdown: post.markdown, citations: post.citations } }),
      };
    });
  }
}

function wasSpoken({ outcome }: LedgerRecord): boolean {
  return outcome === "answered";
}

/** The owner's, else the latest. */
function weightiest(labels: readonly Label[]): Label | undefined {
  return labels.find(({ source }) => source === OWNER_SOURCE) ?? labels.at(-1);
}
