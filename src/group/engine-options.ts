import type { Channel, ChannelEvent } from "../core/channel.ts";
import type { HistoryTurn } from "../core/message.ts";
import type { DeclineReason, GateScores, Outcome } from "../core/outcome.ts";
import type { Clock, Locale, Logger } from "../core/runtime.ts";
import type { LedgerRecord, LedgerStep, Place, Store } from "../core/store.ts";
import type { AttentionPolicy } from "./attention.ts";
import type { BurstPolicy } from "./burst.ts";
import type { WhyShare } from "./why-text.ts";

/** How one place wants us to be: [group], [attention] and the channel's own changes of them. */
export interface PlacePolicy extends BurstPolicy {
  /** False for a group that is not listened to: its lines are kept and nothing else. */
  listens: boolean;
  /** Answers without being mentioned. */
  unasked: boolean;
  /** Milliseconds that an unasked answer waits for a person. */
  humanFirstMs: number;
  /** An unasked question older than this is only logged, in milliseconds; one that mentions us, `mentionedMaxAgeMs`. */
  maxAgeMs: number;
  mentionedMaxAgeMs: number;
  attention: AttentionPolicy;
  timezone: string;
  locale: Locale;
  /** Ids of the members who may give commands. */
  admins: readonly string[];
  /** Names this policy in the ledger. */
  version: string;
}

/** What the gate says of a line, without a token spent. */
export interface GateVerdict extends GateScores {
  speak: boolean;
  reason?: DeclineReason;
  gateVersion?: string;
}

/** A question on its way to an answer. */
export interface AskRequest {
  question: string;
  /** What the same person asked in the same thread and what we answered, oldest first. */
  history: HistoryTurn[];
  place: Place;
  mentioned: boolean;
  /** Receives checked pieces of the answer; joined they are the answer. */
  onText?: (text: string) => void;
}

/** How it ended. */
export interface AskReport {
  outcome: Outcome;
  scores?: GateScores;
  steps: LedgerStep[];
  gateVersion?: string;
}

/** What earlier answers are compared with. */
export interface Evidence {
  /** Hash of the documents that a place is answered from. */
  corpus(place: Place): string | Promise<string>;
  hasChunk(chunkId: string): boolean;
  /** Whether a question asks the same whatever was said before it. Default: it does. */
  standsAlone?(question: string): boolean;
  /** Cosines of a question with earlier ones, in their order, where vectors are at hand. */
  similarities?(question: string, earlier: readonly string[], signal: AbortSignal): Promise<number[]>;
}

export interface EngineOptions {
  store: Store;
  clock: Clock;
  logger: Logger;
  /** Names this process in leases; another one each time it starts. */
  owner: string;
  /** Whether other processes work on the same store, and what they take in must be looked for. */
  shared: boolean;
  channel: (name: string) => Channel | undefined;
  policyOf: (place: Place) => PlacePolicy;
  score: (text: string, options: { place: Place; signal: AbortSignal }) => Promise<GateVerdict>;
  ask: (request: AskRequest, signal: AbortSignal) => Promise<AskReport>;
  /** Without it no question is answered by a pointer to an earlier answer. */
  evidence?: Evidence;
  /** What spoke for and against a line, for `/why`. */
  explain?: (record: LedgerRecord, locale: Locale, signal: AbortSignal) => Promise<WhyShare[]>;
  /** Told of an event that a platform has sent again. */
  onRepeated?: (event: ChannelEvent) => void;
  /** Told when a post is going to be sent once more. */
  onRetry?: (channel: string) => void;
  /** Raw texts are deleted after this, in milliseconds; absent: never. */
  retentionMs?: number;
  limits?: Partial<EngineLimits>;
}

export interface EngineLimits {
  /** Questions asked at the same time, over all places. */
  asksAtOnce: number;
  /** Lines scored at the same time. */
  scoresAtOnce: number;
  /** Longest time for one answer. */
  askTimeoutMs: number;
  /** Longest time for one send, with the channel's own waiting. */
  sendTimeoutMs: number;
  leaseMs: number;
  /** How often work without an owner is looked for. */
  pollMs: number;
  /** Turns of history. */
  historyTurns: number;
  /** Older turns are forgotten. */
  historyMs: number;
  /** A place with nothing to do is dropped from memory after this. */
  idleMs: number;
  /** How long `stop` waits for what runs. */
  stopMs: number;
}

/** What the parts of the engine share. */
export interface TurnOptions extends Omit<EngineOptions, "limits"> {
  limits: EngineLimits;
  /** Runs a task among at most `scoresAtOnce` of its kind. */
  runScore: <T>(task: () => Promise<T>) => Promise<T>;
  runAsk: <T>(task: () => Promise<T>) => Promise<T>;
}

export const DEFAULT_LIMITS: EngineLimits = {
  asksAtOnce: 64,
  scoresAtOnce: 8,
  askTimeoutMs: 180_000,
  sendTimeoutMs: 300_000,
  leaseMs: 30_000,
  pollMs: 1000,
  historyTurns: 4,
  historyMs: 30 * 60_000,
  idleMs: 10_000,
  stopMs: 20_000,
};
