import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { createLedgerWriter } from "../../src/app/ledger-writer.ts";
import { AppError } from "../../src/core/errors.ts";
import type { LedgerRecord } from "../../src/core/store.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { ledgerRecord } from "../http/ledger-record.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";

/** Time passes when the test says so. */
function heldClock() {
  let passTime = (): void => undefined;
  const slept: (number | "called off")[] = [];
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    slept.push(ms);
    await new Promise<void>((resolve, reject) => {
      passTime = resolve;
      signal?.addEventListener("abort", () => {
        slept.push("called off");
        reject(new Error("woken"));
      });
    });
  };
  return { clock: { sleep }, slept, passTime: () => passTime() };
}

function recordingStore() {
  const writes: string[][] = [];
  const record = async (records: LedgerRecord[]): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    writes.push(records.map(({ id }) => id));
  };
  return { record, writes };
}

test("a record that comes alone is written at once, those of some time after it together, in order", async () => {
  const { record, writes } = recordingStore();
  const { clock, slept, passTime } = heldClock();
  const writer = createLedgerWriter({ record }, createRecordingLogger(), { clock, gatherMs: 7 });
  writer.add(ledgerRecord({ id: "a" }));
  await expect.poll(() => writes).toEqual([["a"]]);
  for (const id of ["b", "c"]) writer.add(ledgerRecord({ id }));
  await delay(1);
  expect(writes).toHaveLength(1);
  passTime();
  await expect.poll(() => writes).toEqual([["a"], ["b", "c"]]);
  passTime();
  await delay(1);
  expect(slept).toEqual([7, 7]);
  writer.add(ledgerRecord({ id: "d" }));
  await expect.poll(() => writes).toHaveLength(3);
});

test("whoever wants to read does not wait for the time, but for all that was taken", async () => {
  const { record, writes } = recordingStore();
  const { clock, slept } = heldClock();
  const writer = createLedgerWriter({ record }, createRecordingLogger(), { clock });
  writer.add(ledgerRecord({ id: "a" }));
  const first = writer.settled();
  writer.add(ledgerRecord({ id: "b" }));
  await writer.settled();
  expect(writes).toEqual([["a"], ["b"]]);
  await first;
  await writer.settled();
  expect(writes).toHaveLength(2);
  expect(slept.filter((each) => each === "called off")).toHaveLength(2);
});

test("a write that fails is told in the log; what a full disk did not take is written with the next", async () => {
  const logger = createRecordingLogger();
  const store = createMemoryStore();
  let failures = 1;
  const writer = createLedgerWriter(
    {
      record: async (records) => {
        if (failures-- > 0) throw new AppError("disk_full", "full");
        await store.record(records);
      },
    },
    logger,
    heldClock(),
  );
  writer.add(ledgerRecord({ id: "a" }));
  await writer.settled();
  writer.add(ledgerRecord({ id: "b" }));
  await writer.settled();
  expect((await store.ledger({ limit: 9 })).map(({ id }) => id)).toEqual(["a", "b"]);
  expect(logger.lines.join("\n")).toContain("ledger.not-written");
});

test("a record that no store takes does not hold up the others", async () => {
  const store = createMemoryStore();
  const writer = createLedgerWriter(
    {
      record: async (records) => {
        if (records.some(({ id }) => id === "bad")) throw new Error("bug");
        await store.record(records);
      },
    },
    createRecordingLogger(),
    heldClock(),
  );
  for (const id of ["bad", "b"]) {
    writer.add(ledgerRecord({ id }));
    await writer.settled();
  }
  expect((await store.ledger({ limit: 9 })).map(({ id }) => id)).toEqual(["b"]);
});
