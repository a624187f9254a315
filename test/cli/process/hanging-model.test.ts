import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../../src/store/open-store.ts";
import { startGatewayServer, type GatewayServer, type Received } from "../../models/stand-in/gateway-server.ts";
import { vendorSuite } from "../../models/stand-in/suites/vendor.ts";
import { openRooms, ROOM_ENV, roomsConfig, type Delivered, type Rooms } from "./chat-rooms.ts";
import { APARTMENT, createProject, PRINTERS } from "./run-cli.ts";
import { freePort, startServing, until, type Serving } from "./serving.ts";

const SUITE = vendorSuite({ provider: "openai", model: "m" });
const ANSWER = "退房请提前三个工作日发邮件到 apartment@example.org 申请。[1]";
const CHIT_CHAT = ["哈哈哈今天真热", "晚上吃什么", "周末愉快", "lol same here", "我先下班了"];
/** The contract's: a platform has its reply in this time, whatever the model does. */
const ACK_MS = 500;

let port = 0;
let cwd = "";
let rooms: Rooms;
let model: GatewayServer;
let serving: Serving;
let isHanging = true;
/** Calls that wait for an answer that does not come. */
const waiting: ServerResponse[] = [];

beforeAll(async () => {
  port = await freePort();
  rooms = await openRooms(`http://127.0.0.1:${port}`);
  model = await startGatewayServer({
    refuse: SUITE.refuse,
    usual(response: ServerResponse, received: Received) {
      if (isHanging) waiting.push(response);
      else SUITE.answer(response, received, { text: ANSWER });
    },
  });
  const entry = Object.entries({ ...SUITE.entry, base_url: `${model.url}${SUITE.basePath}`, timeout_s: 120 })
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
    .join("\n");
  const files = { "corpus/apartment.md": APARTMENT, "corpus/printers.md": PRINTERS };
  cwd = createProject(files, roomsConfig(rooms, { port, more: `\n[[llm]]\n${entry}\n` }));
  start();
  await serving.whenReady();
});

afterAll(async () => {
  serving?.child.kill("SIGKILL");
  await rooms?.close();
  await model?.close();
});

function start(): void {
  serving = startServing({ cwd, env: { ...ROOM_ENV, ...SUITE.env }, port });
}

test("chit-chat costs no call, and a model that hangs delays no reply to a platform", async () => {
  const { lark, wecom, wkteam } = rooms;
  const asked: Delivered[] = [];
  for (const [index, text] of CHIT_CHAT.entries()) {
    const from = String(index);
    await Promise.all([lark.say(text, { from }), wkteam.say(text, { from }), wkteam.say(text, { from })]);
  }
  asked.push(await lark.say("退房需要提前几天申请？", { toBot: true }));
  asked.push(await wecom.say("退房需要提前几天申请？"));
  asked.push(await wkteam.say("退房需要提前几天申请？", { toBot: true }));
  await until(() => waiting.length === asked.length);
  for (const [index, text] of CHIT_CHAT.entries()) {
    const from = `late${index}`;
    await Promise.all([lark.say(text, { from }), wkteam.say(text, { from }), lark.say(text, { from: `${from}b` })]);
  }
  expect(rooms.answered.map(({ status }) => status)).toEqual(rooms.answered.map(() => 200));
  expect(Math.max(...rooms.answered.map(({ ackMs }) => ackMs))).toBeLessThanOrEqual(ACK_MS);
  expect(model.received).toHaveLength(asked.length);

  serving.child.kill("SIGKILL");
  await serving.end;
  isHanging = false;
  start();
  await serving.whenReady();
  const [onLark, onWecom] = asked;
  await until(() => lark.repliesTo(onLark?.id ?? "").length > 0 && wecom.isOver(onWecom?.id ?? ""));
  const store = await openStore({ url: "file:state.db", workDir: join(cwd, "workdir"), alone: false });
  const ids = rooms.answered.map(({ id }) => id);
  const records = await until(async () => {
    const found = await Promise.all(ids.map(async (id) => (await store.findRecords(id))[0]));
    const known = found.filter((record) => record !== undefined);
    return known.length === ids.length && wkteam.texts().length > 0 && known;
  });
  await store.close();
  const answered = records.filter(({ outcome }) => outcome === "answered");
  expect(answered.map(({ messageId }) => messageId).toSorted()).toEqual(asked.map(({ id }) => id).toSorted());
  expect(answered.map(({ model: by }) => by)).toEqual(asked.map(() => "openai/m"));
  expect(lark.textsTo(onLark?.id ?? "")).toEqual([expect.stringContaining("三个工作日")]);
  expect(lark.fake.messages).toHaveLength(1);
  expect(wecom.textOf(onWecom?.id ?? "").split("三个工作日")).toHaveLength(2);
  expect(wkteam.texts()).toEqual([expect.stringContaining("三个工作日")]);
  expect([...wecom.fake.violations, ...wecom.fake.posted]).toEqual([]);
  expect(model.received).toHaveLength(2 * asked.length);

  serving.child.kill("SIGTERM");
  const { code, stdout, stderr } = await serving.end;
  expect(code).toBe(0);
  for (const secret of Object.values(SUITE.env)) expect(stdout + stderr).not.toContain(secret);
}, 90_000);
