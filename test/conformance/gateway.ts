import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { AppError } from "../../src/core/errors.ts";
import type { ChatModel, ChatRequest } from "../../src/core/model.ts";
import type { Fetch } from "../../src/core/runtime.ts";
import { createChatModels } from "../../src/models/create-chat-model.ts";
import type { LlmSettings } from "../../src/models/llm-settings.ts";
import { createJumpingClock, createRecordingLogger, type RecordingLogger } from "../models/stand-in/clocks.ts";
import {
  sendJson,
  sendText,
  startGatewayServer,
  type Answer,
  type GatewayServer,
  type Received,
  type Refuse,
} from "../models/stand-in/gateway-server.ts";
import { describeChatModel, faultOf, type GatewayBehaviour } from "./chat-model.ts";

/** How one gateway answers, written from its document. */
export interface GatewaySuite {
  name: string;
  /** The `[[llm]]` entry without `base_url`; its keys' variables are in `env`. */
  entry: Record<string, unknown>;
  /** Follows the stand-in's address in `base_url`. */
  basePath: string;
  /** Values of the variables the entry names. */
  env: Record<string, string>;
  /** What the document refuses: paths, headers, unknown or missing fields, values out of range, wrong order of turns. */
  refuse: Refuse;
  /**
   * Writes the gateway's reply with this text, whole or streamed as the request asks, in one event or many. Requests that
   * are no question to the model (tokens, threads, translations) are answered as well.
   */
  answer: (response: ServerResponse, received: Received, reply: { text: string; truncated?: boolean }) => void;
  /** True for the request that asks the model; false for what goes before or after it. Default: all. */
  isQuestion?: (received: Received) => boolean;
  /** Texts of the messages in a question, oldest first. */
  contentsOf: (received: Received) => string[];
  /** The text of the reply is on the wire in pieces, so that a cut in the middle leaves some of it. */
  streams: boolean;
  /** A field that the document does not know, added to a whole JSON reply wherever that may happen. Default: at its top. */
  withUnknownFields?: (reply: object) => object;
  /** Tests of either suite that do not hold for this gateway, each with the reason. */
  skip?: { reason: string; tests: string[] }[];
}

export const QUESTION: ChatRequest = { messages: [{ role: "user", content: "退公寓要提前几天？" }] };
export const never = new AbortController().signal;
const TEXT = "提前三个工作日。\n\n- Mail 邮件 😀";

export interface OpenGateway {
  server: GatewayServer;
  model: ChatModel;
  logger: RecordingLogger;
  /** The requests that asked the model. */
  questions: () => Received[];
}

/** Starts the stand-in of a suite and makes the model of its entry. */
export async function openGateway(
  suite: GatewaySuite,
  { changes = {}, fetch: given = fetch, usual }: { changes?: Partial<LlmSettings>; fetch?: Fetch; usual?: Answer } = {},
): Promise<OpenGateway> {
  const server = await startGatewayServer({
    refuse: suite.refuse,
    usual: usual ?? ((response, received) => suite.answer(response, received, { text: TEXT })),
  });
  const logger = createRecordingLogger();
  const entry = { ...suite.entry, base_url: `${server.url}${suite.basePath}` };
  const [model] = await createChatModels({
    // Changes come after the schema, which takes no part of a second.
    llm: configSchema.parse({ llm: [entry] }).llm.map((settings) => ({ ...settings, ...changes })),
    secret: (variable) => suite.env[variable],
    fetch: given,
    clock: createJumpingClock(),
    random: () => 0.5,
    logger,
  });
  if (model === undefined) throw new Error("no model");
  const isQuestion = suite.isQuestion ?? (() => true);
  return { server, model, logger, questions: () => server.received.filter(isQuestion) };
}

