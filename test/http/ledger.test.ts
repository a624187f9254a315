import { expect, test } from "vitest";
import type { LedgerQuery } from "../../src/core/store.ts";
import { serveApi } from "./api-fixture.ts";
import { ledgerEntry } from "./console-fixture.ts";
import { ledgerRecord } from "./ledger-record.ts";

const ADMIN = { authorization: "Bearer admin-key" };
const JSON_ADMIN = { ...ADMIN, "content-type": "application/json" };

test("the ledger takes the admin key and tells what became of messages", async () => {
  const queries: LedgerQuery[] = [];
  const api = await serveApi(
    {},
    {
      consoleFunctions: {
        async ledger(query) {
          queries.push(query);
          return [{ record: ledgerRecord() }, ledgerEntry()];
        },
      },
    },
  );
  expect((await fetch(`${api.url}/v1/ledger`)).status).toBe(401);
  const response = await fetch(`${api.url}/v1/ledger?limit=2&group=oc`, { headers: ADMIN });
  expect(await response.json()).toMatchObject({
    records: [
      {
        id: "q1",
        channel: "http",
        text: "请问？",
        outcome: "declined",
        reason: "unrelated",
        scores: null,
        label: null,
      },
      {
        id: "hr/hr/om%2F1",
        channel: "hr",
        group: "oc",
        label: { right: true, source: "vote" },
        answer: "提前三天预约 [1]。",
        citations: [{ n: 1, source: "a.md", title: "A", headings: [], page: 2, quote: "提前三天预约" }],
      },
    ],
  });
  await fetch(`${api.url}/v1/ledger?outcome=declined&reason=unrelated&q=${encodeURIComponent("退 公寓")}&before=9`, {
    headers: ADMIN,
  });
  expect(queries).toEqual([
    { limit: 2, conversationId: "oc" },
    { limit: 100, outcome: "declined", reason: "unrelated", text: "退 公寓", before: 9 },
  ]);
  for (const wrong of ["limit=0", "outcome=maybe", "q=", "text=a"]) {
    expect([wrong, (await fetch(`${api.url}/v1/ledger?${wrong}`, { headers: ADMIN })).status]).toEqual([wrong, 422]);
  }
});

test("ids hold slashes, percent signs and Chinese", async () => {
  const ids: string[] = [];
  const api = await serveApi(
    {},
    {
      consoleFunctions: {
        labelEntry: async (id) => ids.push(id) > 0,
      },
    },
  );
  const wanted = ["hr/cli_a/om%2F1", `${encodeURIComponent("人事")}/a/b`, "咨询群/…", "..", "a b?c#d"];
  for (const id of wanted) {
    const path = `${api.url}/v1/ledger/${encodeURIComponent(id)}/label`;
    const response = await fetch(path.replace("/../", "/%252E%252E/"), { method: "DELETE", headers: ADMIN });
    expect(response.status).toBe(204);
  }
  expect(ids).toEqual(wanted.map((id) => (id === ".." ? "%2E%2E" : id)));
});

test("one record comes with its reasons, in the language that was asked for", async () => {
  const languages: unknown[] = [];
  const api = await serveApi(
    {},
    {
      consoleFunctions: {
        async ledgerEntry(id, { language }) {
          languages.push(language);
          const explanation = [{ feature: "nearest", words: "近", share: 1.5 }];
          return id === "q1" ? { record: ledgerRecord(), why: ["保持安静"], explanation } : undefined;
        },
      },
    },
  );
  const read = async (path: string) => fetch(`${api.url}/v1/ledger/${path}`, { headers: ADMIN });
  expect(await (await read("q1?language=zh")).json()).toMatchObject({
    id: "q1",
    why: ["保持安静"],
    explanation: [{ feature: "nearest", words: "近", share: 1.5 }],
  });
  expect((await read("q1")).status).toBe(200);
  expect(languages).toEqual(["zh", undefined]);
  expect((await read("q2")).status).toBe(404);
  expect((await read("q1?language=fr")).status).toBe(422);
  expect((await fetch(`${api.url}/v1/ledger/q1`)).status).toBe(401);
});

test("the owner's opinion is put, replaced and taken back", async () => {
  const said: unknown[] = [];
  const api = await serveApi(
    {},
    {
      consoleFunctions: {
        labelEntry: async (id, right) => said.push([id, right]) > 0 && id !== "unknown",
      },
    },
  );
  const label = async (id: string, body: unknown) =>
    fetch(`${api.url}/v1/ledger/${id}/label`, { method: "PUT", headers: JSON_ADMIN, body: JSON.stringify(body) });
  expect((await label("q1", { right: true })).status).toBe(204);
  expect((await label("q1", { right: false })).status).toBe(204);
  expect((await label("unknown", { right: false })).status).toBe(404);
  expect((await label("q1", { right: "yes" })).status).toBe(422);
  expect((await label("q1", {})).status).toBe(422);
  const gone = await fetch(`${api.url}/v1/ledger/unknown/label`, { method: "DELETE", headers: ADMIN });
  expect(gone.headers.get("content-type")).toContain("application/problem+json");
  expect(gone.status).toBe(404);
  expect(said).toEqual([
    ["q1", true],
    ["q1", false],
    ["unknown", false],
    ["unknown", undefined],
  ]);
});

test("facets count groups, outcomes and reasons", async () => {
  const api = await serveApi();
  expect(await (await fetch(`${api.url}/v1/ledger/facets`, { headers: ADMIN })).json()).toEqual({
    groups: [{ channel: "hr", group: "oc", count: 3 }],
    outcomes: { answered: 2, declined: 1 },
    reasons: { unrelated: 1 },
  });
});
