/*
 * How well the gate tells lines to answer from lines to leave alone: `npx tsx bench/gate.ts [--ablations]`.
 *
 * Environment: XIANHENG_EVAL_DIR, the folder of the evaluation data; XIANHENG_GATE_WORKDIR, a work folder in which the rejection
 * set's knowledge base has been indexed by `ingest`; XIANHENG_GATE_CONFIG, the config it was indexed with. What is absent is
 * "not run". The evidence of each line is looked up once and kept in the OS temp folder.
 *
 * How each figure comes about: "tuned, five folds" fits on four fifths, near-duplicates together, and judges the fifth by a
 * calibration and a threshold that were chosen on the other four; mean of five seeds. "half / half" fits, calibrates and
 * chooses on one half and scores the other, both ways. "ideal threshold" is the best there is on the lines scored: a bound.
 * The prior is the shipped one at its own threshold: its first way was fitted on corpus/questions, the few constants of its
 * second way were set by rule and compared on these lines.
 */
import { createGate, PRIOR_THRESHOLD } from "../src/gate/gate.ts";
import {
  fitRows,
  fittedLogOdds,
  prepareTraining,
  SHAPE,
  type Shape,
  type TrainingSet,
} from "../src/gate/classifier.ts";
import { readCues } from "../src/gate/cues.ts";
import { crossValidate, type UnseenLine } from "../src/gate/cross-validate.ts";
import { evaluateGate } from "../src/gate/evaluate-gate.ts";
import { lineFeatures, type LineFeatures } from "../src/gate/features.ts";
import { nearDuplicateGroups } from "../src/gate/folds.ts";
import type { LabelledEvidence } from "../src/gate/labelled.ts";
import { learningCurve } from "../src/gate/learning-curve.ts";
import { areaUnderCurve, bestPoint, bootstrap, measuresAt, measuresOf, type Judged } from "../src/gate/measures.ts";
import { sigmoid } from "../src/gate/logistic.ts";
import { tuneGate } from "../src/gate/tune-gate.ts";
import { figureTable, median, type Figure } from "./figure.ts";
import { chitchatLines, chitchatSampleLines, rejectionLines, squadLines } from "./gate-data.ts";

const SEEDS = [1, 2, 3, 4, 5];
const DRAWS = 10;
const OPTIONS = { seed: 1, fingerprint: { embedding: "bench", corpus: "bench" }, now: 0 };
const SIZES = [10, 25, 50, 100, 200, 400].map((labels) => ({ labels, draws: DRAWS }));

const higher = { unit: "share", better: "higher" } as const;
const notRun = (name: string): Figure => ({ name, value: undefined, ...higher, ran: "not run: data or index absent" });

