import { expect, test } from "vitest";
import { placeKey } from "../../src/core/store.ts";
import { serveApi } from "./api-fixture.ts";
import { groupView } from "./console-fixture.ts";

const ADMIN = { authorization: "Bearer admin-key" };

/** The console's groups, whose changes are kept. */
async function openGroups() {
  const changes: unknown[] = [];
  const api = await serveApi(
    {},
    {
      consoleFunctions: {
        async mute(id, minutes) {
          changes.push([id, minutes]);
          return id === "unknown" ? undefined : groupView({ id, ...(minutes !== undefined && { mutedUntil: 5 }) });
        },
        async changeQuietHours(id, spans) {
          changes.push([id, spans]);
          return id === "unknown" ? undefined : groupView({ id, quietHours: spans ?? [] });
        },
      },
    },
  );
  const change = async (method: string, id: string, what: string, body?: unknown) =>
    fetch(`${api.url}/v1/groups/${encodeURIComponent(id)}/${what}`, {
      method,
      headers: { ...ADMIN, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return { api, changes, change };
}

test("groups are told with their posts, budget and silence", async () => {
  const { api } = await openGroups();
  expect((await fetch(`${api.url}/v1/groups`)).status).toBe(401);
  expect(await (await fetch(`${api.url}/v1/groups`, { headers: ADMIN })).json()).toEqual({
    groups: [
      {
        id: "hr/hr/oc",
        channel: "hr",
        kind: "lark",
        group: "oc",
        listens: true,
        unasked: true,
        posts: { last_hour: 1, last_day: 2 },
        budget: { per_hour: 12, per_day: 60, min_gap_s: 30, max_share: 0.2 },
        timeline: [1_699_999_000_000, 1_700_000_000_000],
        messages_24h: 9,
        answered_24h: 2,
        declined_24h: 5,
        last_message_at: 1_700_000_000_000,
        quiet_hours: ["22:00-08:00"],
        quiet_hours_from: "file",
        timezone: "Asia/Shanghai",
        quiet_now: false,
      },
    ],
  });
});

test("a group is muted by its key, whatever its name is made of", async () => {
  const { change, changes } = await openGroups();
  const ids = ["新员工群", "a/b", "50%2F", "a b+c"].map((conversationId) =>
    placeKey({ channel: "微信", app: "微信", conversationId }),
  );
  for (const id of ids) {
    const response = await change("PUT", id, "mute", { minutes: 60 });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id, muted_until: 5 });
  }
  expect(changes).toEqual(ids.map((id) => [id, 60]));
  expect(await (await change("DELETE", ids[0] ?? "", "mute")).json()).not.toHaveProperty("muted_until");
  expect((await change("PUT", "unknown", "mute", { minutes: 60 })).status).toBe(404);
  for (const minutes of [0, 1.5, "60", 1e9]) {
    expect((await change("PUT", "hr/hr/oc", "mute", { minutes })).status).toBe(422);
  }
});

test("quiet hours are changed and given back; a wrong span is named by its place", async () => {
  const { change, changes } = await openGroups();
  const put = await change("PUT", "hr/hr/oc", "quiet-hours", { quiet_hours: ["22:00-08:00", "12:00-24:00"] });
  expect(await put.json()).toMatchObject({ quiet_hours: ["22:00-08:00", "12:00-24:00"] });
  expect((await change("DELETE", "hr/hr/oc", "quiet-hours")).status).toBe(200);
  expect((await change("DELETE", "unknown", "quiet-hours")).status).toBe(404);
  const wrong = await change("PUT", "hr/hr/oc", "quiet-hours", { quiet_hours: ["22:00-08:00", "25:00-08:00"] });
  expect(wrong.status).toBe(422);
  expect(await wrong.json()).toMatchObject({ errors: [{ pointer: "/quiet_hours/1" }] });
  expect(changes).toEqual([
    ["hr/hr/oc", ["22:00-08:00", "12:00-24:00"]],
    ["hr/hr/oc", undefined],
    ["unknown", undefined],
  ]);
});
