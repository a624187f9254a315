import { onTestFinished } from "vitest";
import type { EndedTurn } from "../../src/core/ask-document.ts";
import type { LedgerRecord } from "../../src/core/store.ts";
import type { ApiFunctions, HttpTurn, HttpVote, TurnOptions } from "../../src/http/api-functions.ts";
import { createMetrics } from "../../src/http/metrics.ts";
import { apiRoutes, type ApiOptions } from "../../src/http/routes/api.ts";
import { noticeRoutes } from "../../src/http/routes/notices.ts";
import { statusRoutes } from "../../src/http/routes/status.ts";
import { startHttpServer, type ClientLimits } from "../../src/http/server.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";

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
  logged: string[];
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** The API on a port of its own, with an assistant that knows one answer. */
export async function serveApi(
  functions: Partial<ApiFunctions> = {},
  { limits = {}, ...options }: Partial<ApiOptions> & { limits?: Partial<ClientLimits> } = {},
): Promise<Api> {
  const logger = createRecordingLogger();
  const asked: Api["asked"] = [];
  const turns: HttpTurn[] = [];
  const votes: HttpVote[] = [];
  let ids = 0;
  const server = await startHttpServer({
    host: "127.0.0.1",
    port: 0,
    logger,
    limits,
    routes: [
      ...apiRoutes({
        host: "127.0.0.1",
        publicUrl: undefined,
        apiKeys: undefined,
        adminKey: "admin-key",
        corsOrigins: [],
        rateLimiter: undefined,
        maxBodyBytes: 64 * 1024,
        logger,
        metrics: createMetrics(),
        createId: () => `id-${++ids}`,
        now: () => 1_700_000_000_000,
        ...options,
        functions: {
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
          ledger: async () => [],
          ...functions,
        },
      }),
      statusRoutes({ readiness: async () => [{ check: "index", ready: true }] }),
      noticeRoutes({
        adminKey: "admin-key",
        maxBodyBytes: 64 * 1024,
        queueNotice: async (name) => (name === "hr" ? { id: "n1" } : undefined),
      }),
    ],
  });
  onTestFinished(async () => server.close(0));
  return {
    url: server.url,
    asked,
    turns,
    votes,
    logged: logger.lines,
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

export function ledgerRecord(changes: Partial<LedgerRecord> = {}): LedgerRecord {
  return {
    id: "http/http/q1",
    messageId: "q1",
    at: 1_700_000_000_000,
    channel: "http",
    app: "http",
    conversation: { id: "http", kind: "direct" },
    senderId: "anonymous",
    mentioned: true,
    text: "请问？",
    outcome: "declined",
    reason: "unrelated",
    steps: [],
    ...changes,
  };
}
