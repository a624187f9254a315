import { afterEach, beforeEach, expect, test } from "vitest";
import { readFlatXml } from "../../../src/channels/flat-xml.ts";
import { createAndroidChannel } from "../../../src/channels/wechat/android/channel.ts";
import { createOfficialChannel } from "../../../src/channels/wechat/official/channel.ts";
import type { Channel, WebhookReply, WebhookRequest } from "../../../src/core/channel.ts";
import type { Clock } from "../../../src/core/runtime.ts";
import type { Store } from "../../../src/core/store.ts";
import { createEngine } from "../../../src/group/engine.ts";
import type { AskReport, AskRequest } from "../../../src/group/engine-options.ts";
import { createMemoryStore } from "../../../src/store/memory-store.ts";
import { answerAll, POLICY } from "../../group/room.ts";
import { createManualClock, createRecordingLogger, settle, type ManualClock } from "../../models/stand-in/clocks.ts";
import {
  APP_ID,
  APP_SECRET,
  plainCallback,
  startFakeOfficial,
  textXml,
  TOKEN,
  type FakeOfficial,
} from "./fake-official.ts";
import { createFakePhone } from "./fake-phone.ts";

const SUFFIX = "7c9e6679f7425ab40d3e1b2c4f5a69d8";
const QUESTION = plainCallback(textXml("how do I leave the flat?"));

let clock: ManualClock;
let platform: FakeOfficial;
let store: Store;
let processes = 0;
let ask: (request: AskRequest, signal: AbortSignal) => Promise<AskReport>;

beforeEach(async () => {
  clock = createManualClock();
  platform = await startFakeOfficial();
  store = createMemoryStore();
  ask = answerAll;
});

afterEach(() => platform.close());

/** A new process on the same store; the one before never wakes again, and its leases run out. */
async function startProcess(create: (own: { clock: Clock; store: Store }) => Channel): Promise<Channel> {
  processes += 1;
  const me = processes;
  const ownClock: Clock = {
    now: () => clock.now(),
    sleep: async (ms, signal) => {
      await clock.sleep(ms, signal);
      if (me !== processes) await new Promise(() => undefined);
    },
  };
  const channel = create({ clock: ownClock, store });
  const engine = createEngine({
    store,
    clock: ownClock,
    logger: createRecordingLogger(),
    owner: `process-${processes}`,
    shared: true,
    channel: () => channel,
    policyOf: () => POLICY,
    score: async () => ({ question: 0.9, answerable: 0.9, threshold: 0.5, speak: true }),
    ask: (request, signal) => ask(request, signal),
  });
  await engine.start();
  await channel.start(engine.intake);
  return channel;
}

function official({ secret }: { secret: string | undefined } = { secret: APP_SECRET }): Promise<Channel> {
  return startProcess((own) =>
    createOfficialChannel({
      name: "oa",
      appId: APP_ID,
      token: TOKEN,
      secret,
      baseUrl: platform.baseUrl,
      fetch: (url, init) => fetch(url, init),
      clock: own.clock,
      logger: createRecordingLogger(),
    }),
  );
}

function android(): Promise<Channel> {
  return startProcess((own) =>
    createAndroidChannel({
      name: "phone",
      suffix: SUFFIX,
      groups: ["*"],
      notes: own.store,
      clock: own.clock,
      logger: createRecordingLogger(),
    }),
  );
}

/** Lets time pass in small steps, so that calls over the loopback can end in between. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 200) {
    await clock.advance(200);
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
}

/** What the reader sees of a reply that came within 5 s; undefined for none. */
async function tryOnce(channel: Channel, request: WebhookRequest): Promise<WebhookReply | undefined> {
  const seen: { reply?: WebhookReply } = {};
  const reply = channel.receive?.(request).then((value) => {
    seen.reply = value;
    return value;
  });
  await settle();
  await pass(5000);
  void reply;
  return seen.reply?.status === 200 ? seen.reply : undefined;
}

function contentOf(reply: WebhookReply | undefined): string | undefined {
  return readFlatXml(reply?.body ?? "")?.get("Content");
}

/** A model that takes its time. */
function askIn(ms: number): typeof ask {
  return async (request, signal) => {
    await clock.sleep(ms, signal);
    return answerAll(request);
  };
}

test("a fast answer is the reply to the reader's message", async () => {
  const channel = await official();
  expect(contentOf(await tryOnce(channel, QUESTION))).toBe("answer to how do I leave the flat?");
  await pass(60_000);
  expect(platform.shown).toEqual([]);
});

test("a slow answer is one customer message", async () => {
  ask = askIn(8000);
  const channel = await official();
  expect(await tryOnce(channel, QUESTION)).toMatchObject({ body: "success" });
  await pass(60_000);
  expect(platform.shown).toEqual([{ reader: "o-reader", text: "answer to how do I leave the flat?" }]);
});

test("without the AppSecret a slow answer reaches the platform's next try, though the message is known by then", async () => {
  ask = askIn(8000);
  const channel = await official({ secret: undefined });
  expect(await tryOnce(channel, QUESTION)).toBeUndefined();
  expect(contentOf(await tryOnce(channel, QUESTION))).toBe("answer to how do I leave the flat?");
});

test("a kill while the model works: the next process sends the answer, once", async () => {
  ask = () => new Promise<never>(() => undefined);
  await tryOnce(await official(), QUESTION);
  ask = answerAll;
  await official();
  await pass(120_000);
  expect(platform.shown).toEqual([{ reader: "o-reader", text: "answer to how do I leave the flat?" }]);
});

test("a question in a group gets its answer by the phone's polls, once, also after a kill", async () => {
  const first = createFakePhone(await android(), SUFFIX);
  await first.write("Tenants", "alice", "how do I leave the flat?");
  await pass(60_000);
  const second = createFakePhone(await android(), SUFFIX);
  await pass(60_000);
  expect(await second.poll("Tenants")).toMatchObject([
    { question: "how do I leave the flat?", text: "answer to how do I leave the flat?" },
  ]);
  expect(await second.poll("Tenants")).toEqual([]);
});