/** What every gateway's model must survive, beside what every `ChatModel` must do. */
export function describeGateway(suite: GatewaySuite): void {
  const { name, skip = [], answer, contentsOf } = suite;
  const isQuestion = suite.isQuestion ?? (() => true);
  const own = new Set(FAULTS.map(([title]) => title));
  const skipped = (ofFaults: boolean): { reason: string; tests: string[] }[] =>
    skip
      .map(({ reason, tests }) => ({ reason, tests: tests.filter((title) => own.has(title) === ofFaults) }))
      .filter(({ tests }) => tests.length > 0);

  describeChatModel({
    name,
    skip: skipped(false),
    open: async (behaviour) => {
      let limited = behaviour.kind === "rate-limited-once";
      const { server, model, questions } = await openGateway(suite, {
        usual: (response, received) => {
          if (!isQuestion(received)) return answer(response, received, { text: TEXT });
          if (limited) {
            limited = false;
            return sendJson(response, {}, { status: 429, headers: { "retry-after": "2" } });
          }
          return behave(behaviour, response, received);
        },
      });
      return { model, asked: () => questions().map(contentsOf), close: () => server.close() };
    },
  });

  function behave(behaviour: GatewayBehaviour, response: ServerResponse, received: Received): void {
    switch (behaviour.kind) {
      case "answers":
      case "rate-limited-once":
        return answer(response, received, { text: behaviour.text });
      case "cut-at-length":
        return answer(response, received, { text: behaviour.text, truncated: true });
      case "empty":
        return answer(response, received, { text: "" });
      case "malformed":
        return sendText(response, '{"choices": [', { type: "application/json" });
      case "unauthorised":
        return sendJson(response, { error: { message: "no" }, msg: "no" }, { status: 401 });
      case "silent":
        return undefined;
    }
  }

  const without = new Set(skipped(true).flatMap(({ tests }) => tests));
  describe(`${name}: faults`, () => {
    const opened: OpenGateway[] = [];

    afterEach(async () => {
      await Promise.all(opened.splice(0).map(({ server }) => server.close()));
    });

    for (const [title, run] of FAULTS) {
      if (without.has(title)) continue;
      test(title, async () => {
        await run({
          suite,
          async open(faults = [], changes = {}) {
            const queue = [...faults];
            const usual: Answer = (response, received) => {
              const fault = isQuestion(received) ? queue.shift() : undefined;
              return fault === undefined ? answer(response, received, { text: TEXT }) : fault(response, received);
            };
            const gateway = await openGateway(suite, { usual, changes });
            opened.push(gateway);
            return gateway;
          },
        });
      });
    }
  });
}

interface FaultTest {
  suite: GatewaySuite;
  /** A model whose questions meet these answers first, then the usual one. */
  open: (faults?: Answer[], changes?: Partial<LlmSettings>) => Promise<OpenGateway>;
}

const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    sendJson(response, { error: { message: "why" }, msg: "why" }, { status: code, headers });
const times = (count: number, answer: Answer): Answer[] => Array.from({ length: count }, () => answer);

