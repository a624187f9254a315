import fc from "fast-check";
import { expect, test } from "vitest";
import type { PostStream, SendProgress } from "../../../src/core/channel.ts";
import { createJumpingClock, settle } from "../../models/stand-in/clocks.ts";
import type { FakeFeishu } from "./fake-feishu.ts";
import { createProgress, freshSignal, postOf, startLarkBench, type LarkBench } from "./lark-bench.ts";

async function open({ channel }: Pick<LarkBench, "channel">, progress: SendProgress): Promise<PostStream> {
  const stream = await channel.openStream?.(postOf(), progress, freshSignal());
  if (stream === undefined) throw new Error("no stream");
  return stream;
}

/** Waits until the fake has this many texts. */
async function texts(feishu: FakeFeishu, count: number): Promise<void> {
  const until = Date.now() + 3000;
  while (feishu.cards.all.flatMap((card) => card.texts).length < count && Date.now() < until) {
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}

/** Waits until the fake has this many messages, and the channel has heard of it. */
async function messages(feishu: FakeFeishu, count: number): Promise<void> {
  const until = Date.now() + 3000;
  do {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  } while (feishu.messages.length < count && Date.now() < until);
}

function finalCard(feishu: FakeFeishu): string {
  const message = feishu.shown()[0];
  return message === undefined ? "" : JSON.stringify(feishu.cardOf(message));
}

test("an answer grows in a card, and ends whole with sources and buttons", async () => {
  const bench = await startLarkBench();
  const { feishu } = bench;
  const progress = createProgress();
  const stream = await open(bench, progress);
  expect(feishu.messages).toEqual([]);
  stream.update("退公寓");
  await texts(feishu, 1);
  expect(feishu.shown()).toMatchObject([{ replyTo: "om_question", msgType: "interactive", content: { type: "card" } }]);
  stream.update("退公寓要提前");
  await texts(feishu, 2);
  expect(await stream.finish(postOf())).toEqual({ messageIds: ["om_1"] });
  expect(feishu.cards.all[0]?.texts).toEqual(["退公寓", "退公寓要提前", "退公寓要提前申请 [1]。"]);
  expect(finalCard(feishu)).toContain("退公寓要提前申请 [1]。");
  expect(finalCard(feishu)).toContain("公寓手册 › 退房");
  expect(finalCard(feishu)).toContain('"vote":"down","key":"key-1"');
  expect(feishu.cards.all[0]?.isStreaming).toBe(false);
  expect(feishu.shown()).toHaveLength(1);
});

test("the card is on the disk before it is sent", async () => {
  const bench = await startLarkBench();
  const { feishu } = bench;
  const progress = createProgress();
  const saved: string[] = [];
  feishu.fail({ on: /reply$/, hook: () => saved.push(...progress.saves) });
  (await open(bench, progress)).update("退");
  await texts(feishu, 1);
  expect(saved.join("")).toContain("card1");
});

test("pitfall 14: however fast the text comes, one change is under way and the sequence rises", async () => {
  const bench = await startLarkBench();
  const { feishu } = bench;
  const stream = await open(bench, createProgress());
  const markdown = Array.from({ length: 400 }, (_, index) => `词${index}`).join("");
  for (let end = 1; end <= markdown.length; end += 7) {
    stream.update(markdown.slice(0, end));
    if (end % 5 === 0) await settle();
  }
  await stream.finish(postOf({ markdown }));
  const sequences = feishu.calls.map(({ body }) => body["sequence"]).filter((value) => value !== undefined);
  expect(sequences.every((value, index) => index === 0 || Number(value) > Number(sequences[index - 1]))).toBe(true);
  expect(finalCard(feishu)).toContain(markdown);
  const shown = feishu.cards.all[0]?.texts ?? [];
  expect(shown.every((text, index) => index === 0 || text.startsWith(shown[index - 1] ?? ""))).toBe(true);
});

test("updates are at least 200 ms apart", async () => {
  const bench = await startLarkBench();
  const stream = await open(bench, createProgress());
  const before = bench.clock.sleeps.length;
  for (const text of ["a", "ab", "abc"]) {
    stream.update(text);
    await texts(bench.feishu, text.length);
  }
  await stream.finish(postOf());
  expect(bench.clock.sleeps.slice(before).filter((ms) => ms === 200).length).toBeGreaterThanOrEqual(2);
});

test.each([300_309, 200_850])("pitfall 14: a stream that Lark has closed (%i) is opened again", async (code) => {
  const bench = await startLarkBench();
  const { feishu } = bench;
  const stream = await open(bench, createProgress());
  stream.update("一");
  await texts(feishu, 1);
  feishu.fail({ on: /content$/, code });
  stream.update("一二");
  await texts(feishu, 2);
  await stream.finish(postOf({ markdown: "一二三" }));
  expect(feishu.cards.all[0]?.texts.slice(0, 2)).toEqual(["一", "一二"]);
  expect(finalCard(feishu)).toContain("一二三");
});

test("a restart in the middle finishes the same card", async () => {
  const bench = await startLarkBench();
  const { feishu } = bench;
  const progress = createProgress();
  const stream = await open(bench, progress);
  stream.update("退公寓");
  await texts(feishu, 1);
  const second = bench.restarted();
  expect(await second.send(postOf(), progress, freshSignal())).toEqual({ messageIds: ["om_1"] });
  expect(feishu.shown()).toHaveLength(1);
  expect(feishu.cards.all).toHaveLength(1);
  expect(finalCard(feishu)).toContain("退公寓要提前申请");
  // Once more, as after a crash before the receipt was noted.
  expect(await bench.restarted().send(postOf(), progress, freshSignal())).toEqual({ messageIds: ["om_1"] });
  expect(feishu.shown()).toHaveLength(1);
});

test("a restart may also go on streaming into the same card", async () => {
  const bench = await startLarkBench();
  const progress = createProgress();
  const first = await open(bench, progress);
  first.update("退");
  await texts(bench.feishu, 1);
  const again = await open({ channel: bench.restarted() }, progress);
  again.update("退公寓");
  await texts(bench.feishu, 2);
  await again.finish(postOf());
  expect(bench.feishu.shown()).toHaveLength(1);
  expect(finalCard(bench.feishu)).toContain("退公寓要提前申请");
});

test("a card whose message got lost is shown once", async () => {
  const bench = await startLarkBench();
  const { feishu } = bench;
  const progress = createProgress();
  feishu.fail({ on: /reply$/, breaks: "after" });
  (await open(bench, progress)).update("退");
  await messages(feishu, 1);
  expect(await bench.restarted().send(postOf(), progress, freshSignal())).toEqual({ messageIds: ["om_1"] });
  expect(feishu.shown()).toHaveLength(1);
  expect(finalCard(feishu)).toContain("退公寓要提前申请");
});

test("a card of which nobody knows whether it is shown gets its text, but is not sent again after an hour", async () => {
  const bench = await startLarkBench();
  const { feishu, clock } = bench;
  const progress = createProgress();
  feishu.fail({ on: /reply$/, breaks: "after" });
  (await open(bench, progress)).update("退");
  await messages(feishu, 1);
  await clock.sleep(2 * 3_600_000);
  await expect(bench.restarted().send(postOf(), progress, freshSignal())).rejects.toMatchObject({
    code: "channel_unknown_outcome",
    retryable: false,
  });
  expect(feishu.shown()).toHaveLength(1);
  expect(finalCard(feishu)).toContain("退公寓要提前申请");
});

test("a card that is gone is replaced by a new message", async () => {
  const bench = await startLarkBench();
  const { feishu } = bench;
  const stream = await open(bench, createProgress());
  stream.update("退");
  await texts(feishu, 1);
  const card = feishu.cards.all[0];
  if (card !== undefined) card.isGone = true;
  await stream.finish(postOf());
  expect(feishu.shown()).toHaveLength(1);
  expect(finalCard(feishu)).toContain("退公寓要提前申请");
});

test("where cards may not be streamed into the answer comes whole", async () => {
  const bench = await startLarkBench();
  bench.feishu.cards.isForbidden = true;
  const stream = await open(bench, createProgress());
  stream.update("退");
  await settle();
  expect(bench.feishu.shown()).toEqual([]);
  expect(await stream.finish(postOf())).toEqual({ messageIds: ["om_1"] });
  expect(finalCard(bench.feishu)).toContain("退公寓要提前申请");
});

test("a final card that is refused is withdrawn and its text sent as a message", async () => {
  const bench = await startLarkBench();
  const { feishu } = bench;
  const stream = await open(bench, createProgress());
  stream.update("退");
  await texts(feishu, 1);
  feishu.fail({ on: /^PUT \/open-apis\/cardkit\/v1\/cards\/card1$/, code: 200_861, times: 2 });
  await stream.finish(postOf());
  expect(feishu.messages.map(({ isRecalled }) => isRecalled)).toEqual([true, false]);
  expect(finalCard(feishu)).toContain("退公寓要提前申请");
});

test("a long answer fills the card and goes on in messages", async () => {
  const bench = await startLarkBench();
  const { feishu } = bench;
  const stream = await open(bench, createProgress());
  const markdown = Array.from({ length: 900 }, (_, index) => `第 ${index} 条：退房要提前申请，押金会退还。`).join(
    "\n\n",
  );
  stream.update(markdown.slice(0, 3000));
  await texts(feishu, 1);
  stream.update(markdown);
  const { messageIds } = await stream.finish(postOf({ markdown }));
  expect(messageIds.length).toBeGreaterThan(1);
  expect(messageIds).toEqual(feishu.shown().map(({ id }) => id));
  const all = feishu.shown().map((message) => JSON.stringify(feishu.cardOf(message)));
  for (let index = 0; index < 900; index += 1) {
    expect(all.filter((text) => text.includes(`第 ${index} 条`))).toHaveLength(1);
  }
});

test("what is abandoned is withdrawn, and something else may be said under the same key", async () => {
  const bench = await startLarkBench();
  const { feishu } = bench;
  const progress = createProgress();
  const stream = await open(bench, progress);
  stream.update("胡说");
  await texts(feishu, 1);
  await stream.abandon();
  expect(feishu.shown()).toEqual([]);
  await bench.channel.send(postOf({ markdown: "没有找到。", citations: [], kind: "decline" }), progress, freshSignal());
  expect(feishu.shown()).toHaveLength(1);
  expect(finalCard(feishu)).toContain("没有找到");
});

test("what nothing was said of is abandoned without a trace", async () => {
  const bench = await startLarkBench();
  const stream = await open(bench, createProgress());
  await stream.abandon();
  expect(bench.feishu.messages).toEqual([]);
  expect(bench.feishu.cards.all).toEqual([]);
});

test.each([false, true])(
  "after a restart what is shown of an answer that will not come is withdrawn (its reply got lost: %s)",
  async (isLost) => {
    const bench = await startLarkBench();
    const { feishu } = bench;
    const progress = createProgress();
    if (isLost) feishu.fail({ on: /reply$/, breaks: "after" });
    (await open(bench, progress)).update("退");
    await messages(feishu, 1);
    await (await open({ channel: bench.restarted() }, progress)).abandon();
    expect(feishu.messages).toHaveLength(1);
    expect(feishu.shown()).toEqual([]);
  },
);

test("what may not be withdrawn is at least no longer being written into", async () => {
  const bench = await startLarkBench();
  const { feishu } = bench;
  const stream = await open(bench, createProgress());
  stream.update("退");
  await texts(feishu, 1);
  feishu.fail({ on: /^DELETE/, code: 230_026 });
  await stream.abandon();
  expect(feishu.cards.all[0]?.isStreaming).toBe(false);
});

test("a change whose reply gets lost does not stop the card", async () => {
  const bench = await startLarkBench();
  const { feishu } = bench;
  const stream = await open(bench, createProgress());
  feishu.fail({ on: /content$/, status: 500 });
  feishu.fail({ on: /settings$/, code: 99_991_400, status: 429 });
  feishu.fail({ on: /^PUT \/open-apis\/cardkit\/v1\/cards\/card1$/, code: 300_317 });
  stream.update("退");
  await stream.finish(postOf());
  expect(finalCard(feishu)).toContain("退公寓要提前申请");
  expect(feishu.shown()).toHaveLength(1);
});

test("wherever a process dies and whatever gets lost, one message is shown and it ends whole", async () => {
  const faults = fc.array(
    fc.record({
      on: fc.constantFrom(/reply$/, /cards$/, /content$/, /settings$/, /^PUT \/open-apis\/cardkit\/v1\/cards\/\w+$/),
      breaks: fc.constantFrom("before" as const, "after" as const),
    }),
    { maxLength: 3 },
  );
  await fc.assert(
    fc.asyncProperty(faults, fc.integer({ min: 1, max: 8 }), async (scripted, deathAfterSaves) => {
      const bench = await startLarkBench({ clock: createJumpingClock(1_725_442_341_000) });
      const { feishu } = bench;
      for (const fault of scripted) feishu.fail(fault);
      const progress = createProgress();
      const dying = {
        get saved() {
          return progress.saved;
        },
        save: async (state: string): Promise<void> => {
          if (progress.saves.length >= deathAfterSaves) throw new Error("killed");
          await progress.save(state);
        },
      };
      const whole = async (): Promise<void> => {
        const stream = await open(bench, dying);
        stream.update("退公寓");
        if (deathAfterSaves % 2 === 0) await settle();
        await stream.finish(postOf());
      };
      await whole().catch(() => undefined);
      for (let attempt = 0; attempt < 8; attempt += 1) {
        const sent = await bench
          .restarted()
          .send(postOf(), progress, freshSignal())
          .catch(() => undefined);
        if (sent !== undefined) break;
      }
      feishu.stop();
      expect(feishu.shown()).toHaveLength(1);
      expect(finalCard(feishu)).toContain("退公寓要提前申请");
    }),
    { numRuns: 40 },
  );
});
