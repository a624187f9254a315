import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createWecomBotChannel } from "../../../src/channels/wecom/bot-channel.ts";
import type { Channel } from "../../../src/core/channel.ts";
import type { Clock } from "../../../src/core/runtime.ts";
import { messageKey, type LedgerRecord, type Store } from "../../../src/core/store.ts";
import { createEngine, type Engine } from "../../../src/group/engine.ts";
import type { AskReport, AskRequest } from "../../../src/group/engine-options.ts";
import { createMemoryStore } from "../../../src/store/memory-store.ts";
import { answerAll, POLICY } from "../../group/room.ts";
import { createManualClock, createRecordingLogger, type ManualClock } from "../../models/stand-in/clocks.ts";
import { createBotSide, type FakeBotSide } from "./fake-bot-side.ts";
import { AES_KEY, startFakeWecom, TOKEN, type FakeWecom } from "./fake-wecom.ts";

let clock: ManualClock;
let fake: FakeWecom;
let store: Store;
let channel: Channel;
let engine: Engine;
let side: FakeBotSide;
let processes = 0;
let messages = 0;
let ask: (request: AskRequest, signal: AbortSignal) => Promise<AskReport>;

/** A new process on the same store. The one before is gone without a word: it never wakes again, its leases run out. */
async function startProcess(): Promise<void> {
  const logger = createRecordingLogger();
  processes += 1;
  const me = processes;
  const ownClock: Clock = {
    now: () => clock.now(),
    sleep: async (ms, signal) => {
      await clock.sleep(ms, signal);
      if (me !== processes) await new Promise(() => undefined);
    },
  };
  const own = createWecomBotChannel({
    name: "hr",
    baseUrl: fake.baseUrl,
    secrets: { token: TOKEN, encodingAesKey: AES_KEY },
    fetch,
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
}

beforeEach(async () => {
  clock = createManualClock();
  fake = await startFakeWecom(clock);
  store = createMemoryStore();
  ask = answerAll;
  side = createBotSide(fake, {
    clock,
    receive: () => (request) => channel.receive?.(request) ?? Promise.resolve({ status: 503 }),
  });
  await startProcess();
});

afterEach(async () => {
  await fake.close();
  expect(fake.violations).toEqual([]);
});

/** Polls as WeCom does until the bubble has ended. */
async function pollToEnd(id: string): Promise<string> {
  for (let poll = 0; poll < 900; poll += 1) {
    const frame = await side.poll(id);
    if (frame?.finish === true) return frame.content;
    await clock.advance(400);
  }
  throw new Error("the bubble never ended");
}

async function recordOf(id: string): Promise<LedgerRecord | undefined> {
  return (await store.findRecords(messageKey({ channel: "wecom-bot", app: "hr", id })))[0];
}

async function decline(): Promise<AskReport> {
  return { outcome: { kind: "declined", reason: "unanswerable" }, steps: [] };
}

test("a question is answered in its bubble while it is written", async () => {
  ask = async (request, signal) => {
    const report = await answerAll(request);
    const answer = report.outcome.kind === "answered" ? report.outcome.answer : "";
    for (const word of answer.match(/\S+\s*/g) ?? []) {
      request.onText?.(word);
      await clock.sleep(500, signal);
    }
    return report;
  };
  const id = await side.say("@Bot how do I leave the flat?");
  expect(await pollToEnd(id)).toBe("answer to how do I leave the flat?");
  expect(fake.bubbles.get(id)?.polledAt.length).toBeGreaterThan(5);
  expect(await recordOf("M1")).toMatchObject({ outcome: "answered" });
  await clock.advance(30_000);
  expect(fake.posted).toEqual([]);
});

test("what cannot be answered ends with the honest line, once a minute, then with nothing", async () => {
  ask = decline;
  const first = await pollToEnd(await side.say("@Bot who is the king of the moon?"));
  expect(first).not.toBe("");
  const started = clock.now();
  expect(await pollToEnd(await side.say("@Bot and of the sun?"))).toBe("");
  // Not by the bubble's own time limit.
  expect(clock.now() - started).toBeLessThan(10_000);
});

test("a kill while the model works: the next process answers in the same bubble, once", async () => {
  ask = () => new Promise<never>(() => undefined);
  const id = await side.say("@Bot how do I leave the flat?");
  await clock.advance(2000);
  ask = answerAll;
  await startProcess();
  expect(await pollToEnd(id)).toBe("answer to how do I leave the flat?");
  await clock.advance(60_000);
  expect(fake.posted).toEqual([]);
});

test("a kill while an answer is shown: it goes on below what was shown, once", async () => {
  ask = (request) => {
    request.onText?.("answer to ");
    return new Promise<never>(() => undefined);
  };
  const id = await side.say("@Bot how do I leave the flat?");
  await clock.advance(400);
  expect(await side.poll(id)).toMatchObject({ content: "answer to ", finish: false });
  ask = answerAll;
  await startProcess();
  expect(await pollToEnd(id)).toContain("answer to how do I leave the flat?");
  await clock.advance(60_000);
  expect(fake.posted).toEqual([]);
});

test("a bubble that shows nothing yet ends when its line comes to nothing", async () => {
  const started = clock.now();
  const ids = [await side.say("@Bot /mute 2h"), await side.say("@Bot"), await side.say("@Bot how do I leave it?")];
  const texts = [];
  for (const id of ids) texts.push(await pollToEnd(id));
  expect(texts).toEqual(["", "", "answer to how do I leave it?"]);
  expect(clock.now() - started).toBeLessThan(30_000);
});

test("two lines of one member in a row: no bubble is left open", async () => {
  const [first, second] = [await side.say("@Bot about the flat"), await side.say("@Bot how do I leave it?")];
  const started = clock.now();
  const texts = [await pollToEnd(first), await pollToEnd(second)];
  expect(texts.join("\n")).toContain("answer to");
  expect(clock.now() - started).toBeLessThan(30_000);
});

/** What may happen at any moment. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("say" as const), slow: fc.nat(20_000) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("poll" as const), which: fc.nat(7) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(20_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("kill" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("fault" as const) }) },
);

test("whatever comes between, kills too, every answer is shown once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const bubbles: { id: string; answer: string }[] = [];
      const delays = new Map<string, number>();
      fake.posted.length = 0;
      ask = async (request, signal) => {
        request.onText?.("answer to ");
        await clock.sleep(delays.get(request.question) ?? 0, signal);
        return answerAll(request);
      };
      for (const each of steps) {
        if (each.kind === "say" && bubbles.length < 8) {
          messages += 1;
          const question = `what is thing ${messages}.`;
          delays.set(question, each.slow);
          const id = await side.say(`@Bot ${question}`, { msgid: `C${messages}` });
          bubbles.push({ id, answer: `answer to ${question}` });
        } else if (each.kind === "poll") {
          const bubble = bubbles[each.which];
          if (bubble !== undefined && clock.now() - (fake.bubbles.get(bubble.id)?.startedAt ?? 0) < 300_000) {
            await side.poll(bubble.id);
          }
        } else if (each.kind === "pass") {
          await advance(each.ms);
        } else if (each.kind === "kill") {
          await startProcess();
        } else if (each.kind === "fault") {
          fake.fail("/cgi-bin/aibot/response", { errcode: 45_009 });
        }
      }
      const timesShown = ({ id, answer }: (typeof bubbles)[number]): number =>
        (fake.bubbles.get(id)?.content.split(answer).length ?? 1) -
        1 +
        fake.posted.filter(({ content }) => content.includes(answer)).length;
      for (let round = 0; round < 500 && !bubbles.every((bubble) => timesShown(bubble) > 0); round += 1) {
        await advance(5000);
      }
      for (let round = 0; round < 20; round += 1) await advance(5000);
      expect(bubbles.map(timesShown)).toEqual(bubbles.map(() => 1));
    }),
    { numRuns: 15, endOnFailure: true },
  );
}, 60_000);

/** Lets the time pass, and what goes over sockets meanwhile arrive. */
async function advance(ms: number): Promise<void> {
  await clock.advance(ms);
  await new Promise((resolve) => {
    setTimeout(resolve, 1);
  });
}
