import type { Channel } from "../core/channel.ts";
import type { Logger } from "../core/runtime.ts";
import { placeKey, type Store } from "../core/store.ts";
import { createEngine } from "./engine.ts";
import type { AskReport, AskRequest, EngineOptions, GateVerdict, PlacePolicy } from "./engine-options.ts";
import { createReplayClock } from "./replay-clock.ts";
import { REPLAY_CHANNEL, replayMessage, type ReplayLine } from "./replay-line.ts";
import { unaskedVerdict } from "./unasked-verdict.ts";
import { reportReplay, type ReplayReport } from "./replay-report.ts";

export interface ReplayOptions {
  /** An empty store; each run gets its own. */
  createStore: () => Store;
  policyOf: (group: string) => PlacePolicy;
  /** Judges many lines at once, in order. */
  score: (texts: string[], signal: AbortSignal) => Promise<GateVerdict[]>;
  /** Least `answerable` of an answer that nobody asked for, in a group. Default: the gate's own threshold. */
  unaskedThreshold?: (group: string) => number;
  /** Answers a question. Absent: no model in the loop, and what the gate lets pass counts as answered. */
  ask?: EngineOptions["ask"];
  logger: Logger;
  onProgress?: (done: number, of: number) => void;
}

/** Verdicts by text, so that a second policy costs no second look. */
export type ScoreBook = Map<string, GateVerdict>;

/** A night and a morning after the last line. */
const AFTERWARDS_MS = 26 * 3_600_000;
const FOREVER_MS = 100 * 365 * 86_400_000;
const PROGRESS_LINES = 500;

/**
 * Runs a chat through the whole engine, by its own clock. A first run in which the gate keeps silent finds out what will be
 * looked at (bursts do not depend on verdicts), so that all of it is judged in batches before the run that counts.
 * `lines` are in the order of their times, with ids that differ.
 */
export async function replay(
  lines: readonly ReplayLine[],
  options: ReplayOptions,
  signal: AbortSignal,
  scores: ScoreBook = new Map(),
): Promise<ReplayReport> {
  const texts = new Set<string>();
  const silent: GateVerdict = { question: 0, answerable: 0, threshold: 1, speak: false, reason: "not-a-question" };
  await run(lines, {
    ...options,
    score: async (text) => {
      texts.add(text);
      return silent;
    },
    ask: async ({ question }) => {
      if (options.ask === undefined) texts.add(question);
      return { outcome: { kind: "declined", reason: "not-a-question" }, steps: [] };
    },
    onProgress: undefined,
    signal,
  });
  const fresh = [...texts].filter((text) => !scores.has(text));
  const found = await options.score(fresh, signal);
  for (const [index, text] of fresh.entries()) scores.set(text, found[index] ?? silent);

  const lookUp = async (text: string): Promise<GateVerdict> => {
    const known = scores.get(text);
    if (known !== undefined) return known;
    const [verdict = silent] = await options.score([text], signal);
    scores.set(text, verdict);
    return verdict;
  };
  const { unaskedThreshold } = options;
  return run(lines, {
    ...options,
    score: async (text, group) => unaskedVerdict(await lookUp(text), unaskedThreshold?.(group) ?? 0),
    ask: options.ask ?? (async (request) => withoutModel(request, await lookUp(request.question))),
    onProgress: options.onProgress,
    signal,
  });
}

/** What would be asked of the pipeline, decided by the gate alone. */
function withoutModel({ question }: AskRequest, { speak, reason = "unanswerable", ...scores }: GateVerdict): AskReport {
  const { question: asks, answerable, threshold, gateVersion } = scores;
  return {
    outcome: speak
      ? { kind: "answered", answer: question, citations: [], model: "none", usage: { prompt: 0, completion: 0 } }
      : { kind: "declined", reason },
    scores: { question: asks, answerable, threshold },
    steps: [],
    ...(gateVersion !== undefined && { gateVersion }),
  };
}

interface Run {
  createStore: () => Store;
  policyOf: (group: string) => PlacePolicy;
  score: (text: string, group: string) => Promise<GateVerdict>;
  ask: EngineOptions["ask"];
  logger: Logger;
  onProgress: ReplayOptions["onProgress"];
  signal: AbortSignal;
}

async function run(lines: readonly ReplayLine[], options: Run): Promise<ReplayReport> {
  const { policyOf, logger, signal } = options;
  const clock = createReplayClock(lines[0]?.at ?? 0);
  const store = options.createStore();
  const policies = new Map<string, PlacePolicy>();
  const policyAt = (group: string): PlacePolicy => {
    const policy = policies.get(group) ?? policyOf(group);
    policies.set(group, policy);
    return policy;
  };
  let asked = 0;
  let modelCalls = 0;
  const engine = createEngine({
    store,
    clock,
    logger,
    owner: REPLAY_CHANNEL,
    shared: false,
    channel: () => REPLAY_PLATFORM,
    policyOf: ({ conversationId }) => policyAt(conversationId),
    score: (text, { place }) => clock.holding(() => options.score(text, place.conversationId)),
    ask: (request, inner) =>
      clock.holding(async () => {
        asked++;
        const report = await options.ask(request, inner);
        const { outcome } = report;
        if (outcome.kind === "answered" && outcome.usage.prompt + outcome.usage.completion > 0) modelCalls++;
        return report;
      }),
    evidence: { corpus: () => "", hasChunk: () => true },
    // Nobody else wants the places, and time may leap.
    limits: { leaseMs: FOREVER_MS, pollMs: FOREVER_MS, askTimeoutMs: FOREVER_MS, sendTimeoutMs: FOREVER_MS },
  });
  await engine.start();
  for (const [index, line] of lines.entries()) {
    signal.throwIfAborted();
    await clock.advance(line.at);
    await engine.intake({ kind: "message", message: replayMessage(line) });
    if (index % PROGRESS_LINES === 0) options.onProgress?.(index, lines.length);
  }
  await clock.advance((lines.at(-1)?.at ?? 0) + AFTERWARDS_MS);
  await engine.stop();
  options.onProgress?.(lines.length, lines.length);
  const groups = [...new Set(lines.map(({ group }) => group))];
  const posts = await Promise.all(groups.map((group) => store.sentPosts(placeOfGroup(group), 0)));
  const report = reportReplay({
    lines,
    records: await store.ledger({ limit: Number.MAX_SAFE_INTEGER }),
    posts: posts.flat(),
    policyOf: (group) => policyAt(group).attention,
    asked,
    modelCalls,
    withText: modelCalls > 0,
  });
  await store.close();
  return report;
}

function placeOfGroup(conversationId: string): string {
  return placeKey({ channel: REPLAY_CHANNEL, app: REPLAY_CHANNEL, conversationId });
}

/** Takes every post, and shows it at once. */
const REPLAY_PLATFORM: Channel = {
  name: REPLAY_CHANNEL,
  kind: REPLAY_CHANNEL,
  abilities: { hearsEverything: true, sendsOnce: true, recalls: false, takesFeedback: false },
  start: async () => undefined,
  stop: async () => undefined,
  send: async ({ idempotencyKey }) => ({ messageIds: [idempotencyKey] }),
  check: async () => [],
};
