import { expect, test } from "vitest";
import { healthPage, type HealthPageParts } from "../../../src/app/console/health-page.ts";
import { AppError } from "../../../src/core/errors.ts";
import { createMemoryStore } from "../../../src/store/memory-store.ts";
import { said } from "../../conformance/store.ts";

const { signal } = new AbortController();

function open(changes: Partial<HealthPageParts> = {}) {
  return healthPage({
    store: createMemoryStore(),
    owner: "one",
    version: async () => "1.2.3",
    manifest: async () => ({ documents: [], chunkCount: 7, failed: [], createdAt: 9 }),
    openChannels: () => [],
    usage: async () => [
      { day: "2026-11-24", models: [{ model: "m", calls: 2, promptTokens: 30, completionTokens: 4, cost: 1 }] },
    ],
    model: async () => undefined,
    doctor: async () => [],
    locale: "zh",
    ...changes,
  });
}

test("health is of the process, the index, the queue and the models", async () => {
  const store = createMemoryStore();
  await store.takeIn([said("om_1"), said("om_2")], 1);
  await store.claimWork({ owner: "one", until: 1e15 }, 1, 9);
  const health = await open({ store }).health();
  expect(health).toMatchObject({
    version: "1.2.3",
    index: { documents: 0, chunks: 7, failed: 0, builtAt: 9 },
    store: { ready: true },
    queueDepth: 2,
    usage: [{ day: "2026-11-24", models: [{ model: "m", calls: 2, prompt: 30, completion: 4 }] }],
    answerer: "extractive",
  });
  expect(health.memoryBytes).toBeGreaterThan(1_000_000);
  expect(health.eventLoopMs.p99).toBeGreaterThanOrEqual(health.eventLoopMs.p50);
});

test("health is told without an index and without a store", async () => {
  const refuse = async () => {
    throw new AppError("store_unavailable", "gone");
  };
  const health = await open({
    manifest: async () => {
      throw new AppError("index_missing", "none");
    },
    store: { check: refuse, pendingCounts: refuse },
    model: async () => ({ id: "qwen/qwen-max" }),
  }).health();
  expect(health).toMatchObject({ index: undefined, store: { ready: false }, queueDepth: 0, answerer: "qwen/qwen-max" });
});

test("checks run one after the other, in the wanted language", async () => {
  const running: string[] = [];
  const { checks } = open({
    async doctor(locale) {
      running.push(`${locale} begins`);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
      running.push(`${locale} ends`);
      return [{ check: "index", name: "索引", status: "ok", detail: "", remedy: "" }];
    },
  });
  const [found] = await Promise.all([checks({ language: "en" }, signal), checks({ language: undefined }, signal)]);
  expect(found).toEqual([{ check: "index", name: "索引", status: "ok", detail: "", remedy: "" }]);
  expect(running).toEqual(["en begins", "en ends", "zh begins", "zh ends"]);
});
