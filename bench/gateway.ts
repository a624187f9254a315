/*
 * What our side of a gateway call costs, against a stand-in in another process that answers at once: the time of a call
 * beyond that of a bare fetch, the way of a streamed piece of text through the client, and the memory of two hundred
 * streams at once. The whole chain is in use: limits, retries, trimming, the ledger of usage, the circuit breaker.
 */
import type { ChatModel, ChatRequest } from "../src/core/model.ts";
import { giveFigures, importBuilt, inTemporaryFolder } from "./built-program.ts";
import { median, percentile, type Figure } from "./figure.ts";
import { startStandIn } from "./start-stand-in.ts";

const isQuick = process.argv.includes("--quick");
const CALLS = isQuick ? 200 : 1000;
const STREAMS = 200;
const MIB = 1024 * 1024;
const newSignal = (): AbortSignal => new AbortController().signal;
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const clock = { now: () => Date.now(), sleep: async (ms: number) => new Promise<void>((end) => setTimeout(end, ms)) };

/** As long as the prompt of an answer. */
const REQUEST: ChatRequest = {
  messages: [
    { role: "system", content: "只用材料回答，每句注明出处。".repeat(20) },
    { role: "user", content: "退宿须提前三个工作日发邮件申请，押金收据请保管好。".repeat(250) },
  ],
  temperature: 0.1,
};
const BODY = JSON.stringify({ model: "stub", messages: REQUEST.messages, temperature: 0.1, max_tokens: 1024 });
const STREAMED_BODY = JSON.stringify({ ...JSON.parse(BODY), stream: true });

interface ModelOptions {
  folder: string;
  stream: boolean;
  replyTo?: typeof fetch;
}

async function createModel(baseUrl: string, { folder, stream, replyTo = fetch }: ModelOptions): Promise<ChatModel> {
  const [{ createChatModels }, { createFallbackModel }, { UsageLedger }] = await Promise.all([
    importBuilt<typeof import("../src/models/create-chat-model.ts")>("models/create-chat-model.js"),
    importBuilt<typeof import("../src/models/fallback.ts")>("models/fallback.js"),
    importBuilt<typeof import("../src/models/usage-ledger.ts")>("models/usage-ledger.js"),
  ]);
  const entry = {
    provider: "openai",
    model: "stub",
    base_url: baseUrl,
    api_key_env: "KEY",
    requests_per_minute: 0,
    tokens_per_minute: 0,
    max_tokens_per_day: 1_000_000_000_000,
    price_per_million_prompt: 1,
    timeout_s: 60,
    stream,
    context_tokens: 32_768,
    max_tokens: 1024,
  };
  const models = await createChatModels({
    llm: [entry],
    secret: () => "sk-bench-0123456789",
    fetch: (input, init) => replyTo(input, init),
    clock,
    random: Math.random,
    logger: silent,
    ledger: new UsageLedger({ folder, clock, logger: silent }),
  });
  return createFallbackModel(models);
}

async function bareCall(url: string, body: string): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer sk-bench-0123456789" },
    body,
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function measureCalls(url: string, folder: string): Promise<Figure> {
  const model = await createModel(`${url}/v1`, { folder, stream: false });
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let call = -50; call < CALLS; call += 1) {
    const bareMs = await timed(async () => (await bareCall(url, BODY)).json());
    const ourMs = await timed(() => model.complete(REQUEST, newSignal()));
    if (call < 0) continue;
    bare.push(bareMs);
    ours.push(ourMs);
  }
  const extra = ours.map((ms, index) => ms - (bare[index] ?? 0));
  return {
    name: "client overhead of a gateway call, p50",
    value: median(extra),
    unit: "ms",
    also: `p99 ${percentile(extra, 0.99).toFixed(1)}; ${median(ours).toFixed(2)} ms / bare fetch ${median(bare).toFixed(2)} ms`,
    ran: `${CALLS} calls in turn, prompt of 6,500 characters, stand-in in another process`,
    atLeast: 3,
  };
}

