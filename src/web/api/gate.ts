import { requestJson, withQuery } from "./request.ts";

export interface LabelledLine {
  id: string;
  text: string;
  /** Whether it should be answered. */
  positive: boolean;
  /** That our documents answer it, as the present gate sees it. */
  probability: number;
  /** Whether the present gate answers it. */
  speaks: boolean;
}

export interface LineToLabel {
  id: string;
  text: string;
  probability: number;
  outcome: string;
  /** Milliseconds since 1970. */
  at: number;
}

export interface LabelCounts {
  positive: number;
  negative: number;
  contradictory: number;
  skipped: number;
}

export interface GateDocument {
  kind: "prior" | "tuned";
  version: string;
  threshold: number;
  question: number;
  tunedAt?: number;
  labels: LabelCounts;
  lines: LabelledLine[];
  to_label: LineToLabel[];
}

/** Shares from 0 to 1. */
export interface Measures {
  precision: number;
  recall: number;
  f1: number;
  auc: number;
}

export interface TuneReport {
  threshold: number;
  /** On lines that the fit had not seen. */
  crossValidated: Measures;
  /** Where each figure lies with 95 % confidence. */
  intervals: Record<keyof Measures, { low: number; high: number }>;
  /** The shipped gate on the same lines. */
  prior: Measures;
  labels: { positive: number; negative: number };
  warnings: string[];
}

/** The gate that holds now, for all groups or for one. @throws ApiFault */
export async function readGate(group: string, signal: AbortSignal): Promise<GateDocument> {
  return requestJson<GateDocument>(withQuery("/v1/gate", { group }), { signal });
}

/** Fits the gate to the labels; it holds at once. `maxWrong` is a share. @throws ApiFault 422 for too few lines */
export async function tuneGate({
  group,
  maxWrong,
}: {
  group: string;
  maxWrong: number | undefined;
}): Promise<TuneReport> {
  const body = { ...(maxWrong !== undefined && { max_wrong: maxWrong }), ...(group !== "" && { group }) };
  return requestJson<TuneReport>("/v1/gate/tune", { body });
}
