import { createHash } from "node:crypto";
import type { WebhookRequest } from "../../../src/core/channel.ts";
import { isObject, readObject, startFakeServer, type FakeAnswer, type FakeServer } from "./fake-server.ts";

export const APP_ID = "wx0123456789abcdef";
export const APP_SECRET = "appsecret-of-the-account";
export const TOKEN = "callback-token";

export interface FakeOfficial extends FakeServer {
  /** Customer messages that were shown, in order. */
  shown: { reader: string; text: string }[];
  /** Tokens that are good. */
  tokens: Set<string>;
  issued: () => number;
  /** Answers of the next customer messages, before the rules are looked at. */
  next: FakeAnswer[];
}

/** The API of official accounts, refusing what its document refuses. */
export async function startFakeOfficial(): Promise<FakeOfficial> {
  const shown: FakeOfficial["shown"] = [];
  const tokens = new Set<string>();
  const next: FakeAnswer[] = [];
  const state = { issued: 0 };
  const server = await startFakeServer((call) => {
    if (call.path === "/cgi-bin/token" && call.method === "GET") {
      if (call.query.get("grant_type") !== "client_credential") return refuse(40002);
      if (call.query.get("appid") !== APP_ID) return refuse(40013);
      if (call.query.get("secret") !== APP_SECRET) return refuse(40125);
      state.issued += 1;
      const issued = `access-token-${state.issued}`;
      tokens.add(issued);
      return { body: { access_token: issued, expires_in: 7200 } };
    }
    if (call.path !== "/cgi-bin/message/custom/send" || call.method !== "POST") return { status: 404, body: "no" };
    if (!tokens.has(call.query.get("access_token") ?? "")) return refuse(42001);
    const queued = next.shift();
    if (queued !== undefined) return queued;
    const body = readObject(call.text);
    const text = isObject(body?.["text"]) ? body["text"]["content"] : undefined;
    if (body === undefined || body["msgtype"] !== "text" || typeof text !== "string" || text === "")
      return refuse(40008);
    if (typeof body["touser"] !== "string") return refuse(40003);
    if (Buffer.byteLength(text) > 2048) return refuse(45002);
    shown.push({ reader: body["touser"], text });
    return { body: { errcode: 0, errmsg: "ok" } };
  });
  return { ...server, shown, tokens, next, issued: () => state.issued };
}

export function refuse(errcode: number): FakeAnswer {
  return { body: { errcode, errmsg: `refused ${errcode}` } };
}

export function sha1OfSorted(...parts: string[]): string {
  return createHash("sha1").update(parts.toSorted().join("")).digest("hex");
}

/** A callback as the platform sends it in plain mode. */
export function plainCallback(xml: string, changes: Record<string, string> = {}): WebhookRequest {
  const query = new URLSearchParams({
    signature: sha1OfSorted(TOKEN, "1409659589", "263014780"),
    timestamp: "1409659589",
    nonce: "263014780",
    openid: "o-reader",
    ...changes,
  });
  return { method: "POST", query, headers: { "content-type": "text/xml" }, body: Buffer.from(xml) };
}

export function textXml(content: string, fields: Record<string, string> = {}): string {
  const all = {
    ToUserName: "<![CDATA[gh_account]]>",
    FromUserName: "<![CDATA[o-reader]]>",
    CreateTime: "1700000000",
    MsgType: "<![CDATA[text]]>",
    Content: content,
    MsgId: "24281234567890123456",
    ...fields,
  };
  const elements = Object.entries(all).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<xml>${elements.join("\n")}</xml>`;
}
