import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import type { Clock } from "../../../src/core/runtime.ts";

export const TOKEN = "QDG6eK";
export const AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
export const CORP = "wx5823bf96d3bd56c7";
export const SECRET = "app-secret-0123456789";
export const HOOK_KEY = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa";
export const AGENT = 218;

/** What a script makes of the next calls of a path. */
export type Fault =
  | { errcode: number; errmsg?: string; extra?: Record<string, unknown> }
  | { status: number; body: string; headers?: Record<string, string> }
  /** Does what was asked and cuts the line before the reply. */
  | "cut-after"
  /** Cuts the line before anything is done. */
  | "cut-before";

/** One message that members saw. */
export interface Posted {
  path: string;
  at: number;
  content: string;
  body: Record<string, unknown>;
}

export interface Bubble {
  content: string;
  finishes: number;
  startedAt: number;
  polledAt: number[];
  feedbackId: string | undefined;
}

/** A WeCom that refuses what the documents refuse and remembers whatever it must not see. */
export interface FakeWecom {
  baseUrl: string;
  /** Broken rules; empty at the end of every test. */
  violations: string[];
  posted: Posted[];
  /** All calls, also those that failed. */
  calls: { path: string; query: URLSearchParams; body: Record<string, unknown> }[];
  tokensIssued(): number;
  /** Makes all tokens issued so far invalid. */
  expireTokens(): void;
  fail(path: string, ...faults: Fault[]): void;
  /** Where a message's one response may go. */
  newResponseUrl(): string;
  bubbles: Map<string, Bubble>;
  close(): Promise<void>;
}

