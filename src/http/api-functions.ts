import type { EndedTurn } from "../core/ask-document.ts";
import type { HistoryTurn } from "../core/message.ts";
import type { DeclineReason } from "../core/outcome.ts";
import type { Hit } from "../core/retriever.ts";

export interface TurnOptions {
  /** Earlier turns, oldest first. */
  history: HistoryTurn[];
  /** Whose gate, documents and settings hold. */
  group?: string;
  /** Passages looked at for the answer. */
  topK?: number;
  /** Default: that of the configuration. */
  language?: "zh" | "en";
  /** Receives checked pieces of the answer; joined they are the answer. */
  onText?: (text: string) => void;
  /** Told of each step of the turn when it ends. */
  onStep?: (name: string, ms: number) => void;
  /** Only documents whose source begins with one of these, or fits it as a glob; never more than the group may see. */
  sources?: readonly string[];
}

/** What the gate makes of a line. */
export interface JudgedLine {
  text: string;
  question: number;
  answerable: number;
  speak: boolean;
  reason?: DeclineReason;
  explanation?: { feature: string; words: string; share: number }[];
}

/** A turn over HTTP, for the ledger. */
export interface HttpTurn {
  /** As the caller was told it. */
  id: string;
  /** When it was asked; milliseconds since 1970. */
  at: number;
  question: string;
  group?: string;
  /** A name of the key it came with. */
  callerId: string;
  /** Which API it came by. */
  via: "query" | "openai" | "huixiangdou" | "mcp";
  /** Undefined when the caller hung up. */
  ended: EndedTurn | undefined;
}

/** Somebody's opinion of an answer or of silence. */
export interface HttpVote {
  id: string;
  /** `none` takes an opinion back. */
  vote: "up" | "down" | "none";
  comment?: string;
  callerId: string;
}

/** What the routes need of the assistant. */
export interface ApiFunctions {
  /** Absent: there is always room. @throws RequestFault 503 when more questions wait than will be answered soon */
  assertRoom?(): void;
  /** @throws RequestFault as `assertRoom`; AppError `usage`, `index_*`, `embedding_model_*`, `aborted` */
  ask(question: string, options: TurnOptions, signal: AbortSignal): Promise<EndedTurn>;
  /** @throws AppError `index_*`, `embedding_model_*`, `aborted` */
  search(query: string, options: { limit: number; sources?: readonly string[] }, signal: AbortSignal): Promise<Hit[]>;
  /** Judges lines in order; every line has a result. */
  score(lines: string[], options: { group?: string; explain: boolean }, signal: AbortSignal): Promise<JudgedLine[]>;
  /** One vector a text, in order. */
  embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]>;
  /** Hands a turn to the ledger, where the console and `vote` find it from then on. */
  record(turn: HttpTurn): Promise<void>;
  /** Keeps an opinion; false when nothing has that id. @throws AppError `store_unavailable` */
  vote(vote: HttpVote): Promise<boolean>;
}
