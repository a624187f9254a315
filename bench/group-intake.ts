/*
 * How fast events are taken in, durably, and how soon they are acknowledged while models hang: `npm run bench group`, or
 * `npx tsx --expose-gc bench/group-intake.ts [--quick]`. One process with an engine over a file store; the gate is a
 * stand-in that costs nothing, so that the store and the engine are what is measured.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Channel, ChannelEvent } from "../src/core/channel.ts";
import type { Clock } from "../src/core/runtime.ts";
import { createEngine, type Engine } from "../src/group/engine.ts";
import { createQuietHours } from "../src/group/quiet-hours.ts";
import { openStore } from "../src/store/open-store.ts";
import { percentile, type Figure } from "./figure.ts";

const isQuick = process.argv.includes("--quick");
const GROUPS = 500;
const THROUGHPUT_EVENTS = isQuick ? 5000 : 20_000;
const MEMORY_EVENTS = isQuick ? 20_000 : 100_000;
const MEMORY_PER_SECOND = 1500;
const IN_FLIGHT = 256;
const HANG_MS = 30_000;

const quiet = () => undefined;
const clock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
};
const channel: Channel = {
  name: "bench",
  kind: "fake",
  abilities: { hearsEverything: true, sendsOnce: true, recalls: false, takesFeedback: false },
  start: async () => undefined,
  stop: async () => undefined,
  check: async () => [],
  send: async () => ({ messageIds: [] }),
};

function eventOf(index: number, mentioned: boolean): ChannelEvent {
  return {
    kind: "message",
    message: {
      id: `om_${index}`,
      channel: "bench",
      app: "bot",
      conversation: { id: `oc_${index % GROUPS}`, kind: "group" },
      sender: { id: `ou_${index % 7}`, isBot: false },
      text: `line ${index}: 大家早上好，今天的会议改到下午三点，请各位准时参加`,
      parts: [],
      mentions: { bot: mentioned, others: [] },
      sentAt: Date.now(),
    },
  };
}

async function withEngine<T>(debounceMs: number, run: (engine: Engine) => Promise<T>): Promise<T> {
  const workDir = mkdtempSync(join(tmpdir(), "xianheng-bench-"));
  const store = await openStore({ url: "file:state.db", workDir, alone: true });
  const engine = createEngine({
    store,
    clock,
    logger: { debug: quiet, info: quiet, warn: quiet, error: (event, fields) => console.error(event, fields) },
    owner: "bench",
    shared: false,
    channel: () => channel,
    policyOf: () => ({
      debounceMs,
      maxBurstAgeMs: 7_200_000,
      listens: true,
      unasked: true,
      humanFirstMs: 20_000,
      maxAgeMs: 900_000,
      mentionedMaxAgeMs: 7_200_000,
      attention: {
        minGapMs: 0,
        perHour: 10_000,
        perDay: 10_000,
        maxShare: 1,
        quiet: createQuietHours({ spans: [], timezone: "UTC" }),
      },
      timezone: "UTC",
      locale: "en",
      admins: [],
      version: "bench",
    }),
    score: async () => ({ question: 0, answerable: 0, threshold: 0.5, speak: false, reason: "not-a-question" }),
    async ask(_, signal) {
      await delay(HANG_MS, undefined, { signal });
      return { outcome: { kind: "declined", reason: "unanswerable" }, steps: [] };
    },
    limits: { stopMs: 0 },
  });
  try {
    await engine.start();
    return await run(engine);
  } finally {
    await engine.stop();
    await store.close();
    rmSync(workDir, { recursive: true, force: true });
  }
}

/** As many events as the engine takes, a fixed number of them at the same time. */
async function flood(engine: Engine, count: number): Promise<number> {
  let next = 0;
  const begun = performance.now();
  const send = async (): Promise<void> => {
    while (next < count) await engine.intake(eventOf(next++, false));
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, send));
  return count / ((performance.now() - begun) / 1000);
}

/** Events at a steady rate, as fast groups would bring them. */
async function steady(engine: Engine, count: number, perSecond: number): Promise<number> {
  const begun = performance.now();
  const sent: Promise<void>[] = [];
  let peak = 0;
  for (let index = 0; index < count; index++) {
    sent.push(engine.intake(eventOf(index, false)));
    const aheadMs = (index / perSecond) * 1000 - (performance.now() - begun);
    if (aheadMs > 10) await delay(aheadMs);
    if (index % 5000 === 0) {
      await Promise.all(sent.splice(0));
      peak = Math.max(peak, process.memoryUsage().rss / 2 ** 20);
    }
  }
  await Promise.all(sent);
  return peak;
}

/** 50 events a second for a while, every fifth of them a question to a model that hangs. */
async function paced(engine: Engine, seconds: number): Promise<number[]> {
  const waits: number[] = [];
  const sent: Promise<void>[] = [];
  for (let index = 0; index < seconds * 50; index++) {
    const begun = performance.now();
    sent.push(engine.intake(eventOf(index, index % 5 === 0)).then(() => void waits.push(performance.now() - begun)));
    await delay(20);
  }
  await Promise.all(sent);
  return waits.toSorted((left, right) => left - right);
}

function memoryMiB(): { rss: number; heap: number } {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss: rss / 2 ** 20, heap: heapUsed / 2 ** 20 };
}

const figures: Figure[] = [];
const add = (figure: Figure): void => {
  figures.push(figure);
  console.error(`${figure.name}: ${figure.value?.toFixed(1)} ${figure.unit}`);
};

// First: what a flood leaves behind in the process is not what is measured here.
await withEngine(1000, async (engine) => {
  const before = memoryMiB();
  const peak = await steady(engine, MEMORY_EVENTS, MEMORY_PER_SECOND);
  const until = Date.now() + 90_000;
  while (engine.activePlaces() > 0 && Date.now() < until) await delay(500);
  await engine.whenQuiet();
  const after = memoryMiB();
  const ran = `${MEMORY_EVENTS} messages, ${GROUPS} groups, ${MEMORY_PER_SECOND}/s`;
  add({ name: "memory while messages come in, largest", value: peak, unit: "MiB", ran, atLeast: 600 });
  add({
    name: "heap kept when all is quiet, against the beginning",
    value: after.heap - before.heap,
    unit: "MiB",
    ran,
  });
});
const rate = await withEngine(12_000, (engine) => flood(engine, THROUGHPUT_EVENTS));
add({
  name: "events taken in, durable, one process",
  value: rate,
  unit: "1/s",
  ran: `${THROUGHPUT_EVENTS} events, ${GROUPS} groups`,
  atLeast: 300,
  aim: 1500,
  better: "higher",
});
const waits = await withEngine(12_000, (engine) => paced(engine, isQuick ? 4 : 10));
add({
  name: "ack p99, model hanging 30 s, 50 events/s",
  value: percentile(waits, 0.99),
  unit: "ms",
  ran: `${waits.length} events`,
  also: `median ${percentile(waits, 0.5).toFixed(1)}, largest ${percentile(waits, 1).toFixed(1)}`,
  atLeast: 500,
  aim: 50,
});
console.log(JSON.stringify(figures));