export async function startFakeWecom(clock: Clock): Promise<FakeWecom> {
  const violations: string[] = [];
  const posted: Posted[] = [];
  const calls: FakeWecom["calls"] = [];
  const faults = new Map<string, Fault[]>();
  const responseCodes = new Map<string, { createdAt: number; isUsed: boolean }>();
  const tokens = new Set<string>();
  const hookArrivals: number[] = [];
  const sentTexts = new Map<string, number>();
  let issued = 0;

  const note = (rule: string, isBroken: boolean): boolean => {
    if (isBroken) violations.push(rule);
    return isBroken;
  };
  const textIn = (body: Record<string, unknown>, limits: Record<string, number>): string | undefined => {
    const { msgtype } = body;
    const limit = typeof msgtype === "string" ? limits[msgtype] : undefined;
    const holder = typeof msgtype === "string" ? body[msgtype] : undefined;
    if (limit === undefined || typeof holder !== "object" || holder === null || !("content" in holder))
      return undefined;
    const { content } = holder;
    if (typeof content !== "string" || content === "") return undefined;
    return note(`${String(msgtype)} of ${Buffer.byteLength(content)} bytes`, Buffer.byteLength(content) > limit)
      ? undefined
      : content;
  };

  const answer = (path: string, query: URLSearchParams, body: Record<string, unknown>): Record<string, unknown> => {
    const show = (content: string): void => void posted.push({ path, at: clock.now(), content, body });
    switch (path) {
      case "/cgi-bin/gettoken": {
        if (query.get("corpid") !== CORP) return { errcode: 40_013, errmsg: "invalid corpid" };
        if (query.get("corpsecret") !== SECRET) return { errcode: 40_001, errmsg: "invalid credential" };
        issued += 1;
        tokens.add(`token-${issued}-abcdefgh`);
        return { errcode: 0, errmsg: "ok", access_token: `token-${issued}-abcdefgh`, expires_in: 7200 };
      }
      case "/cgi-bin/message/send": {
        if (!tokens.has(query.get("access_token") ?? "")) return { errcode: 40_014, errmsg: "invalid access_token" };
        if (body["agentid"] !== AGENT) return { errcode: 40_056, errmsg: "invalid agentid" };
        const content = textIn(body, { text: 2048, markdown: 2048 });
        if (content === undefined) return { errcode: 44_004, errmsg: "empty content" };
        const key = JSON.stringify([body["touser"], content]);
        const earlier = sentTexts.get(key);
        const intervalMs = Number(body["duplicate_check_interval"] ?? 1800) * 1000;
        const isRepeated =
          body["enable_duplicate_check"] === 1 && earlier !== undefined && clock.now() - earlier < intervalMs;
        if (!isRepeated) {
          sentTexts.set(key, clock.now());
          show(content);
        }
        return { errcode: 0, errmsg: "ok", invaliduser: "", msgid: `msg-${posted.length}` };
      }
      case "/cgi-bin/message/recall":
        if (!tokens.has(query.get("access_token") ?? "")) return { errcode: 42_001, errmsg: "access_token expired" };
        return body["msgid"] === undefined ? { errcode: 40_063 } : { errcode: 0, errmsg: "ok" };
      case "/cgi-bin/agent/get":
        if (!tokens.has(query.get("access_token") ?? "")) return { errcode: 42_001, errmsg: "access_token expired" };
        return { errcode: 0, errmsg: "ok", agentid: AGENT, name: "Xianheng", close: 0 };
      case "/cgi-bin/webhook/send": {
        if (query.get("key") !== HOOK_KEY) return { errcode: 93_000, errmsg: "invalid webhook url" };
        const content = textIn(body, { text: 2048, markdown: 4096, markdown_v2: 4096 });
        if (content === undefined) return { errcode: 40_008, errmsg: "invalid message type" };
        const recent = hookArrivals.filter((at) => at > clock.now() - 60_000);
        if (note("more than 20 notices in a minute", recent.length >= 20)) return { errcode: 45_009, errmsg: "freq" };
        hookArrivals.push(clock.now());
        show(content);
        return { errcode: 0, errmsg: "ok" };
      }
      case "/cgi-bin/aibot/response": {
        const code = responseCodes.get(query.get("response_code") ?? "");
        if (note("unknown response_code", code === undefined) || code === undefined) return { errcode: 40_058 };
        if (note("response_url used twice", code.isUsed)) return { errcode: 846_608, errmsg: "used" };
        if (note("response_url after an hour", clock.now() - code.createdAt > 3_600_000)) return { errcode: 846_608 };
        const content = textIn(body, { markdown: 20_480 });
        if (content === undefined) return { errcode: 40_008 };
        code.isUsed = true;
        show(content);
        return { errcode: 0, errmsg: "ok" };
      }
      default:
        violations.push(`unknown path ${path}`);
        return { errcode: 404, errmsg: "no such path" };
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readText(request);
    const url = new URL(request.url ?? "/", "http://fake");
    const body = text === "" ? {} : toObject(text);
    note(`${url.pathname} without a JSON object`, body === undefined);
    calls.push({ path: url.pathname, query: url.searchParams, body: body ?? {} });
    const fault = faults.get(url.pathname)?.shift();
    if (fault === "cut-before") {
      request.socket.destroy();
    } else if (fault === "cut-after") {
      answer(url.pathname, url.searchParams, body ?? {});
      request.socket.destroy();
    } else if (fault !== undefined && "status" in fault) {
      response.writeHead(fault.status, fault.headers ?? {}).end(fault.body);
    } else {
      const reply =
        fault === undefined
          ? answer(url.pathname, url.searchParams, body ?? {})
          : { errcode: fault.errcode, errmsg: fault.errmsg ?? "scripted", ...fault.extra };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
    }
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      violations.push(String(error));
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the fake has no port");
  const baseUrl = `http://127.0.0.1:${address.port}`;
  return {
    baseUrl,
    violations,
    posted,
    calls,
    tokensIssued: () => issued,
    expireTokens: () => tokens.clear(),
    fail: (path, ...script) => void faults.set(path, [...(faults.get(path) ?? []), ...script]),
    newResponseUrl: () => {
      const code = `code-${responseCodes.size}`;
      responseCodes.set(code, { createdAt: clock.now(), isUsed: false });
      return `${baseUrl}/cgi-bin/aibot/response?response_code=${code}`;
    },
    bubbles: new Map(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Undefined where it is no JSON object. */
export function toObject(text: string): Record<string, unknown> | undefined {
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
