import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { createFakeClock } from "./fake-clock.ts";
import { openRoom, PLACE_KEY, type FakeRoom } from "./room.ts";

const AT_US = { mentions: { bot: true, others: [] } };

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("says" as const),
      id: fc.integer({ min: 0, max: 15 }),
      toUs: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("passes" as const), ms: fc.integer({ min: 0, max: 30_000 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restarts" as const) }) },
);

test("whatever is delivered however often, through restarts and a moody platform, is answered once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 30 }),
      async (steps, moods) => {
        const clock = createFakeClock();
        const store = createMemoryStore();
        const seen: { key: string; to: string; mentioned: boolean }[] = [];
        const shown = new Set<string>();
        let call = 0;
        const asked = new Map<string, boolean>();
        const onSend = (post: { idempotencyKey: string; target: { inReplyTo?: string } }) => {
          const mood = moods[call++] ?? 0;
          if (mood === 1) throw new AppError("channel_limited", "busy", { retryable: true });
          // The platform shows a key once.
          const to = post.target.inReplyTo ?? "";
          if (!shown.has(post.idempotencyKey))
            seen.push({ key: post.idempotencyKey, to, mentioned: asked.get(to) ?? false });
          shown.add(post.idempotencyKey);
          if (mood === 2) throw new AppError("channel_unknown_outcome", "who knows");
          if (mood === 3) throw new AppError("channel_unreachable", "no reply", { retryable: true });
          if (mood === 4) throw new Error("a bug of the channel");
        };
        let owner = 0;
        const open = (): Promise<FakeRoom> =>
          openRoom({ store, clock, owner: `o${owner++}`, onSend, policy: { maxAgeMs: 1e12, mentionedMaxAgeMs: 1e12 } });
        let room = await open();
        for (const one of steps) {
          if (one.kind === "says") {
            const id = `m${one.id}`;
            if (!asked.has(id)) asked.set(id, one.toUs);
            await room.says(id, `公寓 ${one.id} 怎么退？`, {
              sender: { id: `p${one.id}`, isBot: false },
              ...(one.toUs && AT_US),
            });
          } else if (one.kind === "passes") await room.passes(one.ms);
          else {
            await room.engine.stop();
            room = await open();
          }
        }
        await room.passes(3_000_000);
        await room.engine.stop();
        expect(seen.map(({ to }) => to).toSorted()).toEqual([...asked.keys()].toSorted());
        expect(await store.unsentPosts(PLACE_KEY)).toEqual([]);
        expect(await store.pendingEvents(PLACE_KEY)).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

test("posts of one rank leave in the order they were put in, whatever the platform does", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      fc.array(fc.boolean(), { maxLength: 40 }),
      async (ranks, busy) => {
        let call = 0;
        const room = await openRoom({
          onSend() {
            if (busy[call++] === true) throw new AppError("channel_limited", "busy", { retryable: true });
          },
        });
        const place = { channel: "hr", app: "bot", conversationId: "g1" };
        for (const [index, mentioned] of ranks.entries()) {
          await room.store.reservePost(
            {
              place,
              post: {
                idempotencyKey: `k${index}`,
                markdown: "x",
                citations: [],
                kind: "notice",
                takesFeedback: false,
                target: { conversation: { id: "g1", kind: "group" } },
              },
              state: "waiting",
              mentioned,
              notBefore: 0,
              expiresAt: Number.MAX_SAFE_INTEGER,
            },
            room.clock.now(),
          );
        }
        await room.passes(5_000_000);
        const keys = room.shown.map(({ idempotencyKey }) => Number(idempotencyKey.slice(1)));
        for (const rank of [true, false]) {
          const ofRank = keys.filter((index) => ranks[index] === rank);
          expect(ofRank).toEqual(ofRank.toSorted((left, right) => left - right));
        }
        expect(new Set(keys).size).toBe(ranks.length);
        expect(keys).toHaveLength(ranks.length);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);
