import type { NewPost, Place, SendEnd, StoredPost } from "../core/store.ts";
import { placeKey } from "../core/store.ts";
import { withinBudget } from "./attention.ts";
import { composeDigest } from "./digest.ts";
import type { PlacePolicy, TurnOptions } from "./engine-options.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { isSettled } from "./outbox.ts";
import { readRoomFacts } from "./room-facts.ts";

/**
 * What waited for the end of quiet hours, as one post. What people have settled meanwhile, or is too old, is left out.
 * Undefined when nothing could be written down because the lease has passed on.
 */
export async function settleDigest(
  place: Place,
  waited: StoredPost[],
  policy: PlacePolicy,
  options: TurnOptions,
): Promise<boolean> {
  const { store, clock, owner } = options;
  const now = clock.now();
  const quietUntil = policy.attention.quiet.endAt(now);
  const verdict = withinBudget(policy.attention, await readRoomFacts(store, place, { now }));
  const later = quietUntil ?? (verdict.kind === "wait" ? verdict.until : undefined);
  if (later !== undefined && Number.isFinite(later)) {
    return settle(waited.map((post) => [post, { state: "deferred", notBefore: later }]));
  }
  if (verdict.kind === "drop")
    return settle(waited.map((post) => [post, { state: "cancelled", reason: verdict.reason }]));

  const recalled = await store.recalledAmong(waited.flatMap(({ inboundKey }) => inboundKey ?? []));
  const answers = await Promise.all(
    waited.map(async (stored) => ({
      key: stored.post.idempotencyKey,
      question: stored.question ?? "",
      askerName: stored.post.target.asker?.name,
      markdown: stored.post.markdown,
      citations: stored.post.citations,
      expiresAt: stored.expiresAt,
      isSettled: recalled.has(stored.inboundKey ?? "") || (!stored.mentioned && (await isSettled(stored, options))),
    })),
  );
  const { said, leftOut, markdown, citations } = composeDigest(answers, now);
  const leftOutBy = new Map(leftOut.map(({ key, reason }) => [key, reason]));
  const [first] = waited.filter(({ post }) => said.includes(post.idempotencyKey));
  const digestKey = idempotencyKey("digest", placeKey(place), ...said);
  const ends = waited.map((post): [StoredPost, SendEnd] => {
    const reason = leftOutBy.get(post.post.idempotencyKey);
    return [post, reason === undefined ? { state: "merged", reason: digestKey } : { state: "cancelled", reason }];
  });
  if (markdown === undefined || first === undefined) return settle(ends);
  const { conversation, ...target } = first.post.target;
  const digest: NewPost = {
    place,
    post: {
      idempotencyKey: digestKey,
      markdown,
      citations,
      kind: said.length === 1 ? "answer" : "notice",
      takesFeedback: said.length === 1,
      target: said.length === 1 ? { conversation, ...target } : { conversation },
    },
    state: "waiting",
    mentioned: false,
    notBefore: now,
    expiresAt: Math.max(...waited.map(({ expiresAt }) => expiresAt)),
    ...(said.length === 1 && first.inboundKey !== undefined && { inboundKey: first.inboundKey }),
    ...(said.length === 1 && first.askerId !== undefined && { askerId: first.askerId }),
    ...(said.length === 1 && first.question !== undefined && { question: first.question }),
  };
  return settle(ends, [digest]);

  async function settle(endings: [StoredPost, SendEnd][], posts: NewPost[] = []): Promise<boolean> {
    const cancelled = new Map(
      endings.flatMap(([{ inboundKey }, end]) =>
        end.state === "cancelled" && inboundKey !== undefined ? [[inboundKey, end.reason] as const] : [],
      ),
    );
    const records = await Promise.all([...cancelled.keys()].map(async (key) => (await store.findRecords(key))[0]));
    const ledger = records.flatMap((record) =>
      record === undefined ? [] : [{ ...record, outcome: "declined" as const, reason: cancelled.get(record.id) ?? "" }],
    );
    const ended = endings.map(([{ post }, end]) => ({ key: post.idempotencyKey, end }));
    return store.settle({ place, owner, done: [], ledger, posts, ends: ended }, now);
  }
}
