import type { Readable, Writable } from "node:stream";
import type { LoadedConfig } from "../config/load.ts";
import type { EndedTurn } from "../core/ask-document.ts";
import type { Chunk, UnreadFile } from "../core/document.ts";
import type { HistoryTurn } from "../core/message.ts";
import type { Hit, Retrieval } from "../core/retriever.ts";
import type { Fetch, Locale, Logger } from "../core/runtime.ts";
import type { LedgerRecord } from "../core/store.ts";
import type { GateKeeper } from "../gate/gate-keeper.ts";
import type { LedgerLabels } from "../group/ledger-labels.ts";
import type { ReplayLine } from "../group/replay-line.ts";
import type { ReplayReport } from "../group/replay-report.ts";
import type { DoctorCheck } from "../health/checks.ts";
import type { GatewayListing } from "../models/list-gateways.ts";
import type { OwnModel } from "../models/own-models.ts";
import type { DayUsage } from "../models/usage-ledger.ts";
import type { IndexNote } from "../search/index-note.ts";
import type { Observation } from "./observation.ts";

export interface AssistantOptions {
  config: LoadedConfig;
  /** Absolute path of the folder for everything generated. */
  workDir: string;
  logger: Logger;
  locale: Locale;
  /** Told, in English, what the owner should know of the gate file. Default: the log. */
  onGateWarning?: (warning: string) => void;
  /** Default: the platform's, through the proxies that the environment names. */
  fetch?: Fetch;
  /** Models of `fromLangChain` and `fromVendor`; asked in this order, before those of the configuration. */
  models?: OwnModel[];
}

/** With what is given by default. */
export type ReadyOptions = AssistantOptions & { fetch: Fetch; observation: Observation };

export interface IngestProgress {
  filesDone: number;
  filesFound: number;
  chunksDone: number;
  chunksQueued: number;
  currentFile?: string;
  failed: number;
}

export interface IngestReport {
  documents: { added: number; updated: number; unchanged: number; removed: number; failed: UnreadFile[] };
  chunks: number;
  embedded: number;
  seconds: number;
  /** What was repaired, or left the index for another reason than that its file is gone. */
  notes: IndexNote[];
}

export interface AskResult extends EndedTurn {
  /** Things the owner should know, each as `code: text`. */
  notes: string[];
}

export interface InspectReport {
  title: string;
  mediaType: string;
  pages?: number;
  markdown: string;
  headings: { level: number; text: string; page?: number }[];
  chunks: Chunk[];
  warnings: string[];
}

export interface WhyReport {
  record: LedgerRecord;
  lines: string[];
}

export interface ReplayRunOptions {
  /** A second configuration to compare with. */
  other?: LoadedConfig;
  /** Asks the configured models instead of counting what gate and budget let pass. */
  withModel: boolean;
  onProgress?: (done: number, of: number) => void;
}

export interface ReplayResult {
  report: ReplayReport;
  /** Milliseconds of the first run, without the making of vectors. */
  engineMs: number;
  other?: { report: ReplayReport; differences: { id: string; before: string; after: string }[] };
}

/** A running assistant. Everything heavy is loaded at its first use. */
export interface Assistant {
  /** Whether there is an index, be it stale or damaged. */
  hasIndex(): Promise<boolean>;
  /** @throws AppError `corpus_missing`, `index_locked`, `disk_full`, `embedding_model_*`, `aborted` */
  ingest(options: IngestOptions, signal: AbortSignal): Promise<IngestReport>;
  /** Faults of models and network come back as an outcome. @throws AppError `usage`, `index_*`, `embedding_model_*`, `aborted` */
  ask(question: string, options: AskOptions, signal: AbortSignal): Promise<AskResult>;
  /** @throws AppError `usage`, `index_*`, `embedding_model_*` */
  search(query: string, options: SearchOptions, signal: AbortSignal): Promise<Hit[]>;
  /** Hits with what the gate needs to know about the query. @throws AppError `usage`, `index_*`, `embedding_model_*` */
  retrieve(query: string, options: SearchOptions, signal: AbortSignal): Promise<Retrieval>;
  /** @throws AppError `document_*` */
  inspect(path: string, signal: AbortSignal): Promise<InspectReport>;
  score: GateKeeper["score"];
  tune: GateKeeper["tune"];
  evaluate: GateKeeper["evaluate"];
  /** What the ledger has on a message, by the platform's id or its own, in words. @throws AppError `store_unavailable` */
  why(id: string, signal: AbortSignal): Promise<WhyReport[]>;
  /** What members' opinions teach the gate. @throws AppError `store_unavailable` */
  ledgerLabels(): Promise<LedgerLabels>;
  /**
   * Runs an exported chat, in the order of its times, through the present policy and, when given, through another one.
   * @throws AppError `usage`, `index_*`, `embedding_model_*`, `aborted`
   */
  replay(lines: ReplayLine[], options: ReplayRunOptions, signal: AbortSignal): Promise<ReplayResult>;
  doctor(signal: AbortSignal): Promise<DoctorCheck[]>;
  /** What the configured gateways offer, or a provider that need not be configured. @throws AppError `usage`, `config_invalid`, `aborted` */
  models(options: { provider?: string }, signal: AbortSignal): Promise<GatewayListing[]>;
  /** What the models have used on the last `days` days (today is one of them), newest first. */
  usage(options: { days: number }): Promise<DayUsage[]>;
  /**
   * Connects the configured channels and listens; resolves when it does. Without an index one is made meanwhile.
   * @throws AppError `config_invalid`, `store_unavailable`, `usage`
   */
  serve(options: ServeOptions, signal: AbortSignal): Promise<Service>;
  /** Serves one program by the Model Context Protocol; resolves when `input` has ended and what it asked is answered. */
  mcp(options: McpOptions, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Shows what the console channel says. */
  write: (text: string) => void;
}

export interface SearchOptions {
  limit: number;
  /** As those of `AskOptions`. */
  sources?: readonly string[];
}

export interface McpOptions {
  /** Messages of the client, a line each. */
  input: Readable;
  /** Ours, and nothing else. */
  output: Writable;
  /** Waited for before the documents are looked at. */
  untilIndexed: () => Promise<void>;
}

export interface IngestOptions {
  /**
   * Files and folders to bring up to date; everything else in the index stays. Default: the configured corpus, and documents
   * from elsewhere leave the index, with a note.
   */
  paths?: string[];
  onProgress?: (progress: IngestProgress) => void;
}

export interface AskOptions {
  /** Earlier turns of the same person and thread, oldest first. */
  history?: HistoryTurn[];
  /** Receives checked pieces of the answer; joined they are the answer. */
  onText?: (text: string) => void;
  /** Told of each step of the turn when it ends. */
  onStep?: (name: string, ms: number) => void;
  /** Only documents whose source begins with one of these, or fits it as a glob; never more than may be answered from. */
  sources?: readonly string[];
  /** Passages looked at for the answer. Default 12. */
  hits?: number;
  /** Default: that of the configuration. */
  language?: "zh" | "en";
  /** Runs what only waits for another machine. Default: at once. */
  aside?: <T>(wait: () => Promise<T>) => Promise<T>;
  /** Where it was asked, with what holds there instead of the sections of the file. */
  group?: { id: string; gate: LoadedConfig["config"]["gate"]; paths?: readonly string[] };
}

/** A running service: channels, HTTP and the engine between them. */
export interface Service {
  /** Where HTTP listens. */
  url: string;
  /** Ends what runs, up to some seconds, and gives everything back. */
  stop(): Promise<void>;
}
