import type { WebhookRequest } from "../../../src/core/channel.ts";
import { readObject, startFakeServer, type FakeAnswer, type FakeServer } from "./fake-server.ts";

export const ACCOUNT = "13800000000";
export const PASSWORD = "gateway-password";
export const CALLBACK_SECRET = "callback-secret-of-ours";
export const BOT = "wxid_bot";

/** More digits than a JavaScript number holds. */
export const FIRST_MESSAGE_ID = 6_915_543_728_389_012n;

export interface FakeWkteam extends FakeServer {
  /** Messages that were shown and not withdrawn. */
  shown: { to: string; text: string; id: string }[];
  /** Where it calls us. */
  callback: () => string | undefined;
  logins: () => number;
  codes: () => number;
  /** Makes every Authorization it gave useless. */
  expire(): void;
  /** How often it says that nobody has scanned yet. */
  unscanned: number;
  /** Answers of the next calls of a path, before the rules are looked at. */
  next: Map<string, FakeAnswer[]>;
}

/** A wkteam gateway that refuses what it does not know. */
export async function startFakeWkteam(nowMs: () => number): Promise<FakeWkteam> {
  const state = { callback: undefined as string | undefined, logins: 0, codes: 0, good: "", sent: 0n, wId: "" };
  const shown: FakeWkteam["shown"] = [];
  const records = new Map<string, string>();
  const next = new Map<string, FakeAnswer[]>();
  const server = await startFakeServer((call) => {
    const body = readObject(call.text);
    const type = call.headers["content-type"] ?? "";
    if (call.method !== "POST" || body === undefined || !type.startsWith("application/json"))
      return { status: 415, body: "" };
    const queued = next.get(call.path)?.shift();
    if (queued !== undefined) return queued;
    if (call.path === "/member/login") {
      if (body["account"] !== ACCOUNT || body["password"] !== PASSWORD) return refuse("1001", "wrong password");
      state.logins += 1;
      state.good = `authorization-${state.logins}`;
      return succeed({ Authorization: state.good, callbackUrl: null });
    }
    if (call.headers.authorization !== state.good) return refuse("1002", "please log in");
    if (call.path === "/iPadLogin") {
      if (typeof body["wcId"] !== "string" || typeof body["proxy"] !== "number")
        return refuse("1003", "bad parameters");
      state.codes += 1;
      state.wId = `login-${state.codes}`;
      return succeed({ wId: state.wId, qrCodeUrl: "http://127.0.0.1/code.png" });
    }
    if (call.path === "/setHttpCallbackUrl") {
      if (typeof body["httpUrl"] !== "string" || body["type"] !== 2) return refuse("1003", "bad parameters");
      state.callback = body["httpUrl"];
      return succeed();
    }
    if (body["wId"] !== state.wId) return refuse("1004", "not logged in");
    switch (call.path) {
      case "/getIPadLoginInfo":
        if (fake.unscanned > 0) {
          fake.unscanned -= 1;
          return refuse("1005", "not scanned");
        }
        return succeed({ wcId: BOT, nickName: "Bean Bot" });
      case "/sendText": {
        const { wcId, content } = body;
        if (typeof wcId !== "string" || typeof content !== "string" || content === "")
          return refuse("1003", "bad parameters");
        state.sent += 1n;
        const id = (FIRST_MESSAGE_ID * 1000n + state.sent).toString();
        shown.push({ to: wcId, text: content, id });
        // Written by hand: the ids are numbers, and longer than JSON.stringify could write them.
        const createTime = Math.floor(nowMs() / 1000);
        const data = `{"type":1,"msgId":${state.sent},"newMsgId":${id},"createTime":${createTime},"wcId":"${wcId}"}`;
        records.set(id, data);
        return { body: `{"code":"1000","message":"ok","data":${data}}` };
      }
      case "/revokeMsg": {
        // All of the data of sendText and the login, number for number.
        const found = [...records].find(([, data]) => call.text === `${data.slice(0, -1)},"wId":"${state.wId}"}`);
        if (found === undefined) return refuse("1006", "no such message");
        shown.splice(0, shown.length, ...shown.filter(({ id }) => id !== found[0]));
        return succeed();
      }
      default:
        return { status: 404, body: "" };
    }
  });
  const fake: FakeWkteam = {
    ...server,
    shown,
    next,
    callback: () => state.callback,
    logins: () => state.logins,
    codes: () => state.codes,
    expire: () => {
      state.good = "expired";
    },
    unscanned: 0,
  };
  return fake;
}

function succeed(data: object | null = null): FakeAnswer {
  return { body: { code: "1000", message: "ok", data } };
}

export function refuse(code: string, message: string): FakeAnswer {
  return { body: { code, message, data: null } };
}

/** A callback of the gateway; `data` is JSON text, for the sake of long numbers. */
export function wkteamCallback(
  messageType: string | number,
  data: string,
  { secret = CALLBACK_SECRET, wcId = BOT }: { secret?: string; wcId?: string } = {},
): WebhookRequest {
  const body = `{"account":"${ACCOUNT}","wcId":"${wcId}","messageType":${JSON.stringify(messageType)},"data":${data}}`;
  const query = new URLSearchParams(secret === "" ? {} : { secret });
  return { method: "POST", query, headers: { "content-type": "application/json" }, body: Buffer.from(body) };
}

/** The data of a line in a group. */
export function groupData(content: string, changes: Record<string, unknown> = {}): string {
  const data = {
    wId: "login-1",
    fromUser: "wxid_alice",
    fromGroup: "123@chatroom",
    toUser: BOT,
    content,
    msgId: 1,
    timestamp: 1_700_000_000,
    self: false,
    ...changes,
  };
  const json = JSON.stringify(data);
  return "newMsgId" in changes ? json : json.replace("{", '{"newMsgId":7325106488312345678,');
}
