import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import Libsql from "libsql";
import { openStore } from "../../src/store/open-store.ts";
import { message, record, said, storeConformance } from "../conformance/store.ts";
import { messageKey, placeKey, placeOf, type LedgerQuery } from "../../src/core/store.ts";

let workDir = "";
const folder = () => (workDir = mkdtempSync(join(tmpdir(), "xianheng-store-")));
const open = (alone = true) => openStore({ url: "file:state.db", workDir, alone });
afterEach(() => {
  if (workDir !== "") rmSync(workDir, { recursive: true, force: true });
});

storeConformance({
  name: "sqlite",
  open: () => {
    folder();
    return open();
  },
  async reopen(store) {
    await store.close();
    return open();
  },
});

test("a file is served by one process alone, and read beside it", async () => {
  folder();
  const serving = await open();
  await expect(open()).rejects.toMatchObject({ code: "store_unavailable" });
  const reading = await open(false);
  await serving.takeIn([said("om_1")], 1);
  expect(await reading.pendingEvents(placeKey(placeOf(message("om_1"))))).toHaveLength(1);
  await reading.close();
  await serving.close();
  await (await open()).close();
});

test("a database of the first version gets its new columns filled", async () => {
  folder();
  const made = await open();
  await made.record([record("om_1"), record("om_2", { reason: "muted" })]);
  await made.addLabel({ key: "l", messageId: "m", positive: true, source: "vote", userId: "u", at: 1 });
  await made.close();
  const file = new Libsql(join(workDir, "state.db"));
  const indexes = ["place", "channel", "conversation", "outcome", "reason", "counted"].map((name) => `ledger_${name}`);
  for (const name of [...indexes, "label_message", "post_sent_at"]) file.exec(`drop index ${name}`);
  for (const name of ["place", "outcome", "reason", "is_group"]) file.exec(`alter table ledger drop column ${name}`);
  file.exec("alter table label drop column message_id");
  file.exec("create index ledger_at on ledger (at)");
  file.exec("delete from schema_version where version > 1");
  file.close();

  const store = await open();
  const ids = async (query: Partial<LedgerQuery>) =>
    (await store.ledger({ limit: 9, ...query })).map(({ messageId }) => messageId);
  expect(await ids({ reason: "muted" })).toEqual(["om_2"]);
  expect(await ids({ outcome: "declined", place: placeKey(placeOf(message("om_1"))) })).toEqual(["om_2", "om_1"]);
  expect(await store.ledgerCounts({ since: 0 })).toMatchObject([{ kind: "group" }, { kind: "group" }]);
  expect(await store.labels({ messageIds: ["m"] })).toHaveLength(1);
  await store.close();
});

test("the leases of a process that ended are free at once", async () => {
  folder();
  const first = await open();
  await first.takeIn([said("om_1")], 1);
  expect(await first.claimWork({ owner: "one", until: 1e13 }, 1, 9)).toHaveLength(1);
  await first.close();
  const second = await open();
  expect(await second.claimWork({ owner: "two", until: 1e13 }, 1, 9)).toHaveLength(1);
  await second.close();
});

test("a deleted text is in none of the files", async () => {
  folder();
  const store = await open();
  const secret = message("om_1", { text: "the text nobody may read again" });
  const place = placeOf(secret);
  await store.takeIn([{ kind: "message", message: secret }], 1);
  await store.claim(placeKey(place), { owner: "one", until: 1e13 }, 1);
  await store.settle({ place, owner: "one", done: [messageKey(secret)], ledger: [], posts: [] }, 1);
  const isThere = () =>
    readdirSync(workDir).some((name) => readFileSync(join(workDir, name)).includes("nobody may read"));
  expect(isThere()).toBe(true);
  await store.forget(2);
  expect(isThere()).toBe(false);
  await store.close();
});

test("a transaction that the database undid by itself, as on a full disk, is told by its own reason", async () => {
  folder();
  const store = await open();
  const beside = new Libsql(join(workDir, "state.db"));
  beside.exec("create trigger refused before insert on ledger begin select raise(rollback, 'no room'); end");
  await expect(store.record([record("a")])).rejects.toThrow("no room");
  beside.exec("drop trigger refused");
  beside.close();
  await store.record([record("b")]);
  expect((await store.ledger({ limit: 9 })).map(({ messageId }) => messageId)).toEqual(["b"]);
  await store.close();
});

test("a database of a newer program is refused by name", async () => {
  folder();
  await (await open()).close();
  const file = new Libsql(join(workDir, "state.db"));
  file.exec("insert into schema_version values (99)");
  file.close();
  await expect(open()).rejects.toThrow(/version 99/);
});

test("a file that is no database is refused by name", async () => {
  folder();
  const { writeFileSync } = await import("node:fs");
  writeFileSync(join(workDir, "state.db"), "this is a text and no database, which anybody can see at a glance");
  await expect(open()).rejects.toMatchObject({ code: "store_unavailable" });
});