function featuresOf(lines: LabelledEvidence[]): LineFeatures[] {
  return lines.map(({ text, hits, evidence }) => lineFeatures({ question: text, hits, evidence }));
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Share of positive lines above all but `wrong` of the negative ones. */
function recallAt(judged: Judged[], wrong: number): number {
  const falling = judged
    .flatMap(({ positive, probability }) => (positive ? [] : [probability]))
    .toSorted((a, b) => b - a);
  const limit = falling[Math.floor(wrong * falling.length)] ?? 0;
  const positives = judged.filter(({ positive }) => positive);
  return positives.filter(({ probability }) => probability > limit).length / positives.length;
}

/** Least and largest recall over the seeds, and the middle 95 % over draws of lines: a handful of negative lines decides it. */
function recallSpread(runs: Judged[][], wrong: number): string {
  const seeds = runs.map((judged) => recallAt(judged, wrong));
  const first = runs[0] ?? [];
  const { interval } = bootstrap(
    first.length,
    (drawn) =>
      recallAt(
        drawn.flatMap((index) => first[index] ?? []),
        wrong,
      ),
    { draws: 1000, seed: 1 },
  );
  const range = [Math.min(...seeds), Math.max(...seeds)].map((value) => value.toFixed(2)).join("–");
  return `seeds ${range}; 95 % of draws ${interval.low.toFixed(2)}–${interval.high.toFixed(2)}`;
}

interface Summary {
  f1: number;
  ideal: number;
  auc: number;
  atOne: number;
  atFive: number;
}

function unseenLines(training: TrainingSet, groups: number[]): UnseenLine[][] {
  const chosen = [...training.rows.keys()];
  return SEEDS.map((seed) => crossValidate(training, { chosen, groups, prior: PRIOR_THRESHOLD, seed }).lines);
}

function summed(unseen: UnseenLine[][]): Summary {
  const runs = unseen.map((lines) => {
    return {
      f1: measuresOf(lines).f1,
      ideal: bestPoint(lines).f1,
      auc: areaUnderCurve(lines),
      atOne: recallAt(lines, 0.01),
      atFive: recallAt(lines, 0.05),
    };
  });
  const of = (read: (run: Summary) => number): number => mean(runs.map(read));
  return {
    f1: of(({ f1 }) => f1),
    ideal: of(({ ideal }) => ideal),
    auc: of(({ auc }) => auc),
    atOne: of(({ atOne }) => atOne),
    atFive: of(({ atFive }) => atFive),
  };
}

function rejectionFigures(lines: LabelledEvidence[]): { figures: Figure[]; training: TrainingSet; groups: number[] } {
  const rows = featuresOf(lines);
  const training = prepareTraining(
    rows,
    lines.map(({ positive }) => positive),
  );
  const groups = nearDuplicateGroups(lines.map(({ text }) => text));
  const unseen = unseenLines(training, groups);
  const tuned = summed(unseen);
  const prior = evaluateGate(lines, { gate: createGate({ question: 0.5 }), seed: 1 });
  const halves = [0, 1].map((half) => {
    const [fitted, scored] = [0, 1].map((part) => lines.filter((_, index) => index % 2 === (part + half) % 2));
    const { gate: file } = tuneGate(fitted ?? [], OPTIONS);
    return evaluateGate(scored ?? [], { gate: createGate({ question: 0.5, file }), seed: 1 });
  });
  const priorOnly = rows.map(({ prior: logOdds }, index) => ({
    probability: sigmoid(logOdds),
    positive: lines[index]?.positive === true,
  }));
  const ran = `${lines.length} lines, five folds, 5 seeds`;
  const curve = learningCurve(training, groups, { prior: PRIOR_THRESHOLD, seed: 1, sizes: SIZES });
  const bounds = new Map([
    [25, { atLeast: 0.75, aim: 0.79 }],
    [100, { atLeast: 0.78, aim: 0.82 }],
    [400, { atLeast: 0.81, aim: 0.84 }],
  ]);
  return {
    training,
    groups,
    figures: [
      {
        name: "F1, tuned",
        value: tuned.f1,
        ...higher,
        also: `ideal threshold ${tuned.ideal.toFixed(3)}`,
        atLeast: 0.82,
        aim: 0.86,
        ran,
      },
      {
        name: "F1, tuned, half / half",
        value: mean(halves.map(({ f1 }) => f1)),
        ...higher,
        also: halves.map(({ f1 }) => f1.toFixed(3)).join(" and "),
        atLeast: 0.82,
        aim: 0.86,
        ran: "even lines, odd lines",
      },
      { name: "AUC, tuned", value: tuned.auc, ...higher, atLeast: 0.95, aim: 0.975, ran },
      {
        name: "F1, shipped prior",
        value: prior.f1,
        ...higher,
        also: `ideal threshold ${prior.best.f1.toFixed(3)}; without the question floor ${measuresAt(priorOnly, PRIOR_THRESHOLD).f1.toFixed(3)}, AUC ${areaUnderCurve(priorOnly).toFixed(3)}`,
        atLeast: 0.75,
        aim: 0.8,
        ran: `${lines.length} lines, its own threshold`,
      },
      {
        name: "recall at 1 % wrong",
        value: tuned.atOne,
        ...higher,
        also: recallSpread(unseen, 0.01),
        atLeast: 0.5,
        aim: 0.7,
        ran,
      },
      {
        name: "recall at 5 % wrong",
        value: tuned.atFive,
        ...higher,
        also: recallSpread(unseen, 0.05),
        atLeast: 0.77,
        aim: 0.88,
        ran,
      },
      ...curve.map(({ labels, f1, ideal, prior: shipped }): Figure => ({
        name: `F1 with ${labels} labels, ideal threshold`,
        value: ideal,
        ...higher,
        also: `by the threshold those labels gave ${f1.toFixed(3)}; prior ${shipped.toFixed(3)}`,
        ...bounds.get(labels),
        ran: `mean of ${DRAWS} draws, scored on the rest`,
      })),
    ],
  };
}

function chitchatFigure(
  name: string,
  lines: LabelledEvidence[] | undefined,
  gate = createGate({ question: 0.5 }),
): Figure {
  if (lines === undefined) return notRun(name);
  const chitchat = lines.filter(({ positive }) => !positive);
  const passed = chitchat.filter(({ text, hits, evidence }) => {
    return gate.judge({ question: text, hits, evidence, face: gate.judgeFace(text) }).reason === undefined;
  });
  return {
    name,
    value: passed.length / chitchat.length,
    unit: "share",
    atLeast: 0.03,
    aim: 0.01,
    also: `${passed.length} of ${chitchat.length}`,
    ran: "chit-chat lines",
  };
}

function squadFigure(lines: LabelledEvidence[] | undefined): Figure {
  const name = "AUC, answerable against unanswerable, shipped prior";
  if (lines === undefined) return notRun(name);
  const judged = featuresOf(lines).map(({ prior }, index) => ({
    probability: sigmoid(prior),
    positive: lines[index]?.positive === true,
  }));
  const cosine = lines.map(({ evidence, positive }) => ({ probability: evidence.nearest[0] ?? 0, positive }));
  return {
    name,
    value: areaUnderCurve(judged),
    ...higher,
    also: `best cosine ${areaUnderCurve(cosine).toFixed(3)}`,
    atLeast: 0.66,
    aim: 0.78,
    ran: `squad2-zh dev, ${lines.length} questions`,
  };
}

function costFigure(lines: LabelledEvidence[]): Figure {
  const { gate: file } = tuneGate(lines, OPTIONS);
  const gate = createGate({ question: 0.5, file });
  const times = lines.map(({ text, hits, evidence }) => {
    const startedAt = performance.now();
    gate.judge({ question: text, hits, evidence, face: gate.judgeFace(text) });
    return performance.now() - startedAt;
  });
  return {
    name: "the tuned gate's own time a line, p50",
    value: median(times),
    unit: "ms",
    also: `gate file ${(JSON.stringify(file).length / 1024).toFixed(0)} KiB`,
    ran: `${lines.length} lines and as many labels`,
  };
}

function row(name: string, { f1, ideal, auc, atOne, atFive }: Summary): void {
  console.log(`| ${[name, ...[f1, ideal, auc, atOne, atFive].map((value) => value.toFixed(3))].join(" | ")} |`);
}

/** What each part is worth: the same five folds without it. */
function ablations(lines: LabelledEvidence[], groups: number[]): void {
  const rows = featuresOf(lines);
  const positive = lines.map((line) => line.positive);
  console.log("| left out | F1 | F1, ideal | AUC | recall at 1 % | at 5 % |\n|---|---|---|---|---|---|");
  const shaped = (name: string, change: Partial<Shape>, of = rows): void =>
    row(name, summed(unseenLines(prepareTraining(of, positive, { ...SHAPE, ...change }), groups)));
  shaped("nothing", {});
  shaped("meaning (query embedding)", { meaning: 0 });
  shaped("wording (character n-grams of the line)", { wording: 0 });
  const { views } = SHAPE;
  const none = { passages: 0, terms: 0, places: 0 };
  shaped("terms (Latin words of the line)", { views: { ...views, terms: 0 } });
  shaped("subject (n-grams of the passages found)", { views: { ...views, passages: 0 } });
  shaped("places (documents and folders of the passages found)", { views: { ...views, places: 0 } });
  shaped("similarity features and cues", { dense: 0 });
  shaped(
    "prior",
    {},
    rows.map((each) => ({ ...each, prior: -1 })),
  );
  const without = (names: string[]): LineFeatures[] =>
    rows.map((each) => {
      const dense = { ...each.dense };
      let name: keyof typeof dense;
      for (name in dense) if (names.includes(name)) dense[name] = 0;
      return { ...each, dense };
    });
  shaped("cosines and centroid", {}, without(["nearest", "nearestFive", "nearestThirty", "centroid"]));
  shaped("words (BM25, known, coverage)", {}, without(["words", "wordsFive", "wordsAround", "known", "coverage"]));
  shaped("length", {}, without(["length"]));
  shaped("sentence evidence", {}, without(["missing", "sentence", "beyondTitle", "figure"]));
  const cues = Object.keys(readCues(""));
  shaped("cues of the face", {}, without(cues.filter((name) => name !== "length")));
  shaped("all but meaning", { wording: 0, views: none, dense: 0 });
  shaped("all but similarity features and cues", { meaning: 0, wording: 0, views: none });
  shaped("all but wording", { meaning: 0, views: none, dense: 0 });
}

/** On-topic questions that no passage answers: what labels of that very kind could teach, fitted on half, scored on half. */
function squadTuned(lines: LabelledEvidence[]): void {
  const every = lines.filter((_, index) => index % 3 === 0);
  const training = prepareTraining(
    featuresOf(every),
    every.map(({ positive }) => positive),
  );
  const [fitted, scored] = [0, 1].map((part) => [...every.keys()].filter((index) => index % 2 === part));
  const fit = fitRows(training, fitted ?? []);
  const judged = (scored ?? []).map((index) => ({
    probability: sigmoid(fittedLogOdds(training, fit, index)),
    positive: every[index]?.positive === true,
  }));
  console.log(
    `\nsquad2-zh, tuned on ${fitted?.length ?? 0} of its own labels: AUC ${areaUnderCurve(judged).toFixed(3)}`,
  );
}

const lines = await rejectionLines();
const figures: Figure[] = [];
if (lines === undefined) figures.push(notRun("rejection set"));
const rejection = lines === undefined ? undefined : rejectionFigures(lines);
figures.push(...(rejection?.figures ?? []));
const chitchat = await chitchatLines();
figures.push(
  chitchatFigure("chit-chat passed, prior, sample corpus", await chitchatSampleLines()),
  chitchatFigure("chit-chat passed, prior, rejection corpus", chitchat),
);
const squad = await squadLines();
if (lines !== undefined) {
  const file = tuneGate(lines, OPTIONS).gate;
  figures.push(
    chitchatFigure("chit-chat passed, tuned, rejection corpus", chitchat, createGate({ question: 0.5, file })),
    costFigure(lines),
  );
}
figures.push(squadFigure(squad));
console.log(figureTable(figures));
if (process.argv.includes("--ablations") && lines !== undefined && rejection !== undefined) {
  console.log();
  ablations(lines, rejection.groups);
  if (squad !== undefined) squadTuned(squad);
}
