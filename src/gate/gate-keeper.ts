import { readFile, stat } from "node:fs/promises";
import { AppError, errorMessage } from "../core/errors.ts";
import type { DeclineReason } from "../core/outcome.ts";
import type { Retrieval } from "../core/retriever.ts";
import type { Locale } from "../core/runtime.ts";
import type { ExplainedShare } from "./explain.ts";
import { evaluateGate, type EvalResult } from "./evaluate-gate.ts";
import { createGate, type Gate, type GateInput } from "./gate.ts";
import { parseGateFile, readGateFile, writeGateFile, type GateFile, type GateFingerprint } from "./gate-file.ts";
import type { LabelledEvidence } from "./labelled.ts";
import { tuneGate, type TuneResult } from "./tune-gate.ts";

export interface GateKeeperOptions {
  /** The gate file. */
  path: string;
  /** Least P(question) that the shipped prior speaks to. */
  question: number;
  locale: Locale;
  /** Looks a line up. */
  retrieve: (line: string, signal: AbortSignal) => Promise<Retrieval>;
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
export interface LabelledLine {
  text: string;
  /** Whether it should be answered. */
  positive: boolean;
  /** Where it stands in the file, from 1. */
  line: number;
}

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

/** The gate in use, and what makes and measures it. */
export interface GateKeeper {
  /** The gate of a group, read again when its file has changed. @throws AppError `config_invalid`, `index_stale` */
  current(group?: string): Promise<Gate>;
  /** Judges lines in order; every line has a result. */
  score(lines: string[], options: { group?: string; explain?: boolean }, signal: AbortSignal): Promise<ScoredLine[]>;
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
  ): Promise<EvalResult>;
}

const DEFAULT_SEED = 1;

export function createGateKeeper(options: GateKeeperOptions): GateKeeper {
  const { path, question, locale, retrieve } = options;
  let known: { version: string; file: GateFile | undefined } | undefined;

  async function currentFile(): Promise<GateFile | undefined> {
    const fingerprint = await options.fingerprint();
    const version = `${await fileVersion(path)} ${fingerprint.embedding} ${fingerprint.corpus}`;
    if (known?.version === version) return known.file;
    const found = await readGateFile(path, fingerprint);
    for (const warning of found?.warnings ?? []) options.onWarning(warning);
    known = { version, file: found?.file };
    return known.file;
  }

  async function current(group?: string): Promise<Gate> {
    const file = await currentFile();
    return createGate({ question, ...(file && { file }), ...(group !== undefined && { group }) });
  }

  async function inputFor(gate: Gate, text: string, signal: AbortSignal): Promise<GateInput | undefined> {
    if (text.trim() === "") return undefined;
    const { hits, evidence } = await retrieve(text, signal);
    return { question: text, hits, evidence, face: gate.judgeFace(text) };
  }

  async function lookUp(
    lines: LabelledLine[],
    onProgress: LabelOptions["onProgress"],
    signal: AbortSignal,
  ): Promise<LabelledEvidence[]> {
    const found: LabelledEvidence[] = [];
    for (const [done, line] of lines.entries()) {
      const { hits, evidence } = await retrieve(line.text, signal);
      found.push({ ...line, hits, evidence });
      onProgress?.(done + 1, lines.length);
    }
    return found;
  }

  return {
    current,
    async score(lines, { group, explain = false }, signal) {
      const gate = await current(group);
      const scored: ScoredLine[] = [];
      for (const text of lines) {
        const input = await inputFor(gate, text, signal);
        if (input === undefined) {
          scored.push({ text, question: 0, answerable: 0, speak: false, reason: "too-short" });
          continue;
        }
        const { scores, reason } = gate.judge(input);
        scored.push({
          text,
          question: scores.question,
          answerable: scores.answerable,
          speak: reason === undefined,
          ...(reason !== undefined && { reason }),
          ...(explain && { explanation: gate.explain(input, locale).shares }),
        });
      }
      return scored;
    },
    async tune(lines, { maxWrong, group, seed = DEFAULT_SEED, onProgress }, signal) {
      const previous = await currentFile().catch(replaceable);
      const evidence = await lookUp(lines, onProgress, signal);
      const { gate, ...result } = tuneGate(evidence, {
        seed,
        fingerprint: await options.fingerprint(),
        now: options.now(),
        ...(maxWrong !== undefined && { maxWrong }),
        ...(group !== undefined && { group }),
        ...(previous && { previous }),
      });
      await writeGateFile(path, gate);
      return { version: gate.format, path, ...result };
    },
    async evaluate(lines, { against, group, onProgress }, signal) {
      const gate = await current(group);
      const other = against === undefined ? undefined : await readOther(against, group);
      const evidence = await lookUp(lines, onProgress, signal);
      return evaluateGate(evidence, { gate, seed: DEFAULT_SEED, ...(other && { against: other }) });
    },
  };

  async function readOther(file: string, group: string | undefined): Promise<Gate> {
    const text = await readFile(file, "utf8").catch((cause: unknown) => {
      throw new AppError("usage", `The gate file ${file} cannot be read: ${errorMessage(cause)}.`, { cause });
    });
    const parsed = parseGateFile(text, { path: file, fingerprint: await options.fingerprint() });
    return createGate({ question, file: parsed.file, ...(group !== undefined && { group }) });
  }
}

/** A gate file that cannot serve any more is replaced by the next tuning. */
function replaceable(error: unknown): undefined {
  if (error instanceof AppError && (error.code === "index_stale" || error.code === "config_invalid")) return undefined;
  throw error;
}

async function fileVersion(path: string): Promise<string> {
  return stat(path).then(
    ({ mtimeMs, size }) => `${mtimeMs}/${size}`,
    () => "none",
  );
}
