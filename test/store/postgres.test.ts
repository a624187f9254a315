import { afterAll, expect, test } from "vitest";
import pg from "pg";
import { placeKey, placeOf } from "../../src/core/store.ts";
import { openPostgresStore } from "../../src/store/postgres.ts";
import { message, said, storeConformance } from "../conformance/store.ts";

/** Such as `postgres://postgres@127.0.0.1:5432/test`; without it these run on SQLite and in memory only. */
const url = process.env["XIANHENG_TEST_POSTGRES"];
const schemas: string[] = [];

if (url === undefined || url === "") {
  test("says how to run on PostgreSQL", () => {
    expect(url ?? "").toBe("");
  });
} else {
  const open = (schema: string) => openPostgresStore({ url, schema, connections: 3 });
  const fresh = () => {
    const schema = `test_${process.pid}_${schemas.length}`;
    schemas.push(schema);
    return schema;
  };
  afterAll(async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const schema of schemas) await client.query(`drop schema if exists "${schema}" cascade`);
    await client.end();
  });

  storeConformance({
    name: "postgres",
    open: () => open(fresh()),
    async reopen(store) {
      await store.close();
      return open(schemas.at(-1) ?? "");
    },
  });

  test("two processes make the tables together, share the work and take one event in once", async () => {
    const schema = fresh();
    const [one, two] = await Promise.all([open(schema), open(schema)]);
    const events = Array.from({ length: 40 }, (_, index) =>
      said(`om_${index}`, { conversation: { id: `oc_${index % 20}`, kind: "group" } }),
    );
    const taken = await Promise.all([
      one.takeIn(events, 1),
      two.takeIn(events.toReversed(), 1),
      ...events.flatMap((event) => [one.takeIn([event], 1), two.takeIn([event], 1)]),
    ]);
    expect(taken.flat().filter(Boolean)).toHaveLength(40);
    const owners = Array.from({ length: 10 }, (_, index) => `owner-${index}`);
    const claimed = await Promise.all(
      owners.map((owner, index) => (index % 2 === 0 ? one : two).claimWork({ owner, until: 9 }, 1, 4)),
    );
    const places = claimed.flat();
    expect(new Set(places).size).toBe(places.length);
    const rest = await one.claimWork({ owner: "rest", until: 9 }, 1, 20);
    expect(places.length + rest.length).toBe(20);
    expect([...(await two.pendingCounts("rest")).keys()].toSorted()).toEqual(rest.toSorted());
    expect(
      await two.pendingEvents(placeKey(placeOf(message("x", { conversation: { id: "oc_3", kind: "group" } })))),
    ).toHaveLength(2);
    await Promise.all([one.close(), two.close()]);
  });

  test("an address that leads nowhere is told without its password", async () => {
    const opening = openPostgresStore({ url: "postgres://someone:secret@127.0.0.1:1/none" });
    await expect(opening).rejects.toMatchObject({ code: "store_unavailable", retryable: true });
    await expect(opening).rejects.not.toThrow(/secret/);
  });
}
