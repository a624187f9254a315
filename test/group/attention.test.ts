import fc from "fast-check";
import { expect, test } from "vitest";
import {
  countOurs,
  DAY_MS,
  decideAttention,
  HOUR_MS,
  mostOfRecent,
  SHARE_WINDOW,
  type AttentionPolicy,
  type RoomFacts,
} from "../../src/group/attention.ts";
import { createQuietHours } from "../../src/group/quiet-hours.ts";

const NOON = Date.UTC(2026, 10, 24, 4);
const AWAKE = createQuietHours({ spans: [], timezone: "Asia/Shanghai" });
const POLICY: AttentionPolicy = { minGapMs: 30_000, perHour: 12, perDay: 60, maxShare: 0.2, quiet: AWAKE };
const EMPTY_ROOM: RoomFacts = { now: NOON, posts: [], oursAmongRecent: 0 };

test("the very first question of a group may be answered", () => {
  expect(decideAttention(POLICY, EMPTY_ROOM)).toEqual({ kind: "speak" });
});

test("a post waits for the gap to the last one, and is dropped where the gap is long", () => {
  const room = { ...EMPTY_ROOM, posts: [NOON - 10_000] };
  expect(decideAttention(POLICY, room)).toEqual({ kind: "wait", until: NOON + 20_000 });
  expect(decideAttention({ ...POLICY, minGapMs: HOUR_MS }, room)).toEqual({
    kind: "drop",
    reason: "over-budget",
    limit: "min-gap",
  });
});

test.each([
  ["per-hour", { perHour: 2 }, { posts: [NOON - HOUR_MS, NOON - 40_000] }],
  ["per-day", { perDay: 2 }, { posts: [NOON - DAY_MS, NOON - 2 * HOUR_MS] }],
  ["max-share", {}, { oursAmongRecent: 10 }],
] as const)("is over budget at the limit %s", (limit, policy, facts) => {
  const verdict = decideAttention({ ...POLICY, ...policy }, { ...EMPTY_ROOM, ...facts });
  expect(verdict).toEqual({ kind: "drop", reason: "over-budget", limit });
});

test("a budget of nothing is silence", () => {
  expect(decideAttention({ ...POLICY, perHour: 0 }, EMPTY_ROOM)).toMatchObject({ kind: "drop" });
  expect(decideAttention({ ...POLICY, maxShare: 0 }, EMPTY_ROOM)).toMatchObject({ kind: "drop", limit: "max-share" });
});

test("an admin's mute wins over quiet hours, quiet hours over the budget", () => {
  const quiet = createQuietHours({ spans: ["11:00-13:30"], timezone: "Asia/Shanghai" });
  const policy = { ...POLICY, quiet, perHour: 0 };
  expect(decideAttention(policy, { ...EMPTY_ROOM, mutedUntil: NOON + 1 })).toMatchObject({ reason: "muted" });
  expect(decideAttention(policy, { ...EMPTY_ROOM, mutedUntil: NOON })).toEqual({
    kind: "defer",
    until: NOON + 1.5 * HOUR_MS,
    reason: "quiet-hours",
  });
});

test("who never stops being quiet never speaks", () => {
  const quiet = createQuietHours({ spans: ["00:00-24:00"], timezone: "Asia/Shanghai" });
  expect(decideAttention({ ...POLICY, quiet }, EMPTY_ROOM)).toMatchObject({ kind: "drop", reason: "quiet-hours" });
});

test("the share counts the last 49 messages beside the next post", () => {
  expect(countOurs([true, ...Array<boolean>(47).fill(false), true])).toBe(2);
  expect(countOurs([true, ...Array<boolean>(49).fill(false)])).toBe(0);
  expect(mostOfRecent(0.2)).toBe(10);
  expect(mostOfRecent(0.29 + 0.01)).toBe(15);
  expect(mostOfRecent(0.019)).toBe(0);
});

const quietSpan = fc
  .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 0, max: 1439 }))
  .map(([from, to]) => `${clock(from)}-${clock(to)}`);

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

test("no window of any sequence holds a post too many", () => {
  const policies = fc.record({
    minGapMs: fc.integer({ min: 0, max: 120_000 }),
    perHour: fc.integer({ min: 0, max: 6 }),
    perDay: fc.integer({ min: 0, max: 12 }),
    maxShare: fc.constantFrom(0, 0.02, 0.1, 0.2, 0.5, 1),
    spans: fc.array(quietSpan, { maxLength: 2 }),
  });
  // Lines with their distance from the one before: bursts, and nights.
  const lines = fc.array(
    fc.record({
      after: fc.oneof(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 0, max: 7 * HOUR_MS })),
      isQuestion: fc.boolean(),
    }),
    { minLength: 1, maxLength: 220 },
  );
  fc.assert(
    fc.property(policies, lines, ({ spans, ...limits }, said) => {
      const quiet = createQuietHours({ spans, timezone: "Asia/Shanghai" });
      const policy: AttentionPolicy = { ...limits, quiet };
      const room: { at: number; ours: boolean }[] = [];
      let waiting: number[] = [];
      let now = NOON;
      const posts = (): number[] => room.filter(({ ours }) => ours).map(({ at }) => at);
      const facts = (): RoomFacts => ({
        now,
        posts: posts().filter((at) => at >= now - DAY_MS),
        oursAmongRecent: countOurs(room.map(({ ours }) => ours)),
      });
      const tryToPost = (): void => {
        const verdict = decideAttention(policy, facts());
        if (verdict.kind === "speak") room.push({ at: now, ours: true });
        if (verdict.kind === "wait") waiting.push(verdict.until);
      };
      for (const { after, isQuestion } of said) {
        const next = now + after;
        for (;;) {
          const due = Math.min(...waiting);
          if (due > next) break;
          waiting = waiting.filter((until) => until !== due);
          now = due;
          tryToPost();
        }
        now = next;
        room.push({ at: now, ours: false });
        if (isQuestion) tryToPost();
      }
      const ours = posts();
      for (const [index, at] of ours.entries()) {
        expect(at - (ours[index - 1] ?? -Infinity)).toBeGreaterThanOrEqual(policy.minGapMs);
        expect(ours.filter((other) => other <= at && other >= at - HOUR_MS).length).toBeLessThanOrEqual(policy.perHour);
        expect(ours.filter((other) => other <= at && other >= at - DAY_MS).length).toBeLessThanOrEqual(policy.perDay);
        expect(quiet.endAt(at)).toBeUndefined();
      }
      for (let end = 1; end <= room.length; end++) {
        const window = room.slice(Math.max(0, end - SHARE_WINDOW), end);
        expect(window.filter((one) => one.ours).length).toBeLessThanOrEqual(policy.maxShare * SHARE_WINDOW + 1e-9);
      }
    }),
    { numRuns: 200 },
  );
});
