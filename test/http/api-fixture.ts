import { join } from "node:path";
import type { Router } from "express";
import { onTestFinished } from "vitest";
import type { Channel } from "../../src/core/channel.ts";
import type { EndedTurn } from "../../src/core/ask-document.ts";
import type { ConsoleFunctions } from "../../src/http/console-functions.ts";
import type { ApiFunctions, HttpTurn, HttpVote, TurnOptions } from "../../src/http/api-functions.ts";
import { noTracer } from "../../src/core/tracer.ts";
import type { DocumentFunctions } from "../../src/http/document-functions.ts";
import { createMetrics } from "../../src/http/metrics.ts";
import { apiRoutes, type ApiOptions } from "../../src/http/routes/api.ts";
import { noticeRoutes } from "../../src/http/routes/notices.ts";
import { pageRoutes } from "../../src/http/routes/pages.ts";
import { statusRoutes } from "../../src/http/routes/status.ts";
import { webhookRoutes } from "../../src/http/routes/webhooks.ts";
import { startHttpServer, type ClientLimits } from "../../src/http/server.ts";
import { fakeDocuments } from "./fake-documents.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";
import { fakeConsole } from "./console-fixture.ts";

export const ANSWER = "退公寓要提前三天预约 [1]。";
export const PIECES = ["退公寓要", "提前三天预约", " [1]。"];

/** A turn that was answered from one passage. */
export function answeredTurn(): EndedTurn {
  return {
    outcome: {
      kind: "answered",
      answer: ANSWER,
      citations: [
        {
          n: 1,
          source: "housing/move-out.md",
          title: "Moving out",
          headings: ["退房"],
          quote: "提前三天预约",
          chunkId: "c1",
        },
      ],
      model: "extractive",
      usage: { prompt: 11, completion: 7 },
    },
    scores: { question: 0.9, answerable: 0.8, threshold: 0.5 },
    timings: { retrieve: 1.5, total: 3 },
  };
}

export function declinedTurn(): EndedTurn {
  return {
    outcome: { kind: "declined", reason: "unrelated" },
    scores: { question: 0.9, answerable: 0.1, threshold: 0.5 },
    timings: { total: 2 },
  };
}

export interface Api {
  url: string;
  asked: { question: string; options: TurnOptions; signal: AbortSignal }[];
  turns: HttpTurn[];
  votes: HttpVote[];
  /** What every function was called with. */
  calls: unknown[][];
  logged: string[];
  /** Everything that is served. */
  routes: Router[];
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** The functions, whose arguments are kept. */
export function recordCalls<Functions extends object>(calls: unknown[][], functions: Functions): Functions {
  return new Proxy(functions, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== "function") return value;
      return (...given: unknown[]): unknown => {
        calls.push(given);
        return Reflect.apply(value, target, given);
      };
    },
  });
}

/** A console of one page and one script. */
const CONSOLE = join(import.meta.dirname, "..", "fixtures", "http", "console");

/** A channel that takes whatever a platform sends. */
function webhookChannel(name: string, kind: string): Channel {
  return {
    name,
    kind,
    abilities: { hearsEverything: true, sendsOnce: true, recalls: false, takesFeedback: false },
    start: async () => undefined,
    stop: async () => undefined,
    send: async () => ({ messageIds: [] }),
    check: async () => [],
    ownsSuffix: (suffix) => suffix === "s3cret",
    receive: async () => ({ status: 200, contentType: "application/json", body: "{}" }),
  };
}

/** The API on a port of its own, with an assistant that knows one answer. */
export async function serveApi(
  functions: Partial<ApiFunctions> = {},
  {
    limits = {},
    consoleFolder = CONSOLE,
    consoleFunctions = {},
    documents = {},
    ...options
  }: Partial<Omit<ApiOptions, "consoleFunctions" | "documents">> & {
    limits?: Partial<ClientLimits>;
    consoleFolder?: string;
    consoleFunctions?: Partial<ConsoleFunctions>;
    documents?: Partial<DocumentFunctions>;
  } = {},
): Promise<Api> {
  const logger = createRecordingLogger();
  const asked: Api["asked"] = [];
  const turns: HttpTurn[] = [];
  const votes: HttpVote[] = [];
  const calls: Api["calls"] = [];
  let ids = 0;
  const routes = [
    ...apiRoutes({
      host: "127.0.0.1",
      publicUrl: undefined,
      apiKeys: undefined,
      adminKey: "admin-key",
      corsOrigins: [],
      footnotes: false,
      pipeline: "parallel",
      rateLimiter: undefined,
      maxBodyBytes: 64 * 1024,
      maxUploadBytes: 256 * 1024,
      logger,
      metrics: createMetrics(),
      tracer: noTracer,
      createId: () => `id-${++ids}`,
      now: () => 1_700_000_000_000,
      version: async () => "1.2.3",
      shelf: {
        listDocuments: async () => [{ id: "d1", source: "housing/move-out.md", title: "Moving out", modifiedAt: 0 }],
        readDocument: async (id) => (id === "d1" ? "# Moving out\n" : undefined),
      },
      ...options,
      documents: recordCalls(calls, { ...fakeDocuments(), ...documents }),
      consoleFunctions: recordCalls(calls, { ...fakeConsole(), ...consoleFunctions }),
      functions: recordCalls(calls, {
        async ask(question, turn, signal) {
          asked.push({ question, options: turn, signal });
          for (const piece of PIECES) turn.onText?.(piece);
          return answeredTurn();
        },
        search: async () => [],
        score: async (lines) => lines.map((text) => ({ text, question: 0.5, answerable: 0.25, speak: false })),
        embed: async (texts) => texts.map((text) => Float32Array.from([text.length, 0.5, -1])),
        record: async (turn) => void turns.push(turn),
        vote: async (vote) => votes.push(vote) > 0 && vote.id !== "unknown",
        ...functions,
      }),
    }),
    statusRoutes({ readiness: async () => [{ check: "index", ready: true }] }),
    noticeRoutes({
      adminKey: "admin-key",
      maxBodyBytes: 64 * 1024,
      queueNotice: async (name, notice) => {
        calls.push([notice]);
        return name === "hr" ? { id: "n1" } : undefined;
      },
    }),
    webhookRoutes({
      channels: [
        webhookChannel("hr", "lark"),
        webhookChannel("work", "wecom-bot"),
        webhookChannel("official", "wechat-official"),
        webhookChannel("phone", "wechat-android"),
      ],
      maxBodyBytes: 64 * 1024,
      isReady: () => true,
      logger,
    }),
    pageRoutes({ folder: consoleFolder }),
  ];
  const server = await startHttpServer({ host: "127.0.0.1", port: 0, logger, limits, routes });
  onTestFinished(async () => server.close(0));
  return {
    url: server.url,
    asked,
    turns,
    votes,
    calls,
    logged: logger.lines,
    routes,
    post: async (path, body, headers = {}) =>
      fetch(server.url + path, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
    close: async () => server.close(5000),
  };
}

/** The events of a stream, comments left out. */
export function eventsOf(text: string): { event: string; data: unknown }[] {
  return text
    .split("\n\n")
    .filter((block) => block !== "" && !block.startsWith(":"))
    .map((block) => {
      const lines = block.split("\n");
      const event = lines.find((line) => line.startsWith("event: "))?.slice(7) ?? "";
      const data = lines.filter((line) => line.startsWith("data: ")).map((line) => line.slice(6));
      return { event, data: JSON.parse(data.join("\n")) };
    });
}
