import { createHash, randomBytes } from "node:crypto";
import { realpath, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { isAbsolute, join, resolve, sep } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { LoadedConfig } from "./config/load.ts";
import type { Chunk, ReadDocument, UnreadFile } from "./core/document.ts";
import { AppError, isAppError } from "./core/errors.ts";
import type { HistoryTurn } from "./core/message.ts";
import type { ChatModel, EmbeddingModel } from "./core/model.ts";
import type { GateScores, Outcome } from "./core/outcome.ts";
import type { Hit, Retrieval } from "./core/retriever.ts";
import type { Clock, Fetch, Locale, Logger } from "./core/runtime.ts";
import type { LedgerRecord, Store } from "./core/store.ts";
import type { GateKeeper, ScoredLine } from "./gate/gate-keeper.ts";
import type { AskReport, GateVerdict } from "./group/engine-options.ts";
import type { LedgerLabels } from "./group/ledger-labels.ts";
import type { ReplayLine } from "./group/replay-line.ts";
import type { ReplayReport } from "./group/replay-report.ts";
import type { DoctorCheck } from "./health/checks.ts";
import type { DocumentReaderOptions } from "./ingest/read-document.ts";
import type { EmbeddingPool } from "./models/embedding-pool.ts";
import type { JudgeReport } from "./pipeline/turn.ts";
import type { IndexFingerprint } from "./search/fingerprint.ts";
import type { IndexNote } from "./search/index-note.ts";
import type { OpenSearch } from "./search/open-search.ts";

export interface AssistantOptions {
  config: LoadedConfig;
  /** Absolute path of the folder for everything generated. */
  workDir: string;
  logger: Logger;
  locale: Locale;
  /** Told, in English, what the owner should know of the gate file. Default: the log. */
  onGateWarning?: (warning: string) => void;
  /** Default: the platform's. */
  fetch?: Fetch;
}

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

export interface AskResult {
  outcome: Outcome;
  /** Absent when the turn ended before the gate had looked at it. */
  scores: GateScores | undefined;
  /** Milliseconds by step, and `total`. */
  timings: Record<string, number>;
  /** Absent when no model was asked whether the documents answer. */
  judged?: JudgeReport | undefined;
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

export type { DoctorCheck, IndexNote };
export type { EvalReport, LabelledLine, ScoredLine, TuneReport } from "./gate/gate-keeper.ts";

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

export { decodeReplayLine } from "./group/replay-line.ts";
export type { LedgerLabels, LedgerRecord, ReplayLine, ReplayReport };

/** A running assistant. Everything heavy is loaded at its first use. */
export interface Assistant {
  /** Whether there is an index, be it stale or damaged. */
  hasIndex(): Promise<boolean>;
  /** @throws AppError `corpus_missing`, `index_locked`, `disk_full`, `embedding_model_*`, `aborted` */
  ingest(options: IngestOptions, signal: AbortSignal): Promise<IngestReport>;
  /** Faults of models and network come back as an outcome. @throws AppError `usage`, `index_*`, `embedding_model_*`, `aborted` */
  ask(question: string, options: AskOptions, signal: AbortSignal): Promise<AskResult>;
  /** @throws AppError `usage`, `index_*`, `embedding_model_*` */
  search(query: string, options: { limit: number }, signal: AbortSignal): Promise<Hit[]>;
  /** Hits with what the gate needs to know about the query. @throws AppError `usage`, `index_*`, `embedding_model_*` */
  retrieve(query: string, options: { limit: number }, signal: AbortSignal): Promise<Retrieval>;
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
  close(): Promise<void>;
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
  /** Earlier turns, oldest first. */
  history?: HistoryTurn[];
  /** Receives checked pieces of the answer; joined they are the answer. */
  onText?: (text: string) => void;
}

/** Longest question, in characters. */
const MAX_QUESTION_CHARS = 8000;
/** Longer lines are cut before they are embedded, as the retriever does with queries. */
const MAX_QUERY_CHARS = 4000;
/** Lines in one call from which on threads are started for them. */
const MANY_LINES = 32;
/** Passages looked at for one answer. */
const HITS = 12;
/** Raised when the splitter or the text that is embedded changes. */
const CHUNKING_VERSION = 1;
/** Raised when a parser gives other text for the same file. */
const PARSING_VERSION = 1;
const MIB = 1024 * 1024;

/** What the program writes into the work folder. */
const GENERATED = ["index", "gate.json", "gate.json.replaced", "gate-report.html", "model-check.json", "state.db"];

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
};

const platformFetch: Fetch = (input, init) => fetch(input, init);

/** Joins the rooms. Cheap: files are opened and models loaded when they are needed. */
export function createAssistant(options: AssistantOptions): Assistant {
  const { config: loaded, workDir, logger } = options;
  const { config } = loaded;
  const indexFolder = join(workDir, "index");
  const lazyEmbedding = once(() => loadEmbedding(options));
  let pool: EmbeddingModel | undefined;
  const lazyPool = once(async () => (pool = await loadEmbedding(options, availableParallelism())));
  const lazyChatModels = once(() => loadChatModels(options));
  const lazyModel = once(() => joinModels(lazyChatModels));
  let opened: OpenSearch | undefined;

  async function fingerprint(embedding: EmbeddingModel): Promise<IndexFingerprint> {
    const { TOKENIZER_VERSION } = await import("./search/tokenize.ts");
    return {
      embedding: embedding.id,
      dimensions: embedding.dimensions,
      chunking: `${CHUNKING_VERSION}/${config.index.chunk_chars}`,
      tokenizer: String(TOKENIZER_VERSION),
      parsing: `${PARSING_VERSION}${config.corpus.ocr ? "+ocr" : ""}`,
    };
  }

  async function search(): Promise<OpenSearch> {
    if (opened !== undefined && (await opened.reader.isCurrent())) return opened;
    const [{ openSearch }, embedding] = await Promise.all([import("./search/open-search.ts"), lazyEmbedding()]);
    const next = await openSearch(indexFolder, {
      fingerprint: await fingerprint(embedding),
      embedding,
      onNote: (note) => logger.warn("index.note", { note }),
    });
    await opened?.close();
    opened = next;
    return next;
  }

  async function ingest({ paths, onProgress }: IngestOptions, signal: AbortSignal): Promise<IngestReport> {
    const [{ buildIndex }, { makeIndexFolder }, { walk }, { createDocumentReader }] = await Promise.all([
      import("./search/build.ts"),
      import("./search/index-folder.ts"),
      import("./ingest/walk.ts"),
      import("./ingest/read-document.ts"),
    ]);
    await makeIndexFolder(indexFolder);
    const roots = paths?.map((path) => resolve(path)) ?? config.corpus.paths;
    logger.info("ingest.start", { roots, index: indexFolder });
    const embedding = await loadEmbedding(options, availableParallelism());
    const reader = createDocumentReader(readerOptions(config));
    try {
      const result = await buildIndex(
        {
          directory: indexFolder,
          fingerprint: await fingerprint(embedding),
          files: walk(
            {
              roots,
              baseFolder: loaded.sourceFolder,
              include: config.corpus.include,
              exclude: [...config.corpus.exclude, ...(await ownFolders(roots))],
            },
            signal,
          ),
          read: (file) => logRead(reader.read(file, signal), file.source, logger),
          onPhase: (phase, ms) => logger.debug("ingest.phase", { phase, ms: Math.round(ms) }),
          onReading: () => embedding.warmUp?.(),
          embed: (passages, inner) => embedding.embed(passages, "passage", inner),
          now: () => systemClock.now(),
          vectorIndex: config.index.kind,
          ...(paths === undefined ? {} : { scope: scopeOf(roots, loaded.sourceFolder) }),
          ...(onProgress === undefined ? {} : { onProgress }),
        },
        signal,
      );
      const { documents, chunks, embedded, seconds, removed } = result;
      if (removed.length > 0) logger.info("ingest.removed", { sources: removed });
      for (const { source, code, message } of documents.failed) logger.warn("ingest.unread", { source, code, message });
      const isOurs = scopeOf(roots, loaded.sourceFolder);
      const notes = [...result.notes, ...outsideNotes(removed.filter((source) => !isOurs(source)))];
      for (const { code, message } of notes) logger.warn("ingest.note", { code, message });
      logger.info("ingest.done", { ...documents, failed: documents.failed.length, chunks, embedded, seconds });
      return { documents, chunks, embedded, seconds, notes };
    } finally {
      await Promise.all([reader.close(), embedding.close?.()]);
    }
  }

  /** Generated files and test questions are no documents. */
  async function ownFolders(roots: string[]): Promise<string[]> {
    const { sourceOf } = await import("./ingest/walk.ts");
    // Documents may be kept in the work folder; then only what the program makes there is left out.
    const holdsDocuments = roots.some((root) => root.startsWith(workDir + sep));
    const made = holdsDocuments ? GENERATED.map((name) => join(workDir, name)) : [workDir];
    const own = [...made, join(loaded.packageRoot, "corpus", "questions")];
    // A folder is left out under its own name and, where a link leads to it, under the one it is reached by.
    const real = await Promise.all(own.map(async (path) => realpath(path).catch(() => path)));
    return [...new Set([...own, ...real])]
      .filter((path) => !roots.includes(path))
      .map((path) => sourceOf(path, loaded.sourceFolder))
      .flatMap((source) => [source, `${source}/**`]);
  }

  /** Lives as long as the assistant: an hour's calls are counted over all questions. */
  const lazyJudgeCalls = once(async () => (await import("./pipeline/hourly-calls.ts")).createHourlyCalls(systemClock));

  /** Spent on vectors of lines so far. */
  let embeddingMs = 0;

  /** Many lines are shared among threads, or sent to a gateway in one request; a few are not worth starting threads. */
  async function embedLines(lines: string[], signal: AbortSignal): Promise<Float32Array[]> {
    const queries = lines.map(asQuery);
    const isMany = queries.length >= MANY_LINES && config.embedding.provider === "local";
    const model = await (isMany ? lazyPool() : lazyEmbedding());
    const startedAt = performance.now();
    try {
      return await model.embed(queries, "query", signal);
    } finally {
      embeddingMs += performance.now() - startedAt;
    }
  }

  const lazyGate = once(() => makeGate(config.gate.question));

  async function makeGate(question: number): Promise<GateKeeper> {
    const { createGateKeeper } = await import("./gate/gate-keeper.ts");
    return createGateKeeper({
      path: join(workDir, "gate.json"),
      question,
      locale: options.locale,
      embed: embedLines,
      async retrieve(line, queryVector, signal) {
        const { retriever } = await search();
        return retriever.retrieve(asQuery(line), { limit: HITS, queryVector }, signal);
      },
      async fingerprint() {
        const { manifest } = (await search()).reader;
        const corpus = createHash("sha256");
        for (const { hash } of manifest.documents) corpus.update(hash);
        return { embedding: manifest.fingerprint.embedding, corpus: corpus.digest("hex") };
      },
      onWarning: options.onGateWarning ?? ((warning) => logger.warn("gate.note", { warning })),
      now: () => systemClock.now(),
    });
  }

  async function ask(question: string, { history, onText }: AskOptions, signal: AbortSignal): Promise<AskResult> {
    const asked = checkQuestion(question);
    const startedAt = performance.now();
    const notes: string[] = [];
    const timings: Record<string, number> = {};
    let scores: GateScores | undefined;
    let judged: JudgeReport | undefined;
    const { judge: consulted, judge_per_hour: perHour } = config.gate;
    const [
      { retriever },
      keeper,
      embedding,
      model,
      { standardPipeline },
      { languageOf },
      { createExtractiveAnswerer },
      folding,
      judgeCalls,
    ] = await Promise.all([
      search(),
      lazyGate(),
      lazyEmbedding(),
      lazyModel(),
      import("./pipeline/standard.ts"),
      import("./pipeline/language.ts"),
      import("./models/extractive/answerer.ts"),
      import("./search/fold-duplicates.ts"),
      lazyJudgeCalls(),
    ]);
    const gate = await keeper.current();
    const run = standardPipeline({
      ...gate,
      retriever,
      hits: HITS,
      model,
      extractive: createExtractiveAnswerer(embedding),
      fold: folding.foldDuplicates,
      ...(consulted === "never" || perHour === 0
        ? {}
        : { consult: { when: consulted, clock: systemClock, takeCall: () => judgeCalls.take(perHour) } }),
      maxContextChars: config.answer.max_context_chars,
      cite: config.answer.cite,
      createNonce: () => randomBytes(12).toString("hex"),
      now: () => performance.now(),
    });
    const turn = {
      question: asked,
      history: history ?? [],
      language: config.answer.language === "auto" ? languageOf(asked) : config.answer.language,
      onText,
      note: (text: string) => notes.push(text),
      onScores: (known: GateScores) => (scores = known),
      onJudged: (report: JudgeReport) => (judged = report),
    };
    timings["load"] = performance.now() - startedAt;
    const outcome = await run(turn, signal, (name, ms) => (timings[name] = ms)).catch((error: unknown): Outcome => {
      // What the owner must mend (index, embedding model) is thrown; what a gateway did is the outcome of this turn.
      if (signal.aborted || !isAppError(error) || /^(?:index|gate|embedding|usage|config)/u.test(error.code))
        throw error;
      return { kind: "failed", code: error.code, message: error.message };
    });
    timings["total"] = performance.now() - startedAt;
    return { outcome, scores, ...(judged && { judged }), timings, notes };
  }

  async function retrieve(query: string, { limit }: { limit: number }, signal: AbortSignal): Promise<Retrieval> {
    const { retriever } = await search();
    return retriever.retrieve(checkQuestion(query), { limit }, signal);
  }

  async function hasIndex(): Promise<boolean> {
    return stat(join(indexFolder, "manifest.json")).then(
      () => true,
      () => false,
    );
  }

  /** Opens the store beside whoever serves. */
  async function withStore<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
    const { openStore } = await import("./store/open-store.ts");
    const store = await openStore({ url: config.store.url, workDir, alone: false });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  async function explainLine(record: LedgerRecord, signal: AbortSignal): Promise<{ words: string; share: number }[]> {
    if (record.text === undefined || record.scores === undefined || !(await hasIndex())) return [];
    const keeper = await lazyGate();
    const [line] = await keeper.score([record.text], { group: record.conversation.id, explain: true }, signal);
    return line?.explanation ?? [];
  }

  async function why(id: string, signal: AbortSignal): Promise<WhyReport[]> {
    const { describeRecord } = await import("./group/why-text.ts");
    const records = await withStore((store) => store.findRecords(id));
    const reports: WhyReport[] = [];
    for (const record of records) {
      const shares = await explainLine(record, signal);
      reports.push({ record, lines: describeRecord(record, { locale: options.locale, shares }) });
    }
    return reports;
  }

  async function replayChat(
    lines: ReplayLine[],
    { other, withModel, onProgress }: ReplayRunOptions,
    signal: AbortSignal,
  ): Promise<ReplayResult> {
    const [{ replay }, { compareReplays }, { createPlacePolicy }, { createMemoryStore }, { groupSettings }] =
      await Promise.all([
        import("./group/replay.ts"),
        import("./group/replay-report.ts"),
        import("./group/place-policy.ts"),
        import("./store/memory-store.ts"),
        import("./config/group-settings.ts"),
      ]);
    const groups = new Set(lines.map(({ group }) => group));
    // A gate of its own is known by the group; lines of many groups are judged together, by the gate for all.
    const [only] = groups;
    const label = groups.size === 1 && only !== undefined ? { group: only } : {};
    const scores = new Map<string, GateVerdict>();

    async function run(settings: LoadedConfig["config"], keeper: GateKeeper, known: Map<string, GateVerdict>) {
      const gate = await keeper.current(label.group);
      const channel = "replay";
      return replay(
        lines,
        {
          createStore: createMemoryStore,
          // What an admin once ordered is no part of what the policy alone would do.
          policyOf: (group) => ({
            ...createPlacePolicy({ ...groupSettings(settings, channel, group), locale: options.locale }),
            admins: [],
          }),
          score: async (texts, inner) =>
            (await keeper.score(texts, label, inner)).map((line) => toVerdict(line, gate.threshold)),
          unaskedThreshold: (group) => gate.unaskedThreshold(groupSettings(settings, channel, group).gate.max_wrong),
          ...(withModel && {
            ask: async ({ question, history }, inner) => toAskReport(await ask(question, { history }, inner)),
          }),
          logger,
          ...(onProgress && { onProgress }),
        },
        signal,
        known,
      );
    }

    const keeper = await lazyGate();
    // Loads the index: no part of the engine's time.
    await keeper.current(label.group);
    const embeddedMs = embeddingMs;
    const startedAt = performance.now();
    const report = await run(config, keeper, scores);
    const engineMs = performance.now() - startedAt - (embeddingMs - embeddedMs);
    if (other === undefined) return { report, engineMs };
    const sameGate = other.config.gate.question === config.gate.question;
    const otherReport = sameGate
      ? await run(other.config, keeper, scores)
      : await run(other.config, await makeGate(other.config.gate.question), new Map());
    return { report, engineMs, other: { report: otherReport, differences: compareReplays(report, otherReport) } };
  }

  return {
    hasIndex,
    ingest,
    ask,
    async search(query, { limit }, signal) {
      return (await retrieve(query, { limit }, signal)).hits;
    },
    retrieve,
    score: async (lines, given, signal) => (await lazyGate()).score(lines, given, signal),
    tune: async (lines, given, signal) => (await lazyGate()).tune(lines, given, signal),
    evaluate: async (lines, given, signal) => (await lazyGate()).evaluate(lines, given, signal),
    why,
    async ledgerLabels() {
      const { readLedgerLabels } = await import("./group/ledger-labels.ts");
      return withStore(readLedgerLabels);
    },
    replay: replayChat,
    inspect: (path, signal) => inspectFile(options, path, signal),
    async doctor(signal) {
      const { runChecks } = await import("./health/checks.ts");
      return runChecks(
        {
          locale: options.locale,
          nodeVersion: process.version,
          configFile: loaded.file,
          workDir,
          corpusPaths: config.corpus.paths,
          loadEmbedding: lazyEmbedding,
          async readIndex() {
            const { reader } = await search();
            await reader.assertWhole();
            const { manifest } = reader;
            return {
              documents: manifest.documents.length,
              chunks: manifest.chunkCount,
              failed: manifest.failed.length,
            };
          },
          hasPackage: (name) =>
            import(name).then(
              () => true,
              () => false,
            ),
          ocr: config.corpus.ocr,
          chatModels: lazyChatModels,
          now: () => performance.now(),
        },
        signal,
      );
    },
    async close() {
      await Promise.all([opened?.close(), pool?.close?.()]);
      opened = undefined;
    },
  };
}

function toVerdict({ question, answerable, speak, reason }: ScoredLine, threshold: number): GateVerdict {
  return { question, answerable, threshold, speak, ...(reason !== undefined && { reason }) };
}

function toAskReport({ outcome, scores, timings }: AskResult): AskReport {
  const steps = Object.entries(timings)
    .filter(([name]) => name !== "total" && name !== "load")
    .map(([name, durationMs]) => ({ name, durationMs }));
  return { outcome, steps, ...(scores !== undefined && { scores }) };
}

/** A chat line of anybody, as far as it is looked up. */
function asQuery(line: string): string {
  return line.slice(0, MAX_QUERY_CHARS).replaceAll("\u0000", " ").toWellFormed();
}

/** @throws AppError `usage` for a question that is empty or too long */
function checkQuestion(question: string): string {
  const text = question.replaceAll("\u0000", " ").toWellFormed().trim();
  if (text === "") throw new AppError("usage", "The question is empty: say what you want to know.");
  if (text.length <= MAX_QUESTION_CHARS) return text;
  throw new AppError(
    "usage",
    `The question has ${text.length} characters; ${MAX_QUESTION_CHARS} are read at most. Shorten it, or put long logs into a document.`,
  );
}

function readerOptions({ corpus, index }: LoadedConfig["config"]): DocumentReaderOptions {
  return { maxBytes: corpus.max_file_mib * MIB, ocr: corpus.ocr, chunkChars: index.chunk_chars };
}

async function inspectFile(options: AssistantOptions, path: string, signal: AbortSignal): Promise<InspectReport> {
  const { sourceFolder } = options.config;
  const [{ sourceOf }, { createDocumentReader }] = await Promise.all([
    import("./ingest/walk.ts"),
    import("./ingest/read-document.ts"),
  ]);
  const reader = createDocumentReader(readerOptions(options.config.config));
  try {
    const file = { path, source: sourceOf(path, sourceFolder), size: 0, modifiedMs: 0 };
    const { document, markdown, chunks, pages, warnings } = await reader.read(file, signal);
    return {
      title: document.title,
      mediaType: document.mediaType,
      ...(pages === undefined ? {} : { pages }),
      markdown,
      headings: document.blocks.flatMap((block) =>
        block.kind === "heading"
          ? [{ level: block.level, text: block.text, ...(block.page === undefined ? {} : { page: block.page }) }]
          : [],
      ),
      chunks,
      warnings,
    };
  } finally {
    await reader.close();
  }
}

async function loadEmbedding(
  { config, workDir, fetch = platformFetch }: AssistantOptions,
  workers?: number,
): Promise<EmbeddingModel & Partial<EmbeddingPool>> {
  const { createEmbedding } = await import("./models/create-embedding.ts");
  return createEmbedding(config.config.embedding, {
    secret: config.secret,
    fetch,
    clock: systemClock,
    random: Math.random,
    checkFile: join(workDir, "model-check.json"),
    ...(workers === undefined ? {} : { workers }),
  });
}

async function loadChatModels({ config, logger, fetch = platformFetch }: AssistantOptions): Promise<ChatModel[]> {
  if (config.config.llm.length === 0) return [];
  const { createChatModels } = await import("./models/create-chat-model.ts");
  const { llm } = config.config;
  return createChatModels({ llm, secret: config.secret, fetch, clock: systemClock, random: Math.random, logger });
}

/** One model that asks the configured ones in turn; it lives as long as the assistant, for it remembers who failed. */
async function joinModels(load: () => Promise<ChatModel[]>): Promise<ChatModel | undefined> {
  const models = await load();
  if (models.length === 0) return undefined;
  const { createFallbackModel } = await import("./models/fallback.ts");
  return createFallbackModel(models);
}

/** A plain run makes the index what the configuration says; who added something else by hand is told that it is gone. */
function outsideNotes(sources: string[]): IndexNote[] {
  if (sources.length === 0) return [];
  const message = `Documents outside of the configured corpus left the index (${sources.join(", ")}): add their folder to [corpus] paths to keep them.`;
  return [{ code: "outside-removed", message, details: sources }];
}

/** Notes at level "debug" what one file gave and how long it took. */
async function logRead(reading: Promise<ReadDocument>, source: string, logger: Logger): Promise<ReadDocument> {
  const startedAt = performance.now();
  const file = await reading;
  const ms = Math.round(performance.now() - startedAt);
  logger.debug("ingest.read", { source, chunks: file.chunks.length, warnings: file.warnings, ms });
  return file;
}

/** Tells which sources lie at or below one of `roots`. */
function scopeOf(roots: string[], sourceFolder: string): (source: string) => boolean {
  return (source) => {
    const path = isAbsolute(source) ? source : resolve(sourceFolder, source);
    return roots.some((root) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep));
  };
}

/** Runs `make` once; a failure is not kept, so that the next call tries again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
