import type { EmbeddingModel, NumberedPassage, PassageAnswerer } from "../../core/model.ts";
import { overlapTerms } from "../../core/terms.ts";
import { questionType, typeMatch, type QuestionType } from "./question-type.ts";
import { readUnits, type Unit } from "./units.ts";

/** Units that are embedded for one answer; the rest is left out by its words. At some 3 ms each this bounds the time. */
const MAX_EMBEDDED = 40;
/** Longest answer, in characters. */
const MAX_ANSWER_CHARS = 900;
/** Units in an answer to a question that asks for one thing. */
const MAX_FACT_UNITS = 3;
/** Longest list, in units, that is told whole. */
const MAX_LIST_UNITS = 16;

// Weights of a unit's score, chosen on the dev half of corpus/questions (bench/RESULTS.md).
const WEIGHT_WORDS = 0.5;
const WEIGHT_TYPE = 0.12;
const WEIGHT_PASSAGE = 0.05;
/** Units within this distance of the best one are said too. */
const NEAR_BEST = 0.1;

interface ScoredUnit {
  unit: Unit;
  passage: NumberedPassage;
  /** Position of the passage in the ranking, from 0. */
  rank: number;
  score: number;
}

/**
 * Answers with the sentences, list items and table rows of the passages that bear the question, in the order of the
 * documents, each with its `[n]`. A question for a procedure or an enumeration gets the whole list.
 */
export function createExtractiveAnswerer(embedding: EmbeddingModel): PassageAnswerer {
  return {
    id: "extractive",
    async answer(question, passages, signal) {
      const type = questionType(question);
      const scored = await scoreUnits(question, type, passages, embedding, signal);
      const chosen = chooseUnits(scored, type);
      return {
        text: sayUnits(chosen),
        model: "extractive",
        usage: { prompt: 0, completion: 0 },
        truncated: false,
        warnings: [],
      };
    },
  };
}

async function scoreUnits(
  question: string,
  type: QuestionType,
  passages: NumberedPassage[],
  embedding: EmbeddingModel,
  signal: AbortSignal,
): Promise<ScoredUnit[]> {
  const units = passages.flatMap((passage, rank) => {
    const context = passage.headings.at(-1) ?? passage.title;
    return readUnits(passage.text, context).map((unit): ScoredUnit => ({ unit, passage, rank, score: 0 }));
  });
  const wanted = overlapTerms(question);
  const weights = termWeights(wanted, units.map(({ unit }) => overlapTerms(`${unit.context} ${unit.text}`)));
  for (const entry of units) {
    const own = coverage(wanted, overlapTerms(entry.unit.text), weights);
    const withContext = coverage(wanted, overlapTerms(`${entry.unit.context} ${entry.unit.text}`), weights);
    const words = 0.5 * own + 0.5 * withContext;
    entry.score = WEIGHT_WORDS * words + WEIGHT_TYPE * typeMatch(type, entry.unit.text) - WEIGHT_PASSAGE * entry.rank;
  }
  const near = units.toSorted((a, b) => b.score - a.score).slice(0, MAX_EMBEDDED);
  const [query] = await embedding.embed([question], "query", signal);
  const vectors = await embedding.embed(
    near.map(({ unit }) => `${unit.context}\n${unit.text}`),
    "passage",
    signal,
  );
  // E5 cosines live between some .75 and .92; stretched to about 0–1 they weigh like the other parts.
  near.forEach((entry, index) => {
    entry.score += (dot(query, vectors[index]) - 0.75) / 0.17;
  });
  return near.toSorted((a, b) => b.score - a.score);
}

/** Terms that fewer units hold say more; a term that no unit holds says nothing about which one to choose. */
function termWeights(wanted: ReadonlySet<string>, units: ReadonlySet<string>[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const term of wanted) {
    const holders = units.filter((unit) => unit.has(term)).length;
    if (holders > 0) weights.set(term, Math.log(1 + units.length / holders));
  }
  return weights;
}

function coverage(wanted: ReadonlySet<string>, held: ReadonlySet<string>, weights: Map<string, number>): number {
  let total = 0;
  let found = 0;
  for (const term of wanted) {
    const weight = weights.get(term) ?? 0;
    total += weight;
    if (held.has(term)) found += weight;
  }
  return total === 0 ? 0 : found / total;
}

function chooseUnits(scored: ScoredUnit[], type: QuestionType): ScoredUnit[] {
  const best = scored[0];
  if (best === undefined) return [];
  const chosen = new Set<ScoredUnit>();
  if (type.list) {
    // The whole list or section that the best unit stands in, then what else comes close.
    for (const entry of scored) {
      if (entry.passage === best.passage && (entry.unit.group === best.unit.group || entry.unit.context === best.unit.context)) {
        if (chosen.size < MAX_LIST_UNITS) chosen.add(entry);
      }
    }
  }
  const most = type.list ? chosen.size + MAX_FACT_UNITS : MAX_FACT_UNITS;
  for (const entry of scored) {
    if (chosen.size >= most) break;
    if (entry.score >= best.score - NEAR_BEST) chosen.add(entry);
  }
  return withinLength([...chosen]);
}

/** The best units whose text fits, in the order of passages and of their places. */
function withinLength(units: ScoredUnit[]): ScoredUnit[] {
  let room = MAX_ANSWER_CHARS;
  const kept: ScoredUnit[] = [];
  for (const entry of units.toSorted((a, b) => b.score - a.score)) {
    if (entry.unit.text.length > room && kept.length > 0) continue;
    kept.push(entry);
    room -= entry.unit.text.length;
  }
  return kept.toSorted((a, b) => a.rank - b.rank || a.unit.order - b.unit.order);
}

function sayUnits(units: ScoredUnit[]): string {
  const lines: string[] = [];
  for (const { unit, passage } of units) {
    const marker = unit.kind === "row" ? "- " : "";
    lines.push(unit.kind === "code" ? `${unit.text} [${passage.n}]` : `${marker}${cite(unit.text, passage.n)}`);
  }
  return lines.join("\n");
}

/** The mark stands behind the last word, so that an item of several sentences has it on each. */
function cite(text: string, n: number): string {
  return `${text} [${n}]`;
}

function dot(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a === undefined || b === undefined) return 0;
  let sum = 0;
  for (let axis = 0; axis < a.length; axis++) sum += (a[axis] ?? 0) * (b[axis] ?? 0);
  return sum;
}
