/*
 * What a judge for the unsure band would bring, and what it would cost: `npx tsx bench/judge.ts`.
 *
 * No real model is asked. The judge is simulated: on each line of the band it is right with a fixed chance, by a seeded draw that
 * knows nothing of how hard the line is. A real model errs most where the gate is unsure too, so these figures are bounds for
 * a model of that accuracy within the band, not promises.
 *
 * corpus/questions is always run; the other sets need the environment of bench/gate.ts and are "not run" without it. "Tuned"
 * fits gate, threshold and band on four fifths, near-duplicates together, and judges the fifth with them.
 */
import { createGate, type Gate } from "../src/gate/gate.ts";
import { assignFolds, nearDuplicateGroups } from "../src/gate/folds.ts";
import type { LabelledEvidence } from "../src/gate/labelled.ts";
import { measuresOf } from "../src/gate/measures.ts";
import { seededRandom } from "../src/gate/random.ts";
import { tuneGate } from "../src/gate/tune-gate.ts";
import { figureTable, type Figure } from "./figure.ts";
import { againstSampleCorpus, chitchatLines, chitchatSampleLines, rejectionLines, squadLines } from "./gate-data.ts";
import { readGoodQuestions, readQuietLines } from "./sample-questions.ts";

const ACCURACIES = [0.8, 0.9, 1];
const DRAWS = 20;
const FOLDS = 5;
const OPTIONS = { seed: 1, fingerprint: { embedding: "bench", corpus: "bench" }, now: 0 };

interface Decided {
  positive: boolean;
  /** What the gate decides alone. */
  speaks: boolean;
  /** Its `answerable` lies in the band and its face passed. */
  isUnsure: boolean;
  /** `always` would ask. */
  isAsked: boolean;
}

function decide(gate: Gate, { text, hits, evidence, positive }: LabelledEvidence): Decided {
  const { scores, reason } = gate.judge({ question: text, hits, evidence, face: gate.judgeFace(text) });
  const passed = hits.length > 0 && [undefined, "unrelated", "unanswerable"].includes(reason);
  const { low, high } = gate.band;
  const isUnsure = passed && scores.answerable >= low && scores.answerable <= high;
  const isAsked = passed && (scores.question >= 0.5 || scores.answerable >= low);
  return { positive, speaks: reason === undefined, isUnsure, isAsked };
}

/** Every line as a gate decides it that was tuned without it. */
function decideUnseen(lines: LabelledEvidence[]): Decided[] {
  const groups = nearDuplicateGroups(lines.map(({ text }) => text));
  const labels = lines.map(({ positive }) => positive);
  const foldOf = assignFolds(groups, labels, { folds: FOLDS, random: seededRandom(OPTIONS.seed) });
  return Array.from({ length: FOLDS }, (_, fold) => fold).flatMap((fold) => {
    const { gate: file } = tuneGate(
      lines.filter((_line, index) => foldOf[index] !== fold),
      OPTIONS,
    );
    const gate = createGate({ question: 0.5, file });
    return lines.filter((_line, index) => foldOf[index] === fold).map((line) => decide(gate, line));
  });
}

/** Mean F1 over the draws when a judge that is right with this chance decides the lines it is asked about. */
function judgedF1(lines: Decided[], accuracy: number, asks: (line: Decided) => boolean): number {
  let sum = 0;
  for (let draw = 1; draw <= DRAWS; draw++) {
    const random = seededRandom(draw);
    sum += measuresOf(
      lines.map((line) => {
        const isRight = random() < accuracy;
        return { positive: line.positive, speaks: asks(line) ? line.positive === isRight : line.speaks };
      }),
    ).f1;
  }
  return sum / DRAWS;
}

function figuresOf(name: string, lines: Decided[]): Figure[] {
  const common = { unit: "share", better: "higher" } as const;
  const ways = [
    { when: "unsure", asks: (line: Decided) => line.isUnsure },
    { when: "always", asks: (line: Decided) => line.isAsked },
  ];
  const isMixed = lines.some(({ positive }) => positive);
  const figures = [
    { name: `${name}: F1, gate alone`, value: measuresOf(lines).f1, ...common, ran: `${lines.length} lines` },
    ...ways.flatMap(({ when, asks }): Figure[] => {
      const asked = lines.filter(asks);
      const right = asked.filter(({ positive, speaks }) => positive === speaks).length;
      const silent = asked.filter(({ positive }) => !positive).length;
      return [
        {
          name: `${name}: lines asked about, judge = "${when}"`,
          value: asked.length / lines.length,
          unit: "share",
          also: `${((1000 * asked.length) / lines.length).toFixed(0)} calls per 1,000 lines, ${silent} of ${asked.length} to be left alone; the gate alone is right on ${asked.length === 0 ? "–" : (right / asked.length).toFixed(2)} of them`,
          ran: `${lines.length} lines`,
        },
        {
          name: `${name}: F1, judge = "${when}" right on 80 % of them`,
          value: judgedF1(lines, 0.8, asks),
          ...common,
          also: ACCURACIES.slice(1)
            .map((accuracy) => `${100 * accuracy} %: ${judgedF1(lines, accuracy, asks).toFixed(3)}`)
            .join(", "),
          ran: `simulated judge, mean of ${DRAWS} draws`,
        },
      ];
    }),
  ];
  return isMixed ? figures : figures.filter(({ name: figure }) => !figure.includes(": F1"));
}

async function sampleLines(): Promise<LabelledEvidence[]> {
  const good = (await readGoodQuestions()).map(({ question }) => ({ text: question, positive: true }));
  const quiet = (await readQuietLines()).map(({ text }) => ({ text, positive: false }));
  return againstSampleCorpus([...good, ...quiet].map((line, index) => ({ ...line, line: index + 1 })));
}

const prior = createGate({ question: 0.5 });
const figures: Figure[] = [];
function add(
  name: string,
  lines: LabelledEvidence[] | undefined,
  decided = lines?.map((line) => decide(prior, line)),
): void {
  if (decided === undefined)
    figures.push({ name, value: undefined, unit: "share", ran: "not run: data or index absent" });
  else figures.push(...figuresOf(name, decided));
}

const rejection = await rejectionLines();
add("sample questions, prior", await sampleLines());
add("rejection set, tuned", rejection, rejection && decideUnseen(rejection));
add("rejection set, prior", rejection);
add("squad2-zh, prior", await squadLines());
add(
  "chit-chat on the sample corpus, prior",
  (await chitchatSampleLines())?.filter(({ positive }) => !positive),
);
add(
  "chit-chat on the rejection corpus, prior",
  (await chitchatLines())?.filter(({ positive }) => !positive),
);
console.log("No real model was asked: the judge is simulated (see the head of bench/judge.ts).\n");
console.log(figureTable(figures));
