/** A process that serves one fake platform from a file store, until it is killed. Arguments: folder, platform, sendsOnce. */
import { setTimeout as delay } from "node:timers/promises";
import { createServer } from "node:http";
import { AppError } from "../../src/core/errors.ts";
import type { Channel, ChannelEvent } from "../../src/core/channel.ts";
import { createEngine } from "../../src/group/engine.ts";
import { createQuietHours } from "../../src/group/quiet-hours.ts";
import { openStore } from "../../src/store/open-store.ts";

const [workDir = "", platform = "", sendsOnce = "true"] = process.argv.slice(2);
const quiet = () => undefined;

const channel: Channel = {
  name: "fake",
  kind: "fake",
  abilities: { hearsEverything: true, sendsOnce: sendsOnce === "true", recalls: false, takesFeedback: false },
  start: async () => undefined,
  stop: async () => undefined,
  check: async () => [],
  async send(post, _progress, signal) {
    const body = JSON.stringify({ key: post.idempotencyKey, to: post.target.inReplyTo });
    const reply = await fetch(platform, { method: "POST", body, signal }).catch((error: unknown) => {
      throw new AppError("channel_unknown_outcome", "no reply", { cause: error });
    });
    if (reply.status === 429) throw new AppError("channel_limited", "too fast", { retryable: true, retryAfterMs: 20 });
    return { messageIds: [await reply.text()] };
  },
};

const store = await openStore({ url: "file:state.db", workDir, alone: true });
const engine = createEngine({
  store,
  clock: {
    now: () => Date.now(),
    sleep: async (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
  },
  logger: {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: (event, fields) => void process.stderr.write(`${event} ${JSON.stringify(fields)}\n`),
  },
  owner: `process-${process.pid}`,
  shared: false,
  channel: () => channel,
  policyOf: () => ({
    debounceMs: 30,
    maxBurstAgeMs: 10_000,
    listens: true,
    unasked: true,
    humanFirstMs: 30,
    maxAgeMs: 600_000,
    mentionedMaxAgeMs: 600_000,
    attention: {
      minGapMs: 0,
      perHour: 10_000,
      perDay: 10_000,
      maxShare: 1,
      quiet: createQuietHours({ spans: [], timezone: "UTC" }),
    },
    timezone: "UTC",
    locale: "en",
    admins: [],
    version: "p",
  }),
  score: async () => ({ question: 1, answerable: 1, threshold: 0.5, speak: true }),
  async ask({ question }) {
    await delay(10 + (question.length % 7) * 5);
    return {
      outcome: { kind: "answered", answer: question, citations: [], model: "m", usage: { prompt: 0, completion: 0 } },
      steps: [],
    };
  },
  limits: { pollMs: 50 },
});
await engine.start();

const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (chunk: string) => (body += chunk));
  request.on("end", () => {
    const event: ChannelEvent = JSON.parse(body);
    engine.intake(event).then(
      () => response.end("ok"),
      () => response.writeHead(500).end(),
    );
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" && address !== null ? address.port : 0}\n`);
});