/** Faults that every gateway can have, and what must come of them. */
const FAULTS: [title: string, run: (test: FaultTest) => Promise<void>][] = [
  [
    "the contract finds nothing to complain about, with history and a system text",
    async ({ open }) => {
      const { model } = await open();
      const reply = await model.complete(
        {
          messages: [
            { role: "system", content: "Answer from the material only." },
            { role: "user", content: "你好" },
            { role: "assistant", content: "您好，有什么可以帮您？" },
            { role: "user", content: "退宿" },
            { role: "user", content: "退公寓要提前几天？" },
          ],
          temperature: 0,
          maxTokens: 200,
        },
        never,
      );
      expect(reply.text).toBe(TEXT);
    },
  ],
  [
    "limits and trouble of the server are tried again, three times in all",
    async ({ open }) => {
      for (const [code, expected] of [
        [429, "model_rate_limited"],
        [500, "model_unreachable"],
        [503, "model_unreachable"],
        [408, "timeout"],
      ] as const) {
        const { model, questions } = await open(times(4, status(code)));
        expect(await faultOf(model.complete(QUESTION, never))).toBe(expected);
        expect(questions()).toHaveLength(3);
      }
    },
  ],
  [
    "a refused request or key is final, with the gateway's own words",
    async ({ open }) => {
      for (const [code, expected] of [
        [400, "model_rejected_request"],
        [401, "model_unauthorised"],
        [403, "model_unauthorised"],
        [404, "model_rejected_request"],
      ] as const) {
        const { model, questions } = await open(times(2, status(code)));
        await expect(model.complete(QUESTION, never)).rejects.toMatchObject({
          code: expected,
          message: expect.stringContaining("why"),
        });
        expect(questions()).toHaveLength(1);
      }
    },
  ],
  [
    "a reset connection is tried again",
    async ({ open }) => {
      const { model, questions } = await open([(response) => void response.socket?.resetAndDestroy()]);
      expect((await model.complete(QUESTION, never)).text).toBe(TEXT);
      expect(questions()).toHaveLength(2);
    },
  ],
  [
    "a gateway that answers too late is a timeout",
    async ({ open }) => {
      const { model } = await open(
        times(4, () => undefined),
        { timeout_s: 0.15 },
      );
      await expect(model.complete(QUESTION, never)).rejects.toMatchObject({ code: "timeout" });
    },
  ],
  [
    "an HTML page instead of a reply is no reply",
    async ({ open }) => {
      const page: Answer = (response) => sendText(response, "<html><body>Welcome to the proxy</body></html>");
      const { model, questions } = await open(times(4, page));
      expect(await faultOf(model.complete(QUESTION, never))).toBe("model_bad_reply");
      // It will be a page the next time too.
      expect(questions()).toHaveLength(1);
    },
  ],
  [
    "fields it does not know never break a reply",
    async ({ open, suite }) => {
      const { withUnknownFields = (reply) => ({ ...reply, novelty: { deep: [1, null] } }) } = suite;
      const { model } = await open([
        (response, received) => {
          const end = response.end.bind(response);
          // A whole JSON reply gets strange fields; a streamed one is written as it is.
          Object.assign(response, {
            end: (body?: unknown) => end(typeof body === "string" ? addFields(body, withUnknownFields) : body),
          });
          suite.answer(response, received, { text: TEXT });
        },
      ]);
      expect((await model.complete(QUESTION, never)).text).toBe(TEXT);
    },
  ],
  [
    "a call that is cancelled in the middle ends the gateway's work",
    async ({ open }) => {
      let isClosed = false;
      const { model, questions } = await open([
        (response) => {
          response.on("close", () => (isClosed = true));
        },
      ]);
      const controller = new AbortController();
      const ask = model.stream?.bind(model) ?? ((request, _onText, signal) => model.complete(request, signal));
      const call = faultOf(ask(QUESTION, () => undefined, controller.signal));
      await expect.poll(() => questions().length).toBe(1);
      controller.abort();
      expect(await call).toBe("aborted");
      await expect.poll(() => isClosed).toBe(true);
    },
  ],
  [
    "a stream is read right wherever it is cut into pieces",
    async ({ open, suite }) => {
      if (!suite.streams) return;
      const { server, model } = await open();
      const bytes = await recordReply(suite, server, () => model.stream?.(QUESTION, () => undefined, never));
      let at = 1;
      const cut: Fetch = async (input, init) => (bytes.isQuestion(input) ? twoPieces(bytes, at) : fetch(input, init));
      const other = await openGateway(suite, { fetch: cut });
      for (; at < bytes.body.length; at += 1) {
        let text = "";
        const reply = await other.model.stream?.(QUESTION, (piece) => (text += piece), never);
        expect({ at, text, whole: reply?.text }).toEqual({ at, text: TEXT, whole: TEXT });
      }
      await other.server.close();
    },
  ],
  [
    "a stream that ends too early is no reply",
    async ({ open, suite }) => {
      if (!suite.streams) return;
      const { server, model } = await open();
      const bytes = await recordReply(suite, server, () => model.stream?.(QUESTION, () => undefined, never));
      const early: Fetch = async (input, init) =>
        bytes.isQuestion(input)
          ? new Response(bytes.body.slice(0, Math.floor(bytes.body.length / 2)), { headers: bytes.headers })
          : fetch(input, init);
      const other = await openGateway(suite, { fetch: early });
      const call = other.model.stream?.(QUESTION, () => undefined, never) ?? Promise.resolve();
      expect(["model_unreachable", "model_bad_reply"]).toContain(await faultOf(call));
      await other.server.close();
    },
  ],
  [
    "no key is in any error or line of the log",
    async ({ open, suite }) => {
      const secrets = Object.values(suite.env);
      const told = secrets.join(" ");
      const answers: Answer[] = [
        (response) => sendJson(response, { error: { message: told }, msg: told, error_msg: told }, { status: 400 }),
        (response) =>
          sendJson(response, { msgCode: "-1", msg: told, error: told, error_code: 336_003, error_msg: told }),
        (response) => sendText(response, `<html>${told}</html>`, { status: 502 }),
        (response) => sendText(response, told, { type: "application/json" }),
      ];
      for (const one of answers) {
        const { model, logger } = await open(times(4, one));
        const error: unknown = await model.complete(QUESTION, never).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(AppError);
        const all = [describeError(error), ...logger.lines].join("\n");
        for (const secret of secrets) expect(all).not.toContain(secret);
      }
    },
  ],
];

function addFields(body: string, change: (reply: object) => object): string {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? JSON.stringify(change(value)) : body;
  } catch {
    return body;
  }
}

function describeError(error: unknown): string {
  return error instanceof Error
    ? `${error.message}\n${error.stack ?? ""}\n${describeError(error.cause)}`
    : String(error);
}

interface RecordedReply {
  body: Uint8Array;
  headers: Record<string, string>;
  isQuestion: (url: string) => boolean;
}

/** The bytes that a stand-in answers a question with. */
async function recordReply(
  suite: GatewaySuite,
  server: GatewayServer,
  ask: () => Promise<unknown> | undefined,
): Promise<RecordedReply> {
  await ask();
  const question = server.received.findLast(suite.isQuestion ?? (() => true));
  if (question === undefined) throw new Error("no question reached the stand-in");
  const response = await fetch(`${server.url}${question.path}`, {
    method: question.method,
    headers: Object.fromEntries(
      Object.entries(question.headers).flatMap(([name, value]) =>
        typeof value === "string" && !/^(?:host|connection|content-length|transfer-encoding)$/u.test(name)
          ? [[name, value]]
          : [],
      ),
    ),
    body: JSON.stringify(question.body),
  });
  const body = new Uint8Array(await response.arrayBuffer());
  const path = question.path.split("?")[0] ?? "";
  return {
    body,
    headers: { "content-type": response.headers.get("content-type") ?? "" },
    isQuestion: (url) => new URL(url).pathname === path,
  };
}

function twoPieces({ body, headers }: RecordedReply, at: number): Response {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(body.slice(0, at));
      controller.enqueue(body.slice(at));
      controller.close();
    },
  });
  return new Response(stream, { headers });
}
