import { access, constants, mkdir, stat, statfs } from "node:fs/promises";
import type { ChannelFinding } from "../core/channel.ts";
import { errorMessage, isAppError } from "../core/errors.ts";
import type { EmbeddingModel } from "../core/model.ts";
import type { Locale } from "../core/runtime.ts";
import { findGatewayFault, type CheckedGateway } from "./check-gateway.ts";
import { healthTexts, type CheckName, type HealthTexts, type UsageToday } from "./texts.ts";

/** One line of `doctor`. */
export interface DoctorCheck {
  /** The same in every language: scripts look for it. */
  check: string;
  /** The check in the owner's language. */
  name: string;
  status: "ok" | "warning" | "failed" | "skipped";
  detail: string;
  /** What to do; empty when there is nothing to do. */
  remedy: string;
}

/** What is looked at; each part is a function, so that one that fails spoils no other. */
export interface HealthSubject {
  locale: Locale;
  nodeVersion: string;
  configFile: string | undefined;
  workDir: string;
  corpusPaths: string[];
  loadEmbedding: () => Promise<EmbeddingModel>;
  /** Counts of the present index. @throws AppError `index_*` */
  readIndex: () => Promise<{ documents: number; chunks: number; failed: number }>;
  /** Gates in the gate file, and whether all are of the present documents; undefined without one. @throws AppError `gate_stale`, `index_*` */
  readGate: () => Promise<{ gates: number; isCurrent: boolean } | undefined>;
  /** Whether an optional package can be loaded. */
  hasPackage: (name: string) => Promise<boolean>;
  ocr: boolean;
  gateways: () => Promise<CheckedGateway[]>;
  /** What each configured channel says of itself. */
  channels: (signal: AbortSignal) => Promise<ChannelReport[]>;
  /** What the models have used today. */
  usageToday: () => Promise<UsageToday[]>;
  /** Whether a variable names a proxy. */
  hasProxy: boolean;
  /** Milliseconds. */
  now: () => number;
}

/** One thing that a channel looked at. */
export interface ChannelReport {
  /** Kind and name. */
  channel: string;
  finding: ChannelFinding;
}

type Finding = Omit<DoctorCheck, "check" | "name">;

/** Free space, in MiB, below which an index of an ordinary corpus may not fit. */
const LITTLE_SPACE_MIB = 200;

/** Runs every check, in order; a check that throws is a failed check. */
export async function runChecks(subject: HealthSubject, signal: AbortSignal): Promise<DoctorCheck[]> {
  const texts = healthTexts(subject.locale);
  const steps: [CheckName, string, () => Promise<Finding | Finding[]>][] = [
    ["node", texts.nodeRemedy, async () => checkNode(subject, texts)],
    [
      "config",
      "",
      async () => ok(subject.configFile === undefined ? texts.defaults : texts.config(subject.configFile)),
    ],
    ["workDir", texts.notWritableRemedy, () => checkWorkDir(subject, texts)],
    ["corpus", texts.corpusRemedy, () => checkCorpus(subject, texts)],
    ["embedding", texts.embeddingRemedy, () => checkEmbedding(subject, texts)],
    ["index", texts.indexRemedy, () => checkIndex(subject, texts)],
    ["gate", texts.gateRemedy, () => checkGate(subject, texts)],
    ["graph", texts.graphRemedy, () => checkGraph(subject, texts)],
    ["ocr", texts.ocrRemedy, () => checkOcr(subject, texts)],
    ["models", texts.modelRemedy, () => checkModels(subject, texts, signal)],
    ["channels", texts.channelRemedy, () => checkChannels(subject, texts, signal)],
    ["usage", texts.notWritableRemedy, () => checkUsage(subject, texts)],
  ];
  const checks: DoctorCheck[] = [];
  const stableNames = healthTexts("en").names;
  for (const [key, remedy, look] of steps) {
    signal.throwIfAborted();
    const found = await look().catch((error: unknown): Finding => {
      signal.throwIfAborted();
      return { status: "failed", detail: errorMessage(error), remedy };
    });
    for (const finding of [found].flat()) {
      checks.push({ check: stableNames[key], name: texts.names[key], ...finding });
    }
  }
  return checks;
}

function ok(detail: string): Finding {
  return { status: "ok", detail, remedy: "" };
}

function checkNode({ nodeVersion }: HealthSubject, texts: HealthTexts): Finding {
  const [major = 0, minor = 0] = nodeVersion.replace(/^v/u, "").split(".").map(Number);
  const fits = major > 20 || (major === 20 && minor >= 19);
  return fits
    ? ok(texts.node(nodeVersion))
    : { status: "failed", detail: texts.node(nodeVersion), remedy: texts.nodeRemedy };
}

