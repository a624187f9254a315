import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { createLarkChannel } from "../../../src/channels/lark/channel.ts";
import type { Channel } from "../../../src/core/channel.ts";
import type { Clock } from "../../../src/core/runtime.ts";
import { createEngine, type Engine } from "../../../src/group/engine.ts";
import type { AskReport, AskRequest } from "../../../src/group/engine-options.ts";
import { createMemoryStore } from "../../../src/store/memory-store.ts";
import { answerAll, POLICY } from "../../group/room.ts";
import { createManualClock, createRecordingLogger } from "../../models/stand-in/clocks.ts";
import { ENCRYPT_KEY, encryptedRequest, envelope, mention, messageEnvelope, TOKEN } from "./envelopes.ts";
import { APP_ID, APP_SECRET, BOT_OPEN_ID, FakeFeishu } from "./fake-feishu.ts";

type Ask = (request: AskRequest, signal: AbortSignal) => Promise<AskReport>;

/** A group, a store that lives on, and processes that come and go. */
async function openGroup() {
  const feishu = await new FakeFeishu().start();
  onTestFinished(() => feishu.stop());
  const clock = createManualClock();
  feishu.now = () => clock.now();
  const store = createMemoryStore();
  let processes = 0;
  let channel: Channel | undefined;
  let engine: Engine | undefined;
  let ask: Ask = answerAll;
  let count = 0;

  /** The one before is gone without a word: it never wakes again, and none of its calls goes out any more. */
  const startProcess = async (): Promise<void> => {
    processes += 1;
    const me = processes;
    const ownClock: Clock = {
      now: () => clock.now(),
      sleep: async (ms, signal) => {
        await clock.sleep(ms, signal);
        if (me !== processes) await new Promise(() => undefined);
      },
    };
    const logger = createRecordingLogger();
    const own = createLarkChannel({
      name: "hr",
      appId: APP_ID,
      appSecret: APP_SECRET,
      verificationToken: TOKEN,
      encryptKey: ENCRYPT_KEY,
      baseUrl: feishu.baseUrl,
      mode: "webhook",
      fetch: async (url, init) => {
        if (me !== processes) await new Promise(() => undefined);
        const response = await fetch(url, init);
        if (me !== processes) await new Promise(() => undefined);
        return response;
      },
      clock: ownClock,
      logger,
    });
    channel = own;
    engine = createEngine({
      store,
      clock: ownClock,
      logger,
      owner: `process-${processes}`,
      shared: true,
      channel: () => own,
      policyOf: () => POLICY,
      score: async () => ({ question: 0.9, answerable: 0.9, threshold: 0.5, speak: true }),
      ask: (request, signal) => ask(request, signal),
    });
    await engine.start();
    await channel.start(engine.intake);
  };
  const deliver = async (body: Record<string, unknown>): Promise<number | undefined> =>
    (await channel?.receive?.(encryptedRequest(body, { sentAtMs: clock.now() })))?.status;
  await startProcess();
  return {
    feishu,
    clock,
    startProcess,
    answerWith: (next: Ask) => {
      ask = next;
    },
    deliver,
    /** A member mentions the bot. Resolves with the message's id. */
    async say(text: string, changes: Record<string, unknown> = {}): Promise<string> {
      count += 1;
      const id = `om_q${count}`;
      feishu.known.add(id);
      await deliver(
        messageEnvelope(
          {
            message_id: id,
            create_time: String(clock.now()),
            content: JSON.stringify({ text: `@_user_1 ${text}` }),
            mentions: [mention("@_user_1", BOT_OPEN_ID, "Bean")],
            ...changes,
          },
          { sender: { sender_id: { open_id: `ou_member${count}` } }, header: { event_id: `event${count}` } },
        ),
      );
      return id;
    },
    /** Lets the time pass, and what goes over sockets meanwhile arrive. */
    async pass(ms: number, stepMs = 250): Promise<void> {
      for (let gone = 0; gone < ms; gone += stepMs) {
        await clock.advance(stepMs);
        await new Promise((resolve) => {
          setTimeout(resolve, 2);
        });
      }
    },
    texts: () => feishu.shown().map((message) => JSON.stringify(feishu.cardOf(message))),
  };
}

