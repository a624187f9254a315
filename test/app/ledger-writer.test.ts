import { expect, test } from "vitest";
import { createLedgerWriter } from "../../src/app/ledger-writer.ts";
import { AppError } from "../../src/core/errors.ts";
import type { LedgerRecord } from "../../src/core/store.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { ledgerRecord } from "../http/ledger-record.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";

test("records that come while one is written are written together, in order, and settled waits for them", async () => {
  const writes: string[][] = [];
  const store = {
    async record(records: LedgerRecord[]) {
      await new Promise((resolve) => setImmediate(resolve));
      writes.push(records.map(({ id }) => id));
    },
  };
  const writer = createLedgerWriter(store, createRecordingLogger());
  for (const id of ["a", "b", "c"]) writer.add(ledgerRecord({ id }));
  await writer.settled();
  expect(writes).toEqual([["a"], ["b", "c"]]);
  writer.add(ledgerRecord({ id: "d" }));
  await writer.settled();
  expect(writes.at(-1)).toEqual(["d"]);
});

test("a write that fails is told in the log and does not stop the next", async () => {
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
  );
  writer.add(ledgerRecord({ id: "a" }));
  await writer.settled();
  writer.add(ledgerRecord({ id: "b" }));
  await writer.settled();
  expect((await store.ledger({ limit: 9 })).map(({ id }) => id)).toEqual(["b"]);
  expect(logger.lines.join("\n")).toContain("ledger.not-written");
});
