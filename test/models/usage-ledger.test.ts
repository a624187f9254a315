import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { localDate, readUsage, UsageLedger } from "../../src/models/usage-ledger.ts";
import { createJumpingClock, createRecordingLogger } from "./stand-in/clocks.ts";

const NOON = new Date(2026, 10, 24, 12).getTime();
const DAY_MS = 24 * 60 * 60 * 1000;
const kimi = { entry: "kimi/auto", account: "KIMI_KEY" };
let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "usage-")), "usage");
});

afterEach(async () => {
  await rm(join(folder, ".."), { recursive: true });
});

function create(now = NOON) {
  const clock = createJumpingClock(now);
  const logger = createRecordingLogger();
  return { clock, logger, ledger: new UsageLedger({ folder, clock, logger }) };
}

test("sums up calls, tokens and cost by day and model", async () => {
  const { ledger, clock } = create();
  await ledger.add({ ...kimi, model: "kimi/moonshot-v1-8k", prompt: 100, completion: 20, cost: 0.1 });
  await ledger.add({ ...kimi, model: "kimi/moonshot-v1-8k", prompt: 50, completion: 5, cost: 0.2 });
  await ledger.add({ entry: "vllm/m", model: "vllm/m", prompt: 7, completion: 1000 });
  await clock.sleep(DAY_MS);
  await ledger.add({ entry: "vllm/m", model: "vllm/m", prompt: 1, completion: 1 });
  expect(await readUsage(folder, { days: 2, clock })).toEqual([
    { day: "2026-11-25", models: [{ model: "vllm/m", calls: 1, promptTokens: 1, completionTokens: 1 }] },
    {
      day: "2026-11-24",
      models: [
        { model: "vllm/m", calls: 1, promptTokens: 7, completionTokens: 1000 },
        { model: "kimi/moonshot-v1-8k", calls: 2, promptTokens: 150, completionTokens: 25, cost: 0.3 },
      ],
    },
  ]);
  expect(await readUsage(folder, { days: 1, clock })).toHaveLength(1);
});

test("there are no figures before the first call", async () => {
  const { ledger, clock } = create();
  expect(await readUsage(folder, { days: 62, clock })).toEqual([]);
  expect(await ledger.tokensToday(kimi)).toBe(0);
});

test("counts what other processes and earlier ones have used, by entry and account, until midnight", async () => {
  const [mine, other] = [create(), create()];
  const record = { ...kimi, model: "kimi/moonshot-v1-8k", prompt: 10, completion: 1 };
  await mine.ledger.add(record);
  expect(await other.ledger.tokensToday(kimi)).toBe(11);
  await Promise.all([
    mine.ledger.add(record),
    other.ledger.add(record),
    other.ledger.add({ ...record, account: "K2" }),
  ]);
  expect(await mine.ledger.tokensToday(kimi)).toBe(33);
  expect(await other.ledger.tokensToday(kimi)).toBe(33);
  expect(await create().ledger.tokensToday({ ...kimi, account: "K2" })).toBe(11);
  await mine.clock.sleep(12 * 60 * 60 * 1000);
  expect(await mine.ledger.tokensToday(kimi)).toBe(0);
  await mine.ledger.add(record);
  expect(await mine.ledger.tokensToday(kimi)).toBe(11);
});

test("two hundred calls at once leave two hundred lines", async () => {
  const [one, two] = [create(), create()];
  await Promise.all(
    Array.from({ length: 200 }, (_, call) =>
      (call % 2 === 0 ? one : two).ledger.add({ ...kimi, model: "m", prompt: 1, completion: 0 }),
    ),
  );
  expect(await one.ledger.tokensToday(kimi)).toBe(200);
});

test("a line that a crash cut short, and what is no record, are passed over", async () => {
  const { ledger, clock } = create();
  await mkdir(folder);
  const line = JSON.stringify({ ...kimi, model: "模型", prompt: 3, completion: 4 });
  await writeFile(join(folder, "2026-11-24.jsonl"), `${line}\n{"entry":"kim\nnull\n{"entry":1}\n${line.slice(0, 20)}`);
  expect(await ledger.tokensToday(kimi)).toBe(7);
  await appendFile(join(folder, "2026-11-24.jsonl"), `${line.slice(20)}\n`);
  expect(await ledger.tokensToday(kimi)).toBe(14);
  expect((await readUsage(folder, { days: 1, clock }))[0]?.models[0]?.calls).toBe(2);
});

test("keeps 62 days and nothing of another name", async () => {
  const { ledger, clock } = create();
  await mkdir(folder);
  for (const days of [0, 1, 61, 62, 400]) {
    await writeFile(join(folder, `${localDate(clock.now(), days)}.jsonl`), "");
  }
  await writeFile(join(folder, "notes.txt"), "");
  await ledger.add({ ...kimi, model: "m", prompt: 1, completion: 1 });
  const kept = [61, 1, 0].map((days) => `${localDate(clock.now(), days)}.jsonl`);
  expect((await readdir(folder)).toSorted()).toEqual([...kept, "notes.txt"]);
});

test("a disk that refuses fails no call, and the figures still count", async () => {
  const { ledger, logger } = create();
  await writeFile(folder, "a file in the folder's place");
  await ledger.add({ ...kimi, model: "m", prompt: 5, completion: 5 });
  await ledger.add({ ...kimi, model: "m", prompt: 5, completion: 5 });
  expect(await ledger.tokensToday(kimi)).toBe(20);
  expect(logger.lines.join("\n")).toContain("usage.not-kept");
});

test("days are those of the calendar, also where an hour is missing", () => {
  const march = new Date(2026, 2, 30, 0, 30).getTime();
  const days = Array.from({ length: 40 }, (_, before) => localDate(march, before));
  expect(new Set(days).size).toBe(40);
  expect(days.slice(0, 2)).toEqual(["2026-03-30", "2026-03-29"]);
});
