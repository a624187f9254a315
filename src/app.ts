import { createHash, randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type {
  Assistant,
  AskOptions,
  AskResult,
  AssistantOptions,
  ReadyOptions,
  SearchOptions,
} from "./app/assistant.ts";
import { createCurrentIndex } from "./app/current-index.ts";
import { ingestDocuments, inspectFile } from "./app/documents.ts";
import { createEmbeddings } from "./app/embeddings.ts";
import { corpusDigest, createEvidence } from "./app/evidence.ts";
import { fingerprintOf, indexFolderOf } from "./app/index-fingerprint.ts";
import { joinModels, loadGateways, modelsOptions, rerankerOf } from "./app/models.ts";
import { createObservation } from "./app/observation.ts";
import { retrieverFor } from "./app/narrow-sources.ts";
import { asQuery, checkQuestion } from "./app/question-text.ts";
import { letOthersIn, once, outgoingFetch, systemClock } from "./app/runtime.ts";
import { modelAside, rerankerAside } from "./app/set-aside.ts";
import type { UnaskedIn } from "./app/service.ts";
import { isAppError } from "./core/errors.ts";
import type { GateScores, Outcome } from "./core/outcome.ts";
import type { Retrieval } from "./core/retriever.ts";
import type { Locale } from "./core/runtime.ts";
import type { ExplainedShare } from "./gate/explain.ts";
import type { GateKeeper } from "./gate/gate-keeper.ts";
import type { LedgerRecord } from "./core/store.ts";
import type { GateVerdict } from "./group/engine-options.ts";
import type { DoctorCheck } from "./health/checks.ts";
import type { DayUsage } from "./models/usage-ledger.ts";
import type { JudgeReport } from "./pipeline/turn.ts";

export type {
  AskOptions,
  AskResult,
  Assistant,
  AssistantOptions,
  IngestOptions,
  IngestProgress,
  IngestReport,
  InspectReport,
  ReplayResult,
  WhyReport,
} from "./app/assistant.ts";
export { tuningLines } from "./group/ledger-labels.ts";
export type { LedgerLabels } from "./group/ledger-labels.ts";
export { decodeReplayLine } from "./group/replay-line.ts";
export type { ReplayLine } from "./group/replay-line.ts";
export type { ReplayReport } from "./group/replay-report.ts";
export type { DoctorCheck } from "./health/checks.ts";
export type { GatewayListing } from "./models/list-gateways.ts";
export type { EvalReport, LabelledLine, ScoredLine, TuneReport } from "./gate/gate-keeper.ts";
export type { IndexNote } from "./search/index-note.ts";

/** Passages looked at for one answer. */
const HITS = 12;

/** Joins the rooms. Cheap: files are opened and models loaded when they are needed. */
export function createAssistant(wanted: AssistantOptions): Assistant {
  const observation = createObservation(() => performance.now());
  const options: ReadyOptions = { ...wanted, fetch: outgoingFetch(wanted), observation };
  const { config: loaded, workDir, logger } = options;
  const { config } = loaded;
  const indexFolder = indexFolderOf(workDir);
  const embeddings = createEmbeddings(options);
  const lazyGateways = once(() => loadGateways(options));
  const lazyModel = once(() => joinModels(options, lazyGateways));
  const lazyAnswerer = once(async () => {
    const [{ createExtractiveAnswerer }, embedding] = await Promise.all([
      import("./models/extractive/answerer.ts"),
      embeddings.load(),
    ]);
    return createExtractiveAnswerer(embedding);
  });
  const lazyReranker = rerankerOf(options);
  const {
    get: search,
    during,
    close: closeIndex,
  } = createCurrentIndex(async () => {
    const [{ openSearch }, embedding] = await Promise.all([import("./search/open-search.ts"), embeddings.load()]);
    return openSearch(indexFolder, {
      fingerprint: await fingerprintOf(embedding, config),
      embedding,
      onNote: (note) => logger.warn("index.note", { note }),
    });
  });

  /** Lives as long as the assistant: an hour's calls are counted over all questions. */
  const lazyJudgeCalls = once(async () => (await import("./pipeline/hourly-calls.ts")).createHourlyCalls(systemClock));

  const embedLines = async (lines: string[], signal: AbortSignal): Promise<Float32Array[]> =>
    embeddings.embedLines(lines.map(asQuery), signal);

  const lazyGate = once(() => makeGate(config.gate.question));

  async function makeGate(question: number): Promise<GateKeeper> {
    const { createGateKeeper } = await import("./gate/gate-keeper.ts");
    return createGateKeeper({
      path: join(workDir, "gate.json"),
      question,
      locale: options.locale,
      embed: embedLines,
      retrieve: (line, queryVector, signal) =>
        during(async () => {
          const { retriever } = await search();
          return retriever.retrieve(asQuery(line), { limit: HITS, queryVector }, signal);
        }),
      async fingerprint() {
        const { manifest } = (await search()).reader;
        return { embedding: manifest.fingerprint.embedding, corpus: corpusDigest(manifest) };
      },
      onWarning: options.onGateWarning ?? ((warning) => logger.warn("gate.note", { warning })),
      now: () => systemClock.now(),
    });
  }

  const ask: Assistant["ask"] = (question, given, signal) => during(() => askNow(question, given, signal));

  async function askNow(question: string, given: AskOptions, signal: AbortSignal): Promise<AskResult> {
    const { history, onText, onStep, group, sources, aside, hits = HITS, language = config.answer.language } = given;
    const asked = checkQuestion(question);
    const startedAt = performance.now();
    const notes: string[] = [];
    const timings: Record<string, number> = {};
    let scores: GateScores | undefined;
    let judged: JudgeReport | undefined;
    const { judge: consulted, judge_per_hour: perHour } = group?.gate ?? config.gate;
    const [retriever, keeper, extractive, model, { standardPipeline }, { languageOf }, folding, judgeCalls] =
      await Promise.all([
        search().then(async (opened) => retrieverFor(options, opened, { group, sources })),
        lazyGate(),
        lazyAnswerer(),
        lazyModel(),
        import("./pipeline/standard.ts"),
        import("./pipeline/language.ts"),
        import("./search/fold-duplicates.ts"),
        lazyJudgeCalls(),
      ]);
    const gate = await keeper.current(group?.id);
    const run = standardPipeline({
      ...gate,
      retriever,
      hits,
      model: modelAside(model, aside),
      extractive,
      fold: folding.foldDuplicates,
      ...(consulted === "never" || perHour === 0
        ? {}
        : { consult: { when: consulted, clock: systemClock, takeCall: () => judgeCalls.take(perHour) } }),
      maxContextChars: config.answer.max_context_chars,
      ...(lazyReranker !== undefined && {
        rerank: {
          reranker: rerankerAside(lazyReranker, aside),
          candidates: config.rerank.candidates,
          keep: config.rerank.top_n,
        },
      }),
      cite: config.answer.cite,
      createNonce: () => randomBytes(12).toString("hex"),
      now: () => performance.now(),
      async around(name, work) {
        await letOthersIn();
        return observation.aroundStep(name, work);
      },
    });
    const turn = {
      question: asked,
      history: history ?? [],
      language: language === "auto" ? languageOf(asked) : language,
      onText,
      note: (text: string) => notes.push(text),
      onScores: (known: GateScores) => (scores = known),
      onJudged: (report: JudgeReport) => (judged = report),
    };
    timings["load"] = performance.now() - startedAt;
    const keepStep = (name: string, ms: number): void => {
      timings[name] = ms;
      onStep?.(name, ms);
    };
    const outcome = await run(turn, signal, keepStep).catch((error: unknown): Outcome => {
      // What the owner must mend (index, embedding model) is thrown; what a gateway did is the outcome of this turn.
      if (signal.aborted || !isAppError(error) || /^(?:index|gate|embedding|usage|config)/u.test(error.code))
        throw error;
      return { kind: "failed", code: error.code, message: error.message };
    });
    timings["total"] = performance.now() - startedAt;
    return { outcome, scores, ...(judged && { judged }), timings, notes };
  }

  async function hasIndex(): Promise<boolean> {
    return stat(join(indexFolder, "manifest.json")).then(
      () => true,
      () => false,
    );
  }

  /** What the gate makes of one line of a group that nobody asked us. */
  async function scoreLine(line: string, group: UnaskedIn, signal: AbortSignal): Promise<GateVerdict> {
    const keeper = await lazyGate();
    const [[scored], gate, version, { reader }, { unaskedVerdict }] = await Promise.all([
      keeper.score([line], { group: group.id }, signal),
      keeper.current(group.id),
      gateVersion(),
      search(),
      import("./group/unasked-verdict.ts"),
    ]);
    if (scored === undefined) throw new Error("a line without a score");
    const { question, answerable, speak, reason } = scored;
    const { threshold } = gate;
    const verdict = {
      question,
      answerable,
      threshold,
      speak,
      gateVersion: version,
      ...(reason !== undefined && { reason }),
    };
    return unaskedVerdict(verdict, gate.unaskedThreshold(group.maxWrong, reader.chunkCount));
  }

  /** What spoke for and against a line of the ledger; nothing once its text is gone. */
  async function explainRecord(record: LedgerRecord, locale: Locale, signal: AbortSignal): Promise<ExplainedShare[]> {
    if (record.text === undefined || record.scores === undefined || !(await hasIndex())) return [];
    const keeper = await lazyGate();
    const [line] = await keeper.score([record.text], { group: record.conversation.id, explain: true, locale }, signal);
    return line?.explanation ?? [];
  }

  let knownVersion: { facts: string; name: string } | undefined;

  /** Names the gate in use: what its file holds. Read again only when the file has changed: every line asks for it. */
  async function gateVersion(): Promise<string> {
    const path = join(workDir, "gate.json");
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return "prior";
    const facts = `${found.mtimeMs}/${found.size}/${found.ino}`;
    if (knownVersion?.facts !== facts) {
      const text = await readFile(path);
      knownVersion = { facts, name: createHash("sha256").update(text).digest("hex").slice(0, 8) };
    }
    return knownVersion.name;
  }

  async function ensureIndex(signal: AbortSignal): Promise<void> {
    await embeddings.useThreads();
    if (!(await hasIndex())) await ingestDocuments(options, await embeddings.forIngest(), signal);
    // Loaded now, so that the first question does not wait for it.
    await Promise.all([search(), lazyGate(), lazyAnswerer()]);
  }

  async function usage({ days }: { days: number }): Promise<DayUsage[]> {
    const { readUsage } = await import("./models/usage-ledger.ts");
    return readUsage(join(workDir, "usage"), { days, clock: systemClock });
  }

  async function doctor(locale: Locale, signal: AbortSignal): Promise<DoctorCheck[]> {
    const { runDoctor } = await import("./app/doctor.ts");
    const parts = {
      locale,
      loadEmbedding: () => embeddings.load(),
      async readIndex() {
        const { reader } = await search();
        await reader.assertWhole();
        const { manifest } = reader;
        return { documents: manifest.documents.length, chunks: manifest.chunkCount, failed: manifest.failed.length };
      },
      readGate: async () => (await lazyGate()).inspect(),
      gateways: lazyGateways,
      usageToday: async () => (await usage({ days: 1 })).flatMap(({ models }) => models),
    };
    return runDoctor(options, parts, signal);
  }

  async function retrieve(query: string, given: SearchOptions, signal: AbortSignal): Promise<Retrieval> {
    const { limit, sources } = given;
    return during(async () => {
      const retriever = await retrieverFor(options, await search(), { group: undefined, sources });
      return retriever.retrieve(checkQuestion(query), { limit }, signal);
    });
  }

  const searchHits: Assistant["search"] = async (query, given, signal) => (await retrieve(query, given, signal)).hits;
  const scoreLines: Assistant["score"] = async (lines, given, signal) => (await lazyGate()).score(lines, given, signal);

  return {
    hasIndex,
    ingest: (given, signal) => ingestDocuments(options, given, signal),
    ask,
    search: searchHits,
    retrieve,
    score: scoreLines,
    tune: async (lines, given, signal) => (await lazyGate()).tune(lines, given, signal),
    evaluate: async (lines, given, signal) => (await lazyGate()).evaluate(lines, given, signal),
    inspect: (path, signal) => inspectFile(options, path, signal),
    doctor: (signal) => doctor(options.locale, signal),
    usage,
    async why(id, signal) {
      const { explainRecords } = await import("./app/ledger.ts");
      return explainRecords(options, { id, explain: explainRecord, signal });
    },
    async ledgerLabels() {
      const { readLabels } = await import("./app/ledger.ts");
      return readLabels(options);
    },
    async replay(lines, given, signal) {
      const { replayChat } = await import("./app/replay.ts");
      return replayChat(
        options,
        {
          lines,
          ...given,
          gateOf: (floor) => (floor === undefined ? lazyGate() : makeGate(floor)),
          ask,
          embeddingMs: () => embeddings.linesMs(),
          passages: async () => (await search()).reader.chunkCount,
        },
        signal,
      );
    },
    async serve({ write }, signal) {
      const [{ startService }, { readFollowUp }] = await Promise.all([
        import("./app/service.ts"),
        import("./pipeline/follow-up.ts"),
      ]);
      const evidence = createEvidence({
        manifest: async () => (await search()).reader.manifest,
        embed: embedLines,
        standsAlone: (question) => readFollowUp(question).kind === "none",
      });
      return startService(
        options,
        {
          ask,
          score: scoreLine,
          explain: explainRecord,
          evidence,
          gateVersion,
          ensureIndex,
          index: { get: search, during },
          embedding: () => embeddings.load(),
          write,
          http: { search: searchHits, score: scoreLines, embed: embedLines },
          console: {
            gate: lazyGate,
            manifest: async () => (await search()).reader.manifest,
            usage,
            doctor,
            model: lazyModel,
          },
        },
        signal,
      );
    },
    async mcp(given, signal) {
      const { runMcp } = await import("./app/mcp.ts");
      const index = { get: search, during };
      const parts = { ask, search: searchHits, score: scoreLines, embed: embedLines, gateVersion, index };
      return runMcp(options, parts, given, signal);
    },
    async models({ provider }, signal) {
      const { listGateways, listProvider } = await import("./models/list-gateways.ts");
      const gateways = await lazyGateways();
      const chosen = provider === undefined ? gateways : gateways.filter((one) => one.provider === provider);
      if (provider === undefined || chosen.length > 0) return listGateways(chosen, signal);
      return listProvider(provider, modelsOptions(options), signal);
    },
    async close() {
      await Promise.all([closeIndex(), embeddings.close()]);
    },
  };
}
