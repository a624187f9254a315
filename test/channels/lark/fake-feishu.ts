import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { FakeCards } from "./fake-cards.ts";
import { readObject, Refusal, textField } from "./fake-request.ts";

export const APP_ID = "cli_0123456789abcdef";
export const APP_SECRET = "app-secret-0123456789";
export const BOT_OPEN_ID = "ou_bot";

/** A message as members see it. */
export interface FakeMessage {
  id: string;
  chatId: string;
  replyTo: string | undefined;
  inThread: boolean;
  msgType: string;
  content: Record<string, unknown>;
  uuid: string | undefined;
  isRecalled: boolean;
}

/** What goes wrong with the next call whose `METHOD path` matches; once, or `times`. */
export interface FakeFault {
  on: RegExp;
  code?: number;
  status?: number;
  headers?: Record<string, string>;
  /** `before`: the connection breaks and nothing was done; `after`: it was done, and the reply gets lost. */
  breaks?: "before" | "after";
  /** Does something before the call is treated as always. */
  hook?: () => void;
  times?: number;
}

const HOUR_MS = 3_600_000;

/** Lark's HTTP API as strict as its documents say, in one process on 127.0.0.1. */
export class FakeFeishu {
  readonly calls: { method: string; path: string; body: Record<string, unknown> }[] = [];
  readonly messages: FakeMessage[] = [];
  readonly reactions = new Map<string, { messageId: string; emoji: string }>();
  readonly cards = new FakeCards();
  /** Replies to them are possible. */
  readonly known = new Set<string>(["om_question"]);
  readonly members = new Set<string>(["oc_group"]);
  scopes: { scope_name: string; grant_status: number }[] = [];
  items: Record<string, unknown>[] = [];
  readonly resources = new Map<string, Buffer>();
  tokensIssued = 0;
  baseUrl = "";
  /** By which uuids are forgotten. */
  now: () => number = Date.now;
  readonly #faults: FakeFault[] = [];
  #tokens = new Set<string>();
  #uuids = new Map<string, { message: FakeMessage; at: number }>();
  #close: () => void = () => undefined;