test("a question is answered in reply, in a card that grows, with a mark while it works", async () => {
  const group = await openGroup();
  group.answerWith(async (request, signal) => {
    for (const word of ["answer ", "to ", request.question]) {
      request.onText?.(word);
      await group.clock.sleep(1000, signal);
    }
    return answerAll(request);
  });
  const id = await group.say("how do I leave the flat?");
  await group.pass(2000);
  expect([...group.feishu.reactions.values()]).toEqual([{ messageId: id, emoji: "OnIt" }]);
  await group.pass(8000);
  expect(group.feishu.shown()).toMatchObject([{ replyTo: id }]);
  expect(group.texts()[0]).toContain("answer to how do I leave the flat?");
  expect(group.feishu.cards.all[0]?.texts.length).toBeGreaterThan(1);
  expect(group.feishu.cards.all[0]?.isStreaming).toBe(false);
  expect(group.feishu.reactions.size).toBe(0);
});

test("pitfall 2: the same message with a new event id, after a restart and hours later, is answered once", async () => {
  const group = await openGroup();
  const id = await group.say("how do I leave the flat?");
  await group.pass(5000);
  const again = messageEnvelope({ message_id: id }, { header: { event_id: "another" } });
  expect(await group.deliver(again)).toBe(200);
  await group.startProcess();
  expect(await group.deliver(again)).toBe(200);
  await group.clock.advance(6 * 3_600_000);
  expect(await group.deliver(again)).toBe(200);
  await group.pass(60_000, 2000);
  expect(group.feishu.messages).toHaveLength(1);
});

test("pitfall 9: what bots say is not answered", async () => {
  const group = await openGroup();
  const body = messageEnvelope({ message_id: "om_bot" }, { sender: { sender_type: "app" } });
  expect(await group.deliver(body)).toBe(200);
  await group.pass(30_000, 1000);
  expect(group.feishu.messages).toEqual([]);
});

test("a kill while an answer is shown: the same card ends whole", async () => {
  const group = await openGroup();
  group.answerWith((request) => {
    request.onText?.("answer to ");
    return new Promise<never>(() => undefined);
  });
  await group.say("how do I leave the flat?");
  await group.pass(3000);
  expect(group.feishu.shown()).toHaveLength(1);
  group.answerWith(answerAll);
  await group.startProcess();
  await group.pass(60_000, 1000);
  expect(group.feishu.messages).toHaveLength(1);
  expect(group.texts()[0]).toContain("answer to how do I leave the flat?");
  expect(group.feishu.cards.all[0]?.isStreaming).toBe(false);
});

test("a question that is recalled while it is answered leaves nothing behind", async () => {
  const group = await openGroup();
  group.answerWith((request, signal) => {
    request.onText?.("answer to ");
    return group.clock.sleep(10_000, signal).then(() => answerAll(request));
  });
  const id = await group.say("how do I leave the flat?");
  await group.pass(3000);
  group.feishu.known.delete(id);
  await group.deliver(
    envelope("im.message.recalled_v1", { message_id: id, chat_id: "oc_group", recall_time: String(group.clock.now()) }),
  );
  await group.pass(30_000, 1000);
  expect(group.feishu.shown()).toEqual([]);
});

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("say" as const), slowMs: fc.nat(8000) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(5000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("kill" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("fault" as const),
      on: fc.constantFrom(/reply$/, /cards$/, /content$/, /settings$/, /^PUT .*\/cards\/\w+$/),
      fault: fc.constantFrom(
        { breaks: "before" as const },
        { breaks: "after" as const },
        { code: 230_020 },
        { status: 500 },
      ),
    }),
  },
);

test("whatever comes between, kills and lost replies too, every group gets its answer once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async (steps) => {
      const group = await openGroup();
      const slow = new Map<string, number>();
      group.answerWith(async (request, signal) => {
        request.onText?.("answer to ");
        await group.clock.sleep(slow.get(request.question) ?? 0, signal);
        return answerAll(request);
      });
      let asked = 0;
      for (const each of steps) {
        if (each.kind === "say") {
          asked += 1;
          slow.set(`what is thing ${asked}.`, each.slowMs);
          await group.say(`what is thing ${asked}.`, { chat_id: `oc_group${asked}` });
        } else if (each.kind === "pass") {
          await group.pass(each.ms, 500);
        } else if (each.kind === "kill") {
          await group.startProcess();
        } else {
          group.feishu.fail({ on: each.on, ...each.fault });
        }
      }
      await group.pass(240_000, 3000);
      group.feishu.stop();
      const texts = group.texts();
      for (let number = 1; number <= asked; number += 1) {
        expect({
          number,
          times: texts.filter((text) => text.includes(`answer to what is thing ${number}.`)).length,
        }).toEqual({
          number,
          times: 1,
        });
      }
      expect(texts).toHaveLength(asked);
    }),
    { numRuns: 15 },
  );
}, 60_000);
