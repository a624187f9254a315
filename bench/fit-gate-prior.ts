/*
 * Fits the gate's shipped prior (src/gate/answerable.ts) on the dev half of corpus/questions and scores it on the test
 * half: `npx tsx bench/fit-gate-prior.ts`. The ridge is chosen by five-fold cross-validation within the dev half, the
 * threshold by best F1 there. Prints the weights to be pasted, and the lines it gets wrong on the dev half.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAssistant } from "../src/app.ts";
import { loadConfig } from "../src/config/load.ts";
import { answerableFeatures } from "../src/gate/answerable.ts";
import { crossEntropy, fitLogistic, type LabelledFeatures } from "../src/gate/fit-logistic.ts";
import { logOdds, sigmoid, type LogisticModel } from "../src/gate/logistic.ts";
import { judgeQuestion } from "../src/gate/question.ts";
import { readGoodQuestions, readQuietLines, type Split } from "./sample-questions.ts";

interface Row extends LabelledFeatures {
  text: string;
  kind: string;
  split: Split;
  /** The line's face alone says that it is a question. */
  asks: boolean;
}

const RIDGES = [0.5, 1, 2, 4, 8];
const FOLDS = 5;
const signal = new AbortController().signal;

async function collectRows(): Promise<Row[]> {
  const workDir = await mkdtemp(join(tmpdir(), "xianheng-gate-"));
  const config = await loadConfig({ cwd: workDir, env: {} });
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const assistant = createAssistant({ config, workDir, logger, locale: "en" });
  try {
    await assistant.ingest({}, signal);
    const good = (await readGoodQuestions()).map(({ question, split }) => ({ text: question, split, kind: "good" }));
    const quiet = (await readQuietLines()).map(({ text, split, kind }) => ({ text, split, kind }));
    const rows: Row[] = [];
    for (const line of [...good, ...quiet]) {
      const { hits, evidence } = await assistant.retrieve(line.text, { limit: 12 }, signal);
      const { probability, reason } = judgeQuestion(line.text);
      rows.push({
        ...line,
        positive: line.kind === "good",
        features: answerableFeatures({ question: line.text, hits, evidence }),
        asks: reason === undefined && probability >= 0.5,
      });
    }
    return rows;
  } finally {
    await assistant.close();
    await rm(workDir, { recursive: true, force: true });
  }
}

function crossValidated(rows: Row[], ridge: number): number {
  let sum = 0;
  for (let fold = 0; fold < FOLDS; fold++) {
    const model = fitLogistic(
      rows.filter((_, index) => index % FOLDS !== fold),
      { ridge },
    );
    sum += crossEntropy(
      model,
      rows.filter((_, index) => index % FOLDS === fold),
    );
  }
  return sum / FOLDS;
}

function score(model: LogisticModel, rows: Row[], threshold: number) {
  const speaks = (row: Row): boolean => row.asks && sigmoid(logOdds(model, row.features)) >= threshold;
  const said = rows.filter(speaks);
  const right = said.filter((row) => row.positive).length;
  const positives = rows.filter((row) => row.positive).length;
  const precision = right / Math.max(1, said.length);
  const recall = right / Math.max(1, positives);
  return {
    f1: (2 * precision * recall) / Math.max(1e-9, precision + recall),
    precision,
    recall,
    quiet: rows.filter((row) => !row.positive && !speaks(row)).length,
    of: rows.length - positives,
  };
}

function bestThreshold(model: LogisticModel, rows: Row[]): number {
  const candidates = rows.map((row) => sigmoid(logOdds(model, row.features))).toSorted((a, b) => a - b);
  let best = { threshold: 0.5, f1: 0 };
  candidates.forEach((value, index) => {
    const threshold = (value + (candidates[index + 1] ?? 1)) / 2;
    const { f1 } = score(model, rows, threshold);
    if (f1 > best.f1) best = { threshold, f1 };
  });
  return best.threshold;
}

const rows = await collectRows();
const dev = rows.filter((row) => row.split === "dev");
const test = rows.filter((row) => row.split === "test");
const ridge =
  RIDGES.map((value) => ({ value, loss: crossValidated(dev, value) })).toSorted((a, b) => a.loss - b.loss)[0]?.value ??
  1;
const model = fitLogistic(dev, { ridge });
const threshold = bestThreshold(model, dev);
console.log(`ridge ${ridge}, threshold ${threshold.toFixed(3)}`);
console.log(
  JSON.stringify(
    {
      bias: Number(model.bias.toFixed(3)),
      weights: Object.fromEntries(
        Object.entries(model.weights).map(([name, weight]) => [name, Number(weight.toFixed(3))]),
      ),
    },
    undefined,
    2,
  ),
);
for (const [name, part] of [
  ["dev", dev],
  ["test", test],
] as const) {
  const { f1, precision, recall, quiet, of } = score(model, part, threshold);
  console.log(
    `${name}: F1 ${f1.toFixed(3)}, precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, silent ${quiet}/${of}`,
  );
}
for (const row of dev) {
  const probability = sigmoid(logOdds(model, row.features));
  if ((row.asks && probability >= threshold) !== row.positive)
    console.log(
      `  ${row.positive ? "silent" : "spoke"} ${probability.toFixed(2)} ${row.asks ? "" : "(no question) "}${row.kind}: ${row.text}`,
    );
}