  async start(): Promise<this> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    this.baseUrl = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    this.#close = () => {
      server.closeAllConnections();
      server.close();
    };
    return this;
  }

  stop(): void {
    this.#close();
  }

  fail(fault: FakeFault): void {
    this.#faults.push(fault);
  }

  revokeTokens(): void {
    this.#tokens.clear();
  }

  /** What members see. */
  shown(): FakeMessage[] {
    return this.messages.filter(({ isRecalled }) => !isRecalled);
  }

  /** The card that a message shows, as it is now. */
  cardOf(message: FakeMessage): Record<string, unknown> {
    const data = message.content["data"];
    if (message.content["type"] !== "card" || typeof data !== "object" || data === null) return message.content;
    return this.cards.get(String(Reflect.get(data, "card_id"))).json;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readObject(request);
    const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://fake");
    const method = request.method ?? "GET";
    this.calls.push({ method, path, body });
    const fault = this.#takeFault(`${method} ${path}`);
    fault?.hook?.();
    if (fault?.breaks === "before") {
      response.destroy();
      return;
    }
    const send = (status: number, json: unknown, headers: Record<string, string> = {}): void => {
      response.writeHead(status, {
        "content-type": "application/json; charset=utf-8",
        "x-tt-logid": "log1",
        ...headers,
      });
      response.end(JSON.stringify(json));
    };
    if (fault?.code !== undefined || fault?.status !== undefined) {
      send(fault.status ?? 400, { code: fault.code ?? 500, msg: "scripted" }, fault.headers);
      return;
    }
    try {
      const file = this.#resource(path, request);
      if (file !== undefined) {
        response.writeHead(200, { "content-type": "image/png" });
        response.end(file);
        return;
      }
      const reply = this.#route(method, path, { body, query: searchParams, request });
      if (fault?.breaks === "after") response.destroy();
      else send(200, { code: 0, msg: "success", ...reply });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      send(error.status, { code: error.code, msg: error.message });
    }
  }

  #takeFault(call: string): FakeFault | undefined {
    const index = this.#faults.findIndex(({ on }) => on.test(call));
    const fault = this.#faults[index];
    if (fault === undefined) return undefined;
    const left = (fault.times ?? 1) - 1;
    if (left > 0) this.#faults[index] = { ...fault, times: left };
    else this.#faults.splice(index, 1);
    return fault;
  }

  #route(
    method: string,
    path: string,
    { body, query, request }: { body: Record<string, unknown>; query: URLSearchParams; request: IncomingMessage },
  ): Record<string, unknown> {
    if (path === "/open-apis/auth/v3/tenant_access_token/internal") return this.#issueToken(body);
    this.#checkToken(request);
    const [, messageId, under, reactionId] =
      /^\/open-apis\/im\/v1\/messages(?:\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?)?$/.exec(path) ?? [];
    if (path === "/open-apis/bot/v3/info")
      return { bot: { activate_status: 2, app_name: "Bean", open_id: BOT_OPEN_ID } };
    if (path === "/open-apis/application/v6/scopes") return { data: { scopes: this.scopes } };
    if (path.startsWith("/open-apis/cardkit/v1/cards")) return { data: this.cards.handle(method, path, body) };
    if (path === "/open-apis/im/v1/messages" && method === "POST") return { data: this.#create(body, query) };
    if (messageId === undefined) throw new Refusal(404, 99_991_000, "no such path");
    if (method === "POST" && under === "reply") return { data: this.#reply(messageId, body) };
    if (method === "POST" && under === "reactions") return { data: this.#react(messageId, body) };
    if (method === "DELETE" && under === "reactions") return { data: this.#unreact(reactionId) };
    if (method === "DELETE" && under === undefined) return { data: this.#recall(messageId) };
    if (method === "GET" && under === undefined) return { data: { items: this.items } };
    throw new Refusal(404, 99_991_000, "no such path");
  }

  /** What a member sent: by message and key, both have to be known. */
  #resource(path: string, request: IncomingMessage): Buffer | undefined {
    const [, messageId, key] = /^\/open-apis\/im\/v1\/messages\/([^/]+)\/resources\/([^/]+)$/.exec(path) ?? [];
    if (messageId === undefined || key === undefined) return undefined;
    this.#checkToken(request);
    const file = this.resources.get(`${messageId}/${key}`);
    if (file === undefined) throw new Refusal(400, 234_003, "file not in msg");
    return file;
  }

  #issueToken(body: Record<string, unknown>): Record<string, unknown> {
    if (!isDeepStrictEqual(body, { app_id: APP_ID, app_secret: APP_SECRET })) {
      throw new Refusal(200, 10_014, `app secret invalid ${String(body["app_secret"])}`);
    }
    this.tokensIssued += 1;
    const token = `t-secret-token-${this.tokensIssued}`;
    this.#tokens.add(token);
    return { tenant_access_token: token, expire: 7200 };
  }

  #checkToken({ headers }: IncomingMessage): void {
    const token = headers.authorization?.replace(/^Bearer /, "");
    if (token === undefined) throw new Refusal(400, 99_991_661, "missing token");
    if (!this.#tokens.has(token)) throw new Refusal(400, 99_991_663, "invalid token");
  }

  #create(body: Record<string, unknown>, query: URLSearchParams): Record<string, unknown> {
    if (query.get("receive_id_type") !== "chat_id") throw new Refusal(400, 230_001, "receive_id_type");
    const chatId = textField(body, "receive_id");
    if (!this.members.has(chatId)) throw new Refusal(400, 230_002, "bot not in chat");
    return this.#add(body, { chatId, replyTo: undefined });
  }

  #reply(messageId: string, body: Record<string, unknown>): Record<string, unknown> {
    if (!this.known.has(messageId)) throw new Refusal(400, 230_011, "message recalled");
    return this.#add(body, { chatId: "oc_group", replyTo: messageId });
  }

  #add(
    body: Record<string, unknown>,
    { chatId, replyTo }: { chatId: string; replyTo: string | undefined },
  ): Record<string, unknown> {
    const uuid = body["uuid"];
    if (typeof uuid !== "string" || !/^[A-Za-z0-9_-]{1,50}$/.test(uuid)) throw new Refusal(400, 230_001, "uuid");
    const earlier = this.#uuids.get(uuid);
    if (earlier !== undefined && this.now() - earlier.at < HOUR_MS) return { message_id: earlier.message.id };
    const msgType = textField(body, "msg_type");
    const text = textField(body, "content");
    if (Buffer.byteLength(text) > (msgType === "text" ? 150_000 : 30_720)) throw new Refusal(400, 230_025, "too long");
    const content: unknown = JSON.parse(text);
    if (typeof content !== "object" || content === null) throw new Refusal(400, 230_001, "content");
    if (msgType === "interactive") this.cards.checkSent({ ...content });
    const inThread = body["reply_in_thread"] === true;
    const id = `om_${this.messages.length + 1}`;
    const message = { id, chatId, replyTo, inThread, msgType, content: { ...content }, uuid, isRecalled: false };
    this.messages.push(message);
    this.known.add(id);
    this.#uuids.set(uuid, { message, at: this.now() });
    return { message_id: id, chat_id: chatId, msg_type: msgType };
  }

  #react(messageId: string, body: Record<string, unknown>): Record<string, unknown> {
    const type = body["reaction_type"];
    const emoji = typeof type === "object" && type !== null ? String(Reflect.get(type, "emoji_type")) : "";
    if (!this.known.has(messageId)) throw new Refusal(400, 231_003, "message not found");
    const id = `r_${this.reactions.size + 1}`;
    this.reactions.set(id, { messageId, emoji });
    return { reaction_id: id };
  }

  #unreact(reactionId: string | undefined): Record<string, unknown> {
    if (reactionId === undefined || !this.reactions.delete(reactionId)) throw new Refusal(400, 231_007, "no reaction");
    return {};
  }

  #recall(messageId: string): Record<string, unknown> {
    const message = this.messages.find(({ id }) => id === messageId);
    if (message === undefined) throw new Refusal(400, 230_002, "not found");
    if (message.isRecalled) throw new Refusal(400, 230_110, "deleted");
    message.isRecalled = true;
    return {};
  }
}
