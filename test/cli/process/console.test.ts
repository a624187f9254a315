import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  checksDocument,
  gateDocument,
  groupDocument,
  groupsDocument,
  healthDocument,
} from "../../../src/http/openapi/console-schemas.ts";
import {
  explainedDocument,
  facetsDocument,
  ledgerDocument,
  problemSchema,
} from "../../../src/http/openapi/response-schemas.ts";
import { APARTMENT, createProject, PRINTERS } from "./run-cli.ts";
import { freePort, startServing, until, type Serving } from "./serving.ts";

const SUFFIX = "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0";
const env = { XIANHENG_ADMIN_KEY: "admin-key", PHONE_SUFFIX: SUFFIX };
const GROUP = "公寓 50%/住户群";

type Entry = z.infer<typeof ledgerDocument>["records"][number];
type Group = z.infer<typeof groupDocument>;

describe("what the console does, on a served group", () => {
  let port = 0;
  let cwd = "";
  let serving: Serving;

  beforeAll(async () => {
    port = await freePort();
    cwd = createProject(
      { "corpus/apartment.md": APARTMENT, "corpus/printers.md": PRINTERS },
      `[corpus]
paths = ["corpus"]
[gate]
max_wrong = 0.5
[group]
debounce_s = 0
human_first_s = 0
[attention]
min_gap_s = 0
max_share = 1.0
[server]
port = ${port}
[[channel]]
kind = "wechat-android"
name = "phone"
suffix_env = "PHONE_SUFFIX"
`,
    );
    serving = startServing({ cwd, env, port });
    await serving.whenReady();
  });

  afterAll(() => {
    serving.child.kill("SIGKILL");
  });

  /** Asks as the admin; what is not refused has the documented shape. */
  async function admin<Answer extends z.ZodType>(
    shape: Answer,
    path: string,
    { method = "GET", body }: { method?: string; body?: unknown } = {},
  ): Promise<z.output<Answer>> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: "Bearer admin-key", "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return shape.parse(text === "" ? undefined : JSON.parse(text));
  }

  /** Writes a line in the group and waits for what became of it. */
  async function say(text: string): Promise<Entry> {
    const query = { type: "text", content: text };
    await fetch(`http://127.0.0.1:${port}/api/v1/message/v1/wechat/${SUFFIX}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query_id: "q", groupname: GROUP, username: "小王", query }),
    });
    return until(async () => {
      return (await admin(ledgerDocument, `/v1/ledger?q=${encodeURIComponent(text)}&limit=1`)).records[0];
    });
  }

  async function group(): Promise<Group> {
    const { groups } = await admin(groupsDocument, "/v1/groups");
    const found = groups.find((one) => one.group === GROUP);
    if (found === undefined) throw new Error("no such group");
    return found;
  }

  const pathOf = ({ id }: Group): string => `/v1/groups/${encodeURIComponent(id)}`;

  test("a message is told with its answer and reasons, labelled, and teaches the gate", async () => {
    const asked = await say("退房要提前多久申请？");
    expect(asked).toMatchObject({ outcome: "answered", label: null });
    const path = `/v1/ledger/${encodeURIComponent(asked.id)}`;
    const explained = await admin(explainedDocument, `${path}?language=zh`);
    expect(explained.answer).toContain("三个工作日");
    expect(explained.why.join("\n")).toMatch(/\p{Script=Han}/u);
    expect(explained.explanation.length).toBeGreaterThan(0);
    await admin(z.undefined(), `${path}/label`, { method: "PUT", body: { right: true } });
    const chat = await say("今天天气真好，出去走走吧");
    expect(chat.outcome).toBe("declined");
    const chatPath = `/v1/ledger/${encodeURIComponent(chat.id)}/label`;
    await admin(z.undefined(), chatPath, { method: "PUT", body: { right: true } });
    const gate = await admin(gateDocument, "/v1/gate");
    expect(gate.labels).toMatchObject({ positive: 1, negative: 1 });
    expect(gate.lines).toMatchObject([
      { id: asked.id, positive: true },
      { id: chat.id, positive: false },
    ]);
    expect(await admin(problemSchema, "/v1/gate/tune", { method: "POST", body: {} })).toMatchObject({
      status: 422,
      detail: expect.stringContaining("at least 10"),
    });
    expect(await admin(facetsDocument, "/v1/ledger/facets")).toMatchObject({
      groups: [{ channel: "phone", group: GROUP, count: 2 }],
      outcomes: { answered: 1 },
    });
  });

  test("a muted group is left in peace until the mute ends", async () => {
    const path = pathOf(await group());
    expect(await admin(groupDocument, `${path}/mute`, { method: "PUT", body: { minutes: 60 } })).toMatchObject({
      muted_until: expect.any(Number),
      posts: { last_day: 1 },
    });
    expect(await say("退房当天要交回什么？")).toMatchObject({ outcome: "declined", reason: "muted" });
    expect(await admin(groupDocument, `${path}/mute`, { method: "DELETE" })).not.toHaveProperty("muted_until");
    expect(await say("退房的时候要交回什么东西？")).toMatchObject({ outcome: "answered" });
  });

  test("quiet hours hold at once and after a restart, and are given back", async () => {
    const path = `${pathOf(await group())}/quiet-hours`;
    const wrong = await admin(problemSchema, path, { method: "PUT", body: { quiet_hours: ["8-9"] } });
    expect(wrong).toMatchObject({ status: 422, errors: [{ pointer: "/quiet_hours/0" }] });
    const put = await admin(groupDocument, path, { method: "PUT", body: { quiet_hours: ["00:00-24:00"] } });
    expect(put).toMatchObject({ quiet_now: true, quiet_hours_from: "console" });
    expect(await say("水费每吨多少钱？")).toMatchObject({ outcome: "declined", reason: "quiet-hours" });

    serving.child.kill("SIGTERM");
    expect((await serving.end).code).toBe(0);
    serving = startServing({ cwd, env, port });
    await serving.whenReady();
    expect(await group()).toMatchObject({ quiet_hours: ["00:00-24:00"], quiet_now: true });
    expect(await say("电费每度多少钱？")).toMatchObject({ outcome: "declined", reason: "quiet-hours" });
    expect(await admin(groupDocument, path, { method: "DELETE" })).toMatchObject({
      quiet_hours: [],
      quiet_hours_from: "file",
      quiet_now: false,
    });
    expect(await say("请问电费每度是多少钱呢？")).toMatchObject({ outcome: "answered" });
  });

  test("health and checks are told", async () => {
    expect(await admin(healthDocument, "/v1/health")).toMatchObject({
      index: { documents: 2, failed: 0 },
      store: { ready: true },
      channels: [{ name: "phone", kind: "wechat-android", ready: true }],
      queue_depth: 0,
      answerer: "extractive",
    });
    const { checks } = await admin(checksDocument, "/v1/health/checks?language=zh", { method: "POST" });
    expect(checks.find(({ check }) => check === "index")).toMatchObject({ status: "ok" });
    expect(checks.some(({ name }) => /\p{Script=Han}/u.test(name))).toBe(true);
  });
});
