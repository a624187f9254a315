import pg from "pg";
import { expect, test } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { openPostgresStore } from "../../src/store/postgres.ts";
import { createFakeClock } from "./fake-clock.ts";
import { openRoom, PLACE_KEY } from "./room.ts";

const AT_US = { mentions: { bot: true, others: [] } };
const url = process.env["XIANHENG_TEST_POSTGRES"] ?? "";

interface TwoStores {
  one: Store;
  two: Store;
  close: () => Promise<void>;
}

const STORES: Record<string, () => Promise<TwoStores>> = {
  memory: async () => {
    const store = createMemoryStore();
    return { one: store, two: store, close: async () => undefined };
  },
  ...(url !== "" && {
    postgres: async () => {
      const schema = `shared_${process.pid}_${Date.now()}`;
      const one = await openPostgresStore({ url, schema, connections: 3 });
      const two = await openPostgresStore({ url, schema, connections: 3 });
      return {
        one,
        two,
        async close() {
          await Promise.all([one.close(), two.close()]);
          const client = new pg.Client({ connectionString: url });
          await client.connect();
          await client.query(`drop schema "${schema}" cascade`);
          await client.end();
        },
      };
    },
  }),
};

for (const [name, open] of Object.entries(STORES)) {
  test(`${name}: two processes share the work, and what one takes in the other may answer`, async () => {
    const { one, two, close } = await open();
    const clock = createFakeClock();
    const first = await openRoom({ store: one, clock, owner: "one", shared: true });
    const second = await openRoom({ store: two, clock, owner: "two", shared: true });
    const settle = async () => {
      await first.engine.whenQuiet();
      await second.engine.whenQuiet();
    };
    const ids = Array.from({ length: 24 }, (_, index) => `m${index}`);
    for (const [index, id] of ids.entries()) {
      const room = index % 2 === 0 ? first : second;
      const conversation = { id: `g${index % 5}`, kind: "group" as const };
      // The platform tells both of them.
      await room.says(id, `公寓 ${id} 怎么退？`, { ...AT_US, conversation, sender: { id: `p${index}`, isBot: false } });
      if (index % 3 === 0) {
        const other = room === first ? second : first;
        await other.says(id, `公寓 ${id} 怎么退？`, {
          ...AT_US,
          conversation,
          sender: { id: `p${index}`, isBot: false },
        });
      }
    }
    await clock.advance(120_000, settle);
    const shown = [...first.shown, ...second.shown].map(({ target }) => target.inReplyTo ?? "");
    expect(shown.toSorted()).toEqual(ids.toSorted());
    await first.engine.stop();
    await second.engine.stop();
    await close();
  }, 60_000);

  test(`${name}: a process that was away too long writes nothing into what another took over`, async () => {
    const { one, two, close } = await open();
    const clock = createFakeClock();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = await openRoom({
      store: one,
      clock,
      owner: "slow",
      shared: true,
      // It renews nothing while it is away.
      limits: { pollMs: 10_000_000 },
      async ask(request) {
        await held;
        return {
          outcome: {
            kind: "answered",
            answer: `late ${request.question}`,
            citations: [],
            model: "m",
            usage: { prompt: 0, completion: 0 },
          },
          steps: [],
        };
      },
    });
    void slow.says("m1", "公寓怎么退？", AT_US);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(slow.asked).toHaveLength(1);
    const other = await openRoom({ store: two, clock, owner: "other", shared: true });
    await clock.advance(40_000, () => other.engine.whenQuiet());
    expect(other.shown).toMatchObject([{ markdown: "answer to 公寓怎么退？" }]);
    release();
    await slow.engine.whenQuiet();
    expect(slow.shown).toEqual([]);
    expect(await two.unsentPosts(PLACE_KEY)).toEqual([]);
    await slow.engine.stop();
    await other.engine.stop();
    await close();
  }, 60_000);
}
