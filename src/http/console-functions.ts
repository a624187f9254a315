import type { Citation } from "../core/outcome.ts";
import type { Locale } from "../core/runtime.ts";
import type { LedgerOutcome, LedgerQuery, LedgerRecord } from "../core/store.ts";

/** A record of the ledger, with what is known of it elsewhere. */
export interface LedgerEntry {
  record: LedgerRecord;
  /** Whether the decision to speak, or not to, was right; the owner's opinion before a member's. */
  label?: { right: boolean; source: string };
  /** What was posted, as long as its text is kept. */
  answer?: { markdown: string; citations: Citation[] };
}

export interface ExplainedEntry extends LedgerEntry {
  /** The record in words, a line each. */
  why: string[];
  /** What spoke for (above 0) and against an answer, the weightiest first; empty once the text is gone. */
  explanation: { feature: string; words: string; share: number }[];
}

export interface LedgerFacets {
  groups: { channel: string; group: string; count: number }[];
  outcomes: Partial<Record<LedgerOutcome, number>>;
  reasons: Record<string, number>;
}

/** Shares from 0 to 1. */
export interface GateMeasures {
  precision: number;
  recall: number;
  f1: number;
  auc: number;
}

export interface GateView {
  kind: "prior" | "tuned";
  /** Names it in the ledger. */
  version: string;
  /** Least P(answerable) that is spoken to. */
  threshold: number;
  /** Least P(question) that is spoken to. */
  question: number;
  /** Milliseconds since 1970. */
  tunedAt?: number;
  /** Lines by label; those with both and those whose opinions teach nothing are left out. */
  labels: { positive: number; negative: number; contradictory: number; skipped: number };
  /** The labelled lines; `probability` is what the threshold decides by. */
  lines: { id: string; text: string; positive: boolean; probability: number; speaks: boolean }[];
  /** Empty while there are not both labels. */
  curve: { threshold: number; precision: number; recall: number; f1: number }[];
  measures: GateMeasures | undefined;
  /** Lines without a label, those that the gate is least sure of first. */
  toLabel: { id: string; text: string; probability: number; outcome: LedgerOutcome; at: number }[];
}

export interface TuneView {
  threshold: number;
  /** On lines that the fit had not seen. */
  crossValidated: GateMeasures;
  /** Of those, 95 %. */
  intervals: Record<keyof GateMeasures, { low: number; high: number }>;
  /** The shipped prior on the same lines. */
  prior: GateMeasures;
  labels: { positive: number; negative: number };
  warnings: string[];
}

export interface GroupView {
  /** `placeKey` of it. */
  id: string;
  channel: string;
  /** The channel's, such as `lark`. */
  kind: string;
  group: string;
  listens: boolean;
  /** Whether we speak without being mentioned. */
  unasked: boolean;
  /** Our posts. */
  posts: { lastHour: number; lastDay: number };
  budget: { perHour: number; perDay: number; minGapS: number; maxShare: number };
  /** When our posts of the last 24 hours went out, oldest first; milliseconds since 1970. */
  timeline: number[];
  /** In the last 24 hours. */
  messages: { all: number; answered: number; declined: number };
  /** Milliseconds since 1970, like the next. */
  lastMessageAt?: number;
  mutedUntil?: number;
  quietHours: readonly string[];
  /** Whether the quiet hours are the console's and not the file's. */
  hasOwnQuietHours: boolean;
  timezone: string;
  isQuiet: boolean;
}

export interface HealthView {
  version: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Version. */
  node: string;
  /** Resident. */
  memoryBytes: number;
  /** How much later than due the event loop came, since the start. */
  eventLoopMs: { p50: number; p99: number };
  /** Undefined while there is none that can be read. */
  index: { documents: number; chunks: number; failed: number; builtAt: number } | undefined;
  store: { ready: boolean };
  channels: { name: string; kind: string; ready: boolean }[];
  /** Messages taken in that nobody is done with. */
  queueDepth: number;
  /** Of the last seven days, newest first; tokens. */
  usage: { day: string; models: { model: string; calls: number; prompt: number; completion: number }[] }[];
  /** Who writes answers: a model, or `extractive`. */
  answerer: string;
}

export interface HealthCheck {
  /** The same in every language. */
  check: string;
  /** In the language that was asked for, like the rest. */
  name: string;
  status: "ok" | "warning" | "failed" | "skipped";
  detail: string;
  /** Empty when there is nothing to do. */
  remedy: string;
}

/** What the admin's routes need of the service. All methods @throws AppError `store_unavailable` */
export interface ConsoleFunctions {
  /** Newest first. */
  ledger(query: LedgerQuery): Promise<LedgerEntry[]>;
  /** By the id that the ledger gives; undefined when nothing has it. Default language: the program's. */
  ledgerEntry(
    id: string,
    options: { language: Locale | undefined },
    signal: AbortSignal,
  ): Promise<ExplainedEntry | undefined>;
  /** Keeps whether the decision was right, undefined takes it back; false when nothing has that id. */
  labelEntry(id: string, right: boolean | undefined): Promise<boolean>;
  /** What there is of the last seven days. */
  ledgerFacets(): Promise<LedgerFacets>;
  /** The gate of a group, or the one for all; how it does on the labelled lines, and what to label next. */
  gate(options: { group: string | undefined }, signal: AbortSignal): Promise<GateView>;
  /** Fits the gate to the labels of the ledger. @throws AppError `usage` for too few lines, `disk_full` */
  tuneGate(
    options: { group: string | undefined; maxWrong: number | undefined },
    signal: AbortSignal,
  ): Promise<TuneView>;
  /** Groups of the configured channels: those that the file names, and those with messages in the last seven days. */
  groups(): Promise<GroupView[]>;
  /** Mutes a group for so many minutes, or ends its silence; undefined for a group that is not known. */
  mute(id: string, minutes: number | undefined): Promise<GroupView | undefined>;
  /** Gives a group quiet hours of its own, undefined those of the file again; undefined for a group that is not known. */
  changeQuietHours(id: string, spans: readonly string[] | undefined): Promise<GroupView | undefined>;
  health(): Promise<HealthView>;
  /** What `doctor` says, one run at a time. @throws AppError `timeout` */
  checks(options: { language: Locale | undefined }, signal: AbortSignal): Promise<HealthCheck[]>;
}