async function checkWorkDir({ workDir }: HealthSubject, texts: HealthTexts): Promise<Finding> {
  try {
    await mkdir(workDir, { recursive: true });
    await access(workDir, constants.W_OK);
  } catch (error) {
    return {
      status: "failed",
      detail: texts.notWritable(workDir, errorMessage(error)),
      remedy: texts.notWritableRemedy,
    };
  }
  const { bavail, bsize } = await statfs(workDir);
  const freeMib = Math.floor((bavail * bsize) / 1024 / 1024);
  const detail = texts.writable(workDir, freeMib);
  return freeMib < LITTLE_SPACE_MIB ? { status: "warning", detail, remedy: texts.littleSpace } : ok(detail);
}

async function checkCorpus({ corpusPaths }: HealthSubject, texts: HealthTexts): Promise<Finding[]> {
  return Promise.all(
    corpusPaths.map(async (path): Promise<Finding> => {
      try {
        const mode = (await stat(path)).isDirectory() ? constants.R_OK | constants.X_OK : constants.R_OK;
        await access(path, mode);
        return ok(texts.corpus(path));
      } catch (error) {
        const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
        const detail = isMissing ? texts.corpusMissing(path) : texts.corpusUnreadable(path, errorMessage(error));
        return { status: "failed", detail, remedy: texts.corpusRemedy };
      }
    }),
  );
}

async function checkEmbedding({ loadEmbedding, now }: HealthSubject, texts: HealthTexts): Promise<Finding> {
  const startedAt = now();
  const model = await loadEmbedding();
  return ok(texts.embedding(model.id, model.dimensions, Math.round(now() - startedAt)));
}

async function checkIndex({ readIndex }: HealthSubject, texts: HealthTexts): Promise<Finding> {
  try {
    const { documents, chunks, failed } = await readIndex();
    const detail = texts.index(documents, chunks, failed);
    if (failed > 0) return { status: "warning", detail, remedy: texts.failedRemedy };
    return documents === 0 ? { status: "warning", detail, remedy: texts.emptyRemedy } : ok(detail);
  } catch (error) {
    // No index yet is no fault: `ask` makes one.
    if (!isAppError(error, "index_missing")) throw error;
    return { status: "warning", detail: error.message, remedy: texts.indexRemedy };
  }
}

async function checkGate({ readGate }: HealthSubject, texts: HealthTexts): Promise<Finding> {
  try {
    const found = await readGate();
    if (found === undefined) return { status: "skipped", detail: texts.priorGate, remedy: texts.tuneRemedy };
    if (found.isCurrent) return ok(texts.gate(found.gates));
    return { status: "warning", detail: texts.gateOfOther(found.gates), remedy: texts.tuneRemedy };
  } catch (error) {
    // Without an index nothing can be said of the gate; the check of the index says what to do.
    if (isAppError(error, "gate_stale")) throw error;
    return { status: "skipped", detail: texts.noIndexForGate, remedy: "" };
  }
}

async function checkGraph({ hasPackage }: HealthSubject, texts: HealthTexts): Promise<Finding> {
  if (await hasPackage("hnswlib-node")) return ok(texts.graph);
  return { status: "skipped", detail: texts.graphMissing, remedy: texts.graphRemedy };
}

async function checkOcr({ ocr, hasPackage }: HealthSubject, texts: HealthTexts): Promise<Finding> {
  if (!ocr) return { status: "skipped", detail: texts.ocrOff, remedy: "" };
  if (await hasPackage("@gutenye/ocr-node")) return ok(texts.ocr);
  return { status: "failed", detail: "@gutenye/ocr-node", remedy: texts.ocrRemedy };
}

async function checkModels(subject: HealthSubject, texts: HealthTexts, signal: AbortSignal): Promise<Finding[]> {
  const gateways = await subject.gateways();
  if (gateways.length === 0) return [{ status: "skipped", detail: texts.noModel, remedy: "" }];
  const findings: Finding[] = [];
  // One after the other: entries may share an account's limit.
  for (const gateway of gateways) {
    const startedAt = subject.now();
    const fault = await findGatewayFault(gateway, subject, signal);
    const ms = Math.round(subject.now() - startedAt);
    findings.push(fault === undefined ? ok(texts.modelAnswers(gateway.model.id, ms)) : { status: "failed", ...fault });
  }
  return findings;
}

async function checkChannels(subject: HealthSubject, texts: HealthTexts, signal: AbortSignal): Promise<Finding[]> {
  const reports = await subject.channels(signal);
  if (reports.length === 0) return [{ status: "skipped", detail: texts.noChannel, remedy: "" }];
  return reports.map(({ channel, finding: { what, status, detail, remedy } }) => ({
    status,
    detail: `${channel}, ${what}: ${detail}`,
    remedy: status === "ok" ? "" : remedy || texts.channelRemedy,
  }));
}

async function checkUsage({ usageToday }: HealthSubject, texts: HealthTexts): Promise<Finding[]> {
  const used = await usageToday();
  if (used.length === 0) return [{ status: "skipped", detail: texts.nothingUsed, remedy: "" }];
  return used.map((usage) => ok(texts.used(usage)));
}
