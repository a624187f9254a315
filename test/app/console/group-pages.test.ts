import { expect, test } from "vitest";
import { groupPages } from "../../../src/app/console/group-pages.ts";
import { systemClock } from "../../../src/app/runtime.ts";
import { placeSettings } from "../../../src/app/place-policies.ts";
import { createQuietOverrides } from "../../../src/app/quiet-overrides.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { placeKey, type Store } from "../../../src/core/store.ts";
import { mutedUntil } from "../../../src/group/mute.ts";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRecordingLogger } from "../../models/stand-in/clocks.ts";
import { line, openFile } from "./console-fixture.ts";

const CONFIG = `
[attention]
per_hour = 5
quiet_hours = ["01:00-02:00"]
timezone = "UTC"

[[channel]]
kind = "console"
name = "hr"

[[channel.group]]
id = "named/组"
unasked = false
`;

async function openGroups(store: Store, folder: string) {
  await writeFile(join(folder, "config.ini"), CONFIG);
  const { config } = await loadConfig({ cwd: folder, env: {} });
  const logger = createRecordingLogger();
  const quiet = createQuietOverrides({ store, clock: systemClock, logger });
  await quiet.load();
  const settingsOf = placeSettings(config, "en", (place) => quiet.of(place));
  return { settingsOf, logger, quiet, ...groupPages({ store, channels: config.channel, settingsOf, quiet, logger }) };
}

const OC = placeKey({ channel: "hr", app: "hr", conversationId: "oc" });
const NAMED = placeKey({ channel: "hr", app: "hr", conversationId: "named/组" });

test("groups are those of the file and those with messages, on configured channels", async () => {
  const { store, workDir } = await openFile();
  const now = Date.now();
  await store.record([
    line("a", { at: now - 1000, outcome: "answered" }),
    line("b", { at: now - 2000 }),
    line("c", { at: now - 3 * 86_400_000 }),
    line("d", { at: now, channel: "gone" }),
    line("e", { at: now, conversation: { id: "ou_1", kind: "direct" } }),
  ]);
  const place = { channel: "hr", app: "hr", conversationId: "oc" };
  const conversation = { id: "oc", kind: "group" as const };
  const post = { markdown: "", citations: [], kind: "notice" as const, takesFeedback: false, target: { conversation } };
  for (const [index, at] of [now - 2 * 3_600_000, now - 60_000].entries()) {
    const key = `p${index}`;
    const wish = { place, post: { ...post, idempotencyKey: key }, state: "waiting" as const, mentioned: false };
    await store.reservePost({ ...wish, notBefore: 0, expiresAt: 9e12 }, at);
    await store.endSend(key, { state: "sent", messageIds: [] }, at);
  }
  const { groups } = await openGroups(store, workDir);
  expect(await groups()).toMatchObject([
    {
      id: OC,
      kind: "console",
      group: "oc",
      unasked: true,
      posts: { lastHour: 1, lastDay: 2 },
      budget: { perHour: 5 },
      timeline: [now - 2 * 3_600_000, now - 60_000],
      messages: { all: 2, answered: 1, declined: 1 },
      lastMessageAt: now - 1000,
      quietHours: ["01:00-02:00"],
      hasOwnQuietHours: false,
    },
    { id: NAMED, group: "named/组", unasked: false, posts: { lastHour: 0, lastDay: 0 } },
  ]);
});

test("mute and its end hold in the store, for groups that are known", async () => {
  const { store, workDir } = await openFile();
  await store.record([line("a", { at: Date.now() })]);
  const { mute, logger } = await openGroups(store, workDir);
  const muted = await mute(OC, 60);
  expect(muted?.mutedUntil).toBe(await mutedUntil(store, OC));
  expect(muted?.mutedUntil).toBeGreaterThan(Date.now());
  expect((await mute(NAMED, 5))?.mutedUntil).toBeDefined();
  expect((await mute(OC, undefined))?.mutedUntil).toBeUndefined();
  expect(await mutedUntil(store, OC)).toBeUndefined();
  for (const unknown of ["hr/hr/nobody", "gone/gone/oc", "hr", "%", "hr/hr/a/b", ""]) {
    expect([unknown, await mute(unknown, 5)]).toEqual([unknown, undefined]);
  }
  expect(logger.lines.filter((said) => said.includes("policy.changed"))).toHaveLength(3);
});

test("quiet hours hold at once, after a restart, and until they are given back", async () => {
  const { store, workDir } = await openFile();
  const first = await openGroups(store, workDir);
  const place = { channel: "hr", app: "hr", conversationId: "named/组" };
  const before = first.settingsOf(place).policy;
  const changed = await first.changeQuietHours(NAMED, ["00:00-24:00"]);
  expect(changed).toMatchObject({ quietHours: ["00:00-24:00"], hasOwnQuietHours: true, isQuiet: true });
  const after = first.settingsOf(place).policy;
  expect(after.version).not.toBe(before.version);
  expect(after.attention.quiet.endAt(Date.now())).toBeDefined();
  expect(first.settingsOf({ ...place, conversationId: "oc" }).policy.version).not.toBe(after.version);

  const second = await openGroups(store, workDir);
  expect(second.settingsOf(place).policy.version).toBe(after.version);
  // No quiet hours at all are a wish too.
  expect(await second.changeQuietHours(NAMED, [])).toMatchObject({ quietHours: [], isQuiet: false });
  await first.quiet.load();
  expect(first.settingsOf(place).quietHours).toEqual([]);
  expect(await second.changeQuietHours(NAMED, undefined)).toMatchObject({
    quietHours: ["01:00-02:00"],
    hasOwnQuietHours: false,
  });
  expect(second.settingsOf(place).policy.version).toBe(before.version);
  expect(await second.changeQuietHours("hr/hr/nobody", [])).toBeUndefined();
});

test("a note that nobody can read is told and left alone", async () => {
  const { store, workDir } = await openFile();
  await store.putNote("quiet-hours", OC, "[1]", 0);
  await store.putNote("quiet-hours", NAMED, "{", 0);
  const { logger, settingsOf } = await openGroups(store, workDir);
  expect(settingsOf({ channel: "hr", app: "hr", conversationId: "oc" }).quietHours).toEqual(["01:00-02:00"]);
  expect(logger.lines.filter((said) => said.includes("policy.unreadable"))).toHaveLength(2);
});

test("what another process changed is read after a while", async () => {
  const { store, workDir } = await openFile();
  const { quiet } = await openGroups(store, workDir);
  const place = { channel: "hr", app: "hr", conversationId: "oc" };
  let rings = 0;
  const stopping = new AbortController();
  const other = createQuietOverrides({
    store,
    logger: createRecordingLogger(),
    clock: {
      now: () => 0,
      async sleep() {
        rings++;
        if (rings === 1) await quiet.change(place, ["03:00-04:00"]);
        else stopping.abort();
      },
    },
  });
  await other.keepFresh(stopping.signal);
  expect(other.of(place)).toEqual(["03:00-04:00"]);
});
