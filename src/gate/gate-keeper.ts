import { statSync } from "node:fs";
import { rename, stat } from "node:fs/promises";
import { AppError, isAppError } from "../core/errors.ts";
import type { DeclineReason } from "../core/outcome.ts";
import type { Retrieval, RetrievalEvidence } from "../core/retriever.ts";
import type { Locale } from "../core/runtime.ts";
import { driftOf, meanLikeness, sampleVectors, type Likeness } from "./corpus-drift.ts";
import { decodeClassifier } from "./encode-classifier.ts";
import type { ExplainedShare } from "./explain.ts";
import { judgeLabelled, measureJudged, type EvalResult, type JudgedLine } from "./evaluate-gate.ts";
import { createGate, type Gate, type GateInput } from "./gate.ts";
import {
  entryFor,
  readGateFile,
  withEntry,
  writeGateFile,
  type GateEntry,
  type GateFile,
  type GateFingerprint,
} from "./gate-file.ts";
import { withGateLock } from "./gate-lock.ts";
import { conflictWarnings, sampleLines, type LabelledEvidence, type LabelledText } from "./labelled.ts";
import { tuneGate, type TuneResult } from "./tune-gate.ts";
import { countMarked } from "./tuned-lines.ts";

export interface GateKeeperOptions {
  /** The gate file. */
  path: string;
  /** Least P(question) that the shipped prior speaks to. */
  question: number;
  locale: Locale;
  /** Vectors of lines, in order. */
  embed: (lines: string[], signal: AbortSignal) => Promise<Float32Array[]>;
  /** Looks a line up by its words and its vector. */
  retrieve: (line: string, queryVector: Float32Array, signal: AbortSignal) => Promise<Retrieval>;
  /** What is in use now. */
  fingerprint: () => Promise<GateFingerprint>;
  /** Told once of each thing that the owner should know of the gate file. */
  onWarning: (warning: string) => void;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** A line the gate has judged. */
export interface ScoredLine {
  text: string;
  /** P(request for help), 0 to 1. */
  question: number;
  /** P(our documents answer it), 0 to 1. */
  answerable: number;
  speak: boolean;
  reason?: DeclineReason;
  /** Each feature's part in the log-odds of `answerable`, the weightiest first. */
  explanation?: ExplainedShare[];
}

/** A line of a label file. */
export type LabelledLine = LabelledText;

export interface LabelOptions {
  /** Whose entry is written or read. Default: the one for every group without its own. */
  group?: string;
  /** Told after each line that was looked up. */
  onProgress?: (done: number, of: number) => void;
}

export interface TuneReport extends Omit<TuneResult, "gate"> {
  /** Format of the gate file. */
  version: number;
  path: string;
}

export interface EvalReport extends EvalResult {
  /** Lines among those measured that the gate was tuned on; on them it does better than it will in the group. */
  tunedOn: number;
}

/** The gate in use, and what makes and measures it. */
export interface GateKeeper {
  /** The gate of a group, read again when its file has changed. @throws AppError `gate_stale` */
  current(group?: string): Promise<Gate>;
  /** When the gate of a group was tuned, in milliseconds since 1970; undefined for the shipped prior. @throws AppError `gate_stale` */
  tunedAt(group?: string): Promise<number | undefined>;
  /** Gates in the gate file, and whether all are of the present documents; undefined without one. @throws AppError `gate_stale` */
  inspect(): Promise<{ gates: number; isCurrent: boolean } | undefined>;
  /** Judges lines in order; every line has a result. */
  score(
    lines: string[],
    /** An explanation is in the language given, by default the keeper's. */
    options: { group?: string; explain?: boolean; locale?: Locale },
    signal: AbortSignal,
  ): Promise<ScoredLine[]>;
  /** Fits a gate to labelled lines and writes its file. @throws AppError `usage`, `disk_full` */
  tune(
    lines: LabelledLine[],
    options: LabelOptions & { maxWrong?: number; seed?: number },
    signal: AbortSignal,
  ): Promise<TuneReport>;
  /** Measures the present gate on labelled lines, and against the gate in another file. @throws AppError `usage` */
  evaluate(
    lines: LabelledLine[],
    options: LabelOptions & { against?: string },
    signal: AbortSignal,
  ): Promise<EvalReport>;
}

const DEFAULT_SEED = 1;
/** Lines embedded in one call. */
const BATCH = 64;

export function createGateKeeper(options: GateKeeperOptions): GateKeeper {
  const { path, question, locale, retrieve } = options;
  let known: { version: string; file: GateFile | undefined } | undefined;
  let drifts = new Map<GateEntry, Likeness | undefined>();

  async function currentFile(): Promise<GateFile | undefined> {
    const fingerprint = await options.fingerprint();
    const version = `${fileVersion(path)} ${fingerprint.embedding} ${fingerprint.corpus}`;
    if (known?.version === version) return known.file;
    const found = await readGateFile(path, fingerprint);
    for (const warning of found?.warnings ?? []) options.onWarning(warning);
    known = { version, file: found?.file };
    drifts = new Map();
    return known.file;
  }

  async function current(group?: string): Promise<Gate> {
    const file = await currentFile();
    const drift = file === undefined ? undefined : await driftFor(entryFor(file, group));
    return createGate({
      question,
      ...(file && { file }),
      ...(group !== undefined && { group }),
      ...(drift && { drift }),
    });
  }

  /** Looked up once for each gate of other documents: fifty vectors, without their words, which are kept nowhere. */
  async function driftFor(entry: GateEntry | undefined): Promise<Likeness | undefined> {
    if (entry?.likeness === undefined || entry.corpus === (await options.fingerprint()).corpus) return undefined;
    if (drifts.has(entry)) return drifts.get(entry);
    const now = await likenessOf(entry, new AbortController().signal);
    const drift = now && driftOf(entry.likeness, now);
    drifts.set(entry, drift);
    return drift;
  }

  async function likenessOf({ classifier }: GateEntry, signal: AbortSignal): Promise<Likeness | undefined> {
    const found: RetrievalEvidence[] = [];
    for (const vector of sampleVectors(decodeClassifier(classifier))) {
      found.push((await retrieve("", vector, signal)).evidence);
    }
    return meanLikeness(found);
  }

  /** What the documents have on each line, in order; nothing for a blank one. */
  async function* lookUpEach(lines: readonly string[], signal: AbortSignal): AsyncGenerator<Retrieval | undefined> {
    const batchAt = (start: number): string[] => lines.slice(start, start + BATCH);
    const embedAt = (start: number): Promise<Float32Array[]> => {
      const vectors = options.embed(batchAt(start).filter(isSaid), signal);
      // It is awaited one batch later; a fault before that is none that nobody handles.
      vectors.catch(() => {});
      return vectors;
    };
    let ahead = lines.length > 0 ? embedAt(0) : undefined;
    for (let start = 0; ahead !== undefined; start += BATCH) {
      signal.throwIfAborted();
      const batch = batchAt(start);
      const vectors = (await ahead).values();
      // The model computes the next lines in its threads while these are looked up.
      ahead = start + BATCH < lines.length ? embedAt(start + BATCH) : undefined;
      for (const line of batch) {
        const vector = isSaid(line) ? vectors.next().value : undefined;
        yield vector === undefined ? undefined : await retrieve(line, vector, signal);
      }
    }
  }

  async function* lookUp(
    lines: LabelledLine[],
    onProgress: LabelOptions["onProgress"],
    signal: AbortSignal,
  ): AsyncGenerator<LabelledEvidence> {
    const texts = lines.map(({ text }) => text);
    let done = 0;
    for await (const retrieval of lookUpEach(texts, signal)) {
      const line = lines[done++];
      if (line !== undefined && retrieval !== undefined) yield { ...line, ...retrieval };
      onProgress?.(done, lines.length);
    }
  }

  return {
    current,
    async tunedAt(group) {
      const file = await currentFile();
      return file === undefined ? undefined : entryFor(file, group)?.tunedAt;
    },
    async inspect() {
      const fingerprint = await options.fingerprint();
      const found = await readGateFile(path, fingerprint);
      if (found === undefined) return undefined;
      const { entries } = found.file;
      for (const { classifier } of entries) decodeClassifier(classifier);
      return { gates: entries.length, isCurrent: entries.every(({ corpus }) => corpus === fingerprint.corpus) };
    },
    async score(lines, { group, explain = false, locale: wanted = locale }, signal) {
      const gate = await current(group);
      const scored: ScoredLine[] = [];
      for await (const retrieval of lookUpEach(lines, signal)) {
        const text = lines[scored.length] ?? "";
        if (retrieval === undefined) {
          scored.push({ text, question: 0, answerable: 0, speak: false, reason: "too-short" });
          continue;
        }
        const input: GateInput = { question: text, ...retrieval, face: gate.judgeFace(text) };
        const { scores, reason } = gate.judge(input);
        scored.push({
          text,
          question: scores.question,
          answerable: scores.answerable,
          speak: reason === undefined,
          ...(reason !== undefined && { reason }),
          ...(explain && { explanation: gate.explain(input, wanted).shares }),
        });
      }
      return scored;
    },
    async tune(lines, { maxWrong, group, seed = DEFAULT_SEED, onProgress }, signal) {
      // What cannot be replaced is told before the work, not after it.
      await replaceableFile();
      // Drawn before anything is looked up: of 100,000 lines most teach nothing more.
      const drawn = sampleLines(lines, seed);
      const evidence: LabelledEvidence[] = [];
      for await (const line of lookUp(drawn.lines, onProgress, signal)) evidence.push(line);
      const { gate, ...result } = tuneGate(evidence, {
        warnings: [...conflictWarnings(lines), ...drawn.warnings],
        seed,
        fingerprint: await options.fingerprint(),
        now: options.now(),
        ...(maxWrong !== undefined && { maxWrong }),
        ...(group !== undefined && { group }),
      });
      const [entry] = gate.entries;
      if (entry === undefined) throw new Error("Tuning gave no gate.");
      const likeness = await likenessOf(entry, signal);
      if (likeness) entry.likeness = likeness;
      const isReplaced = await withGateLock(path, async () => {
        // Another tuning may have written meanwhile.
        const latest = await replaceableFile();
        // It may hold the gates of other groups: nothing is thrown away that cannot be tuned again here.
        if (latest.isReplaced) await rename(path, `${path}.replaced`);
        await writeGateFile(path, withEntry(latest.previous, gate.embedding, entry));
        return latest.isReplaced;
      });
      const warnings = isReplaced
        ? [...result.warnings, `The former gate file could not be used; it is kept as ${path}.replaced.`]
        : result.warnings;
      return { version: gate.format, path, ...result, warnings };
    },
    async evaluate(lines, { against, group, onProgress }, signal) {
      const gate = await current(group);
      const other = against === undefined ? undefined : await readOther(against, group);
      const judged: JudgedLine[] = [];
      for await (const line of lookUp(lines, onProgress, signal)) judged.push(judgeLabelled(line, gate, other));
      const file = await currentFile();
      const marks = file === undefined ? undefined : entryFor(file, group)?.tunedLines;
      return {
        ...measureJudged(judged, { gate, seed: DEFAULT_SEED, ...(other && { against: other }) }),
        tunedOn:
          marks === undefined
            ? 0
            : countMarked(
                marks,
                lines.map(({ text }) => text),
              ),
      };
    },
  };

  /** The gate file as far as a new tuning may build on it. @throws AppError `gate_stale` when it cannot even be read */
  async function replaceableFile(): Promise<{ previous: GateFile | undefined; isReplaced: boolean }> {
    try {
      return { previous: await currentFile(), isReplaced: false };
    } catch (error) {
      // What cannot be read may be whole: its rights are to be mended first. A folder or a pipe is not ours to move.
      if (!isAppError(error, "gate_stale") || isSystemFault(error.cause) || !(await stat(path)).isFile()) throw error;
      return { previous: undefined, isReplaced: true };
    }
  }

  async function readOther(file: string, group: string | undefined): Promise<Gate> {
    const read = await readGateFile(file, await options.fingerprint());
    if (read === undefined) throw new AppError("usage", `There is no gate file ${file}.`);
    return createGate({ question, file: read.file, ...(group !== undefined && { group }) });
  }
}

function isSystemFault(cause: unknown): boolean {
  return cause instanceof Error && "syscall" in cause;
}

function isSaid(line: string): boolean {
  return line.trim() !== "";
}

/** Every question asks for it: the system call takes microseconds, the way to a thread and back ten times as long. */
function fileVersion(path: string): string {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? "none" : `${found.mtimeMs}/${found.size}`;
  } catch {
    return "none";
  }
}