/** Milliseconds since the time that the stand-in wrote into a piece. */
function since(stamp: string): number {
  return Number(process.hrtime.bigint() - BigInt(stamp)) / 1e6;
}

function times(values: readonly number[]): string {
  return `${percentile(values, 0.5).toFixed(2)} / ${percentile(values, 0.99).toFixed(2)} ms`;
}

/** Reads a streamed reply by hand. @returns milliseconds from the sending of its first text to the reading of it */
async function bareFirstText(url: string): Promise<number> {
  const { body } = await bareCall(url, STREAMED_BODY);
  if (body === null) throw new Error("the stand-in sent no body");
  let [text, first]: [string, number | undefined] = ["", undefined];
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const stamp = STAMP.exec(text)?.[1];
    if (stamp !== undefined) first ??= since(stamp);
  }
  if (first === undefined) throw new Error("the stand-in sent no text");
  return first;
}

const STAMP = /"content":"(\d+) "/;

async function measureFirstText(url: string, folder: string): Promise<Figure[]> {
  let arrivedAt: number | undefined;
  const decoder = new TextDecoder();
  const watched: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const watch = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        if (STAMP.test(decoder.decode(chunk))) arrivedAt ??= performance.now();
        controller.enqueue(chunk);
      },
    });
    return new Response(response.body?.pipeThrough(watch) ?? null, response);
  };
  const [watchedModel, model] = [
    await createModel(`${url}/v1`, { folder, stream: true, replyTo: watched }),
    await createModel(`${url}/v1`, { folder, stream: true }),
  ];
  const [passing, sent, bare]: [number[], number[], number[]] = [[], [], []];
  for (let call = -50; call < CALLS; call += 1) {
    const bareMs = await bareFirstText(url);
    let sentMs: number | undefined;
    await model.stream?.(REQUEST, (text) => (sentMs ??= since(text.trim())), newSignal());
    arrivedAt = undefined;
    let handedOnAt: number | undefined;
    await watchedModel.stream?.(REQUEST, () => (handedOnAt ??= performance.now()), newSignal());
    if (call < 0 || sentMs === undefined || handedOnAt === undefined || arrivedAt === undefined) continue;
    bare.push(bareMs);
    sent.push(sentMs);
    passing.push(handedOnAt - arrivedAt);
  }
  const facts = `p50 / p99 from its sending in the other process: ${times(sent)}; bare fetch ${times(bare)}`;
  const common = { unit: "ms", ran: `${passing.length} streams in turn`, atLeast: 2 } as const;
  return [
    { ...common, name: "first streamed text, arrived to handed on, p50", value: median(passing), also: facts },
    { ...common, name: "the same, p99", value: percentile(passing, 0.99) },
  ];
}

async function measureMemory(url: string, folder: string): Promise<Figure> {
  const model = await createModel(`${url}/slow/v1`, { folder, stream: true });
  const before = process.memoryUsage().rss;
  let peak = before;
  let [open, mostOpen] = [0, 0];
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
  await Promise.all(
    Array.from({ length: STREAMS }, async () => {
      let isOpen = false;
      const take = (): void => {
        if (!isOpen) mostOpen = Math.max(mostOpen, ++open);
        isOpen = true;
      };
      await model.stream?.(REQUEST, take, newSignal());
      open -= 1;
    }),
  );
  clearInterval(timer);
  return {
    name: `memory of ${STREAMS} streams at once, beyond the process before`,
    value: (peak - before) / MIB,
    unit: "MiB",
    also: `${(before / MIB).toFixed(0)} MiB before, ${(peak / MIB).toFixed(0)} at the peak`,
    ran: `${mostOpen} open at once, 60 pieces each in 3 s`,
    atLeast: 150,
  };
}

const standIn = await startStandIn();
try {
  const figures = await inTemporaryFolder(async (folder) => [
    // First, while nothing has warmed the process up.
    await measureMemory(standIn.url, folder),
    await measureCalls(standIn.url, folder),
    ...(await measureFirstText(standIn.url, folder)),
  ]);
  giveFigures(figures);
} finally {
  standIn.stop();
}
