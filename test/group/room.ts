import type { Channel, ChannelAbilities, Post, PostStream } from "../../src/core/channel.ts";
import type { Message } from "../../src/core/message.ts";
import { messageKey, placeKey, type LedgerRecord, type Store } from "../../src/core/store.ts";
import { createEngine, type Engine } from "../../src/group/engine.ts";
import type { AskReport, AskRequest, EngineOptions, GateVerdict, PlacePolicy } from "../../src/group/engine-options.ts";
import { createQuietHours } from "../../src/group/quiet-hours.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";

export const PLACE = { channel: "hr", app: "bot", conversationId: "g1" };

export const POLICY: PlacePolicy = {
  debounceMs: 12_000,
  maxBurstAgeMs: 7_200_000,
  listens: true,
  unasked: true,
  humanFirstMs: 20_000,
  maxAgeMs: 900_000,
  mentionedMaxAgeMs: 7_200_000,
  attention: {
    minGapMs: 0,
    perHour: 100,
    perDay: 1000,
    maxShare: 1,
    quiet: createQuietHours({ spans: [], timezone: "Asia/Shanghai" }),
  },
  timezone: "Asia/Shanghai",
  locale: "zh",
  admins: ["boss"],
  version: "p1",
};

export interface FakeRoom {
  engine: Engine;
  store: Store;
  clock: FakeClock;
  /** What the platform showed, in order. */
  shown: Post[];
  /** What the model was asked. */
  asked: AskRequest[];
  scored: string[];
  /** What was logged as an error. */
  faults: Record<string, unknown>[];
  says(id: string, text: string, over?: Partial<Message>): Promise<void>;
  recalls(messageId: string): Promise<void>;
  passes(ms: number): Promise<void>;
  record(id: string): Promise<LedgerRecord | undefined>;
}

export interface FakeRoomOptions {
  policy?: Partial<PlacePolicy>;
  store?: Store;
  clock?: FakeClock;
  owner?: string;
  shared?: boolean;
  abilities?: Partial<ChannelAbilities>;
  /** Called for each send; throws what the platform does. */
  onSend?: (post: Post, attempt: number) => Promise<void> | void;
  openStream?: Channel["openStream"];
  ask?: (request: AskRequest, signal: AbortSignal) => Promise<AskReport>;
  score?: (text: string) => GateVerdict;
  limits?: EngineOptions["limits"];
  evidence?: EngineOptions["evidence"];
}

/** Lines with 公寓 and a question mark are questions that the documents answer. */
export function scoreByWords(text: string): GateVerdict {
  const speak = text.includes("公寓") && /[?？]/u.test(text);
  return {
    question: speak ? 0.9 : 0.1,
    answerable: speak ? 0.8 : 0.1,
    threshold: 0.5,
    speak,
    ...(!speak && { reason: "not-a-question" as const }),
    gateVersion: "g1",
  };
}

export async function answerAll({ question }: AskRequest): Promise<AskReport> {
  return {
    outcome: {
      kind: "answered",
      answer: `answer to ${question}`,
      citations: [],
      model: "fake/one",
      usage: { prompt: 10, completion: 5 },
    },
    steps: [{ name: "answer", durationMs: 1 }],
  };
}

/** One group with an engine over a fake platform, model, gate and clock. */
export async function openRoom(given: FakeRoomOptions = {}): Promise<FakeRoom> {
  const clock = given.clock ?? createFakeClock();
  const store = given.store ?? createMemoryStore();
  const shown: Post[] = [];
  const asked: AskRequest[] = [];
  const scored: string[] = [];
  const faults: Record<string, unknown>[] = [];
  const attempts = new Map<string, number>();
  const channel: Channel = {
    name: PLACE.channel,
    kind: "fake",
    abilities: { hearsEverything: true, sendsOnce: true, recalls: true, takesFeedback: true, ...given.abilities },
    start: async () => undefined,
    stop: async () => undefined,
    async send(post) {
      const attempt = (attempts.get(post.idempotencyKey) ?? 0) + 1;
      attempts.set(post.idempotencyKey, attempt);
      await given.onSend?.(post, attempt);
      shown.push(post);
      return { messageIds: [`post-${shown.length}`] };
    },
    recall: async () => undefined,
    check: async () => [],
    ...(given.openStream && { openStream: given.openStream }),
  };
  const quiet = () => undefined;
  const engine = createEngine({
    store,
    clock,
    logger: {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (event, fields) => void faults.push({ event, ...fields }),
    },
    owner: given.owner ?? "one",
    shared: given.shared ?? false,
    channel: (name) => (name === PLACE.channel ? channel : undefined),
    policyOf: () => ({ ...POLICY, ...given.policy }),
    async score(text) {
      scored.push(text);
      return (given.score ?? scoreByWords)(text);
    },
    ask(request, signal) {
      asked.push(request);
      return (given.ask ?? answerAll)(request, signal);
    },
    ...(given.limits && { limits: given.limits }),
    ...(given.evidence && { evidence: given.evidence }),
  });
  await engine.start();
  return {
    engine,
    store,
    clock,
    shown,
    asked,
    scored,
    faults,
    async says(id, text, over = {}) {
      await engine.intake({
        kind: "message",
        message: {
          id,
          channel: PLACE.channel,
          app: PLACE.app,
          conversation: { id: PLACE.conversationId, kind: "group" },
          sender: { id: "ann", isBot: false },
          text,
          parts: [],
          mentions: { bot: false, others: [] },
          sentAt: clock.now(),
          ...over,
        },
      });
      await engine.whenQuiet();
    },
    async recalls(messageId) {
      const { channel: name, app, conversationId } = PLACE;
      await engine.intake({ kind: "recalled", channel: name, app, conversationId, messageId, at: clock.now() });
      await engine.whenQuiet();
    },
    passes: (ms) => clock.advance(ms, () => engine.whenQuiet()),
    record: async (id) => (await store.findRecords(messageKey({ channel: PLACE.channel, app: PLACE.app, id })))[0],
  };
}

export const PLACE_KEY = placeKey(PLACE);

/** A stream that keeps what it was shown. */
export function recordingStream(log: string[]): PostStream {
  return {
    update: (markdown) => void log.push(`update ${markdown}`),
    async finish(post) {
      log.push(`finish ${post.markdown}`);
      return { messageIds: ["card"] };
    },
    async abandon() {
      log.push("abandon");
    },
  };
}
