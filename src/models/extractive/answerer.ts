import type { EmbeddingKind, EmbeddingModel, NumberedPassage, PassageAnswerer } from "../../core/model.ts";
import { containment, overlapTerms } from "../../core/terms.ts";
import { questionType, typeMatch, type QuestionType } from "../../core/question-type.ts";
import { rememberVectors } from "./sentence-vectors.ts";
import { readUnits, type Unit } from "./units.ts";

/** Units that are embedded for one answer; the rest is left out by its words. At some 3 ms each this bounds the time. */
const MAX_EMBEDDED = 40;
/** Longest answer, in characters. */
const MAX_ANSWER_CHARS = 900;
/** Units in an answer to a question that asks for one thing. */
const MAX_FACT_UNITS = 5;
/** Longest list, in units, that is told whole. */
const MAX_LIST_UNITS = 16;
/** A section of at most so many characters is told whole when its best sentence answers: half a rule misleads. */
const SHORT_SECTION_CHARS = 260;

// Weights of a unit's score, chosen on the dev half of corpus/questions (bench/RESULTS.md).
const WEIGHT_WORDS = 0.5;
/** Share of a foreign question's terms in the passages at which words count fully. */
const TRUSTED_SHARE = 0.5;
const WEIGHT_TYPE = 0.12;
const WEIGHT_PASSAGE = 0.1;
/** A lead says nothing alone, and code answers only who asks for code; both come with what they belong to. */
const ALONE_PENALTY = 0.5;
/** What a unit may be worse than the best one for covering words of the question that nothing said so far covers. */
const NEAR_BEST = 0.35;
/** Least gain of a further unit: its new share of the question, of what is asked for, and its closeness to the best. */
const LEAST_GAIN = 0.16;
const WEIGHT_FRESH = 0.5;
const WEIGHT_FACTS = 0.3;
/** Questions of one line that are looked at apart. */
const MAX_PARTS = 3;
/** What a unit must score for a part; one that only shares the subject stays below. */
const LEAST_PART_SCORE = 1.3;
/** What it may be worse than the best one for that part, which may be said already. */
const NEAR_PART = 0.25;
/** A longer heading is no name of a table. */
const MAX_TABLE_NAME_CHARS = 50;
/** A unit that repeats so much of what was said adds nothing. */
const REPEATS = 0.85;

/** Units of one language that have a mean worth comparing. */
const LEAST_UNITS = 3;

type Embed = (texts: string[], kind: EmbeddingKind) => Promise<Float32Array[]>;

/** A unit with what every question that is asked of it looks at. */
interface ReadUnit {
  unit: Unit;
  passage: NumberedPassage;
  /** Position of the passage in the ranking, from 0. */
  rank: number;
  ownTerms: ReadonlySet<string>;
  /** Those of title and headings too: every sentence of a document is about what its title names. */
  terms: ReadonlySet<string>;
  titleTerms: ReadonlySet<string>;
  isChinese: boolean;
}

interface ScoredUnit extends ReadUnit {
  score: number;
  /** Terms of the question in the unit and what it is about. */
  held: Set<string>;
}

/**
 * Answers with the sentences, list items and table rows of the passages that bear the question, in the order of the
 * documents, each with its `[n]`. A question for a procedure or an enumeration gets the whole list. Keep one for many questions:
 * it remembers the vectors of sentences.
 */
export function createExtractiveAnswerer(embedding: EmbeddingModel): PassageAnswerer {
  const embedTexts = rememberVectors(embedding);
  return {
    id: "extractive",
    async answer(question, passages, signal) {
      const embed: Embed = (texts, kind) => embedTexts(texts, kind, signal);
      const type = questionType(question);
      const read = passages.flatMap(readPassage);
      const scored = await scoreUnits(question, type, read, embed);
      const chosen = chooseUnits(scored, type);
      for (const part of partsOf(question)) {
        const found = forPart(scored, await scoreUnits(part, questionType(part), read, embed), chosen);
        if (found !== undefined) chosen.push(found);
      }
      return {
        text: sayUnits(inOrder(chosen)),
        model: "extractive",
        usage: { prompt: 0, completion: 0 },
        truncated: false,
        warnings: [],
      };
    },
  };
}

/** The questions in a line that asks several things ("洗一次几块钱，烘干呢"); none when it asks one. */
function partsOf(question: string): string[] {
  const parts = question
    .split(/[，,；;。？?！!]|还有|以及|\band\b/u)
    .map((part) => part.trim())
    .filter((part) => part.length >= 3);
  return parts.length < 2 ? [] : parts.slice(0, MAX_PARTS);
}

/**
 * The best unit for one of several questions that is not said yet, when it comes close to the best one there is. A part
 * may leave its subject to the rest of the line ("超了怎么收费"), so the score for the whole line counts by half.
 */
function forPart(whole: Scoring, part: Scoring, chosen: ScoredUnit[]): ScoredUnit | undefined {
  const scoreOf = new Map(whole.units.map((entry) => [placeOf(entry), entry.score]));
  const ranked = part.units
    .map((entry) => ({ entry, score: entry.score + 0.5 * (scoreOf.get(placeOf(entry)) ?? 0) }))
    .toSorted((a, b) => b.score - a.score);
  const next = ranked.find(({ entry }) => !isSaid(entry, chosen));
  const least = Math.max(LEAST_PART_SCORE, (ranked[0]?.score ?? 0) - NEAR_PART);
  return next !== undefined && next.score >= least ? next.entry : undefined;
}

function placeOf({ passage, unit }: ScoredUnit): string {
  return `${passage.n}:${unit.order}`;
}

function isSaid(entry: ScoredUnit, chosen: ScoredUnit[]): boolean {
  const said = overlapTerms(chosen.map(({ unit }) => unit.text).join("\n"));
  return repeats(entry, said);
}

/** Rows of one table share most of their words and still say different things. */
function repeats({ unit, ownTerms }: ReadUnit, said: ReadonlySet<string>): boolean {
  return containment(ownTerms, said) >= (unit.kind === "row" ? 1 : REPEATS);
}

/** In the order of passages and of their places. */
function inOrder(units: ScoredUnit[]): ScoredUnit[] {
  return units.toSorted((a, b) => a.rank - b.rank || a.unit.order - b.unit.order);
}

interface Scoring {
  /** Best first. */
  units: ScoredUnit[];
  /** Weight of each term of the question that some unit holds. */
  weights: Map<string, number>;
}

function readPassage(passage: NumberedPassage, rank: number): ReadUnit[] {
  const { title, headings, text } = passage;
  const titleTerms = overlapTerms(title);
  const isChinese = hasChinese(text);
  return readUnits(text, headings.at(-1) ?? title).map((unit) => ({
    unit,
    passage,
    rank,
    ownTerms: overlapTerms(unit.text),
    terms: overlapTerms([title, ...headings, unit.context, unit.text].join("\n")),
    titleTerms,
    isChinese,
  }));
}

async function scoreUnits(question: string, type: QuestionType, units: ReadUnit[], embed: Embed): Promise<Scoring> {
  const wanted = overlapTerms(question);
  const weights = termWeights(
    wanted,
    units.map(({ terms }) => terms),
  );
  // In another language than the documents' a shared word is chance ("move out", "timed out"): then meaning decides.
  const foreignTrust = Math.min(1, weights.size / Math.max(1, wanted.size) / TRUSTED_SHARE) ** 3;
  const isChinese = hasChinese(question);
  const scored = units.map((entry): ScoredUnit => {
    // That a sentence repeats the title's words is no merit of its own.
    const ownWanted = new Set([...wanted].filter((term) => !entry.titleTerms.has(term)));
    const own = coverage(ownWanted, entry.ownTerms, weights);
    const withContext = coverage(wanted, entry.terms, weights);
    const words = 0.5 * own + 0.5 * withContext;
    const trust = entry.isChinese === isChinese ? 1 : foreignTrust;
    const alone = entry.unit.kind === "lead" || (entry.unit.kind === "code" && !type.code) ? ALONE_PENALTY : 0;
    const score =
      WEIGHT_WORDS * trust * words +
      WEIGHT_TYPE * typeMatch(type, entry.unit.text) -
      WEIGHT_PASSAGE * entry.rank -
      alone;
    const held = new Set([...wanted].filter((term) => entry.terms.has(term)));
    return { ...entry, score, held };
  });
  const near = scored.toSorted((a, b) => b.score - a.score).slice(0, MAX_EMBEDDED);
  const [query] = await embed([question], "query");
  const vectors = await embed(
    near.map(({ unit }) => `${unit.context}\n${unit.text}`),
    "passage",
  );
  // E5 cosines live between some .75 and .92; stretched to about 0–1 they weigh like the other parts.
  const cosines = balanceLanguages(
    near,
    vectors.map((vector) => dot(query, vector)),
  );
  near.forEach((entry, index) => {
    entry.score += ((cosines[index] ?? 0) - 0.75) / 0.17;
  });
  return { units: near.toSorted((a, b) => b.score - a.score), weights };
}

/**
 * Sentences in the question's language lie nearer to it than those in another whatever they say, so each language's are raised
 * to the mean of the one that lies nearest.
 */
function balanceLanguages(units: ScoredUnit[], cosines: number[]): number[] {
  const isChinese = units.map((entry) => entry.isChinese);
  const meanOf = (chinese: boolean): number | undefined => {
    const own = cosines.filter((_, index) => isChinese[index] === chinese);
    return own.length < LEAST_UNITS ? undefined : own.reduce((sum, cosine) => sum + cosine, 0) / own.length;
  };
  const [chinese, other] = [meanOf(true), meanOf(false)];
  if (chinese === undefined || other === undefined) return cosines;
  const nearest = Math.max(chinese, other);
  return cosines.map((cosine, index) => cosine + nearest - (isChinese[index] === true ? chinese : other));
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

function chooseUnits({ units, weights }: Scoring, type: QuestionType): ScoredUnit[] {
  const best = units[0];
  if (best === undefined) return [];
  const chosen = new Set<ScoredUnit>([best]);
  for (const entry of wholeOf(best, units, type)) chosen.add(entry);
  const most = chosen.size + MAX_FACT_UNITS - 1;
  while (chosen.size < most) {
    const next = bestAddition(units, chosen, { best, weights, type });
    if (next === undefined) break;
    chosen.add(next);
  }
  const leads = [...chosen].filter((entry) => entry.unit.kind === "lead");
  for (const follower of leads.flatMap((lead) => followersOf(lead, units))) chosen.add(follower);
  return withinLength([...chosen]);
}

/** What a lead leads to: the items, rows or code below it. */
function followersOf(lead: ScoredUnit, units: ScoredUnit[]): ScoredUnit[] {
  return units
    .filter((entry) => entry.passage === lead.passage && entry.unit.context.endsWith(lead.unit.text))
    .slice(0, MAX_LIST_UNITS);
}

/** The list that a unit belongs to when a list is asked for, or its whole section when that is short. */
function wholeOf(best: ScoredUnit, units: ScoredUnit[], type: QuestionType): ScoredUnit[] {
  const section = units.filter((entry) => entry.passage === best.passage && entry.unit.section === best.unit.section);
  const length = section.reduce((sum, entry) => sum + entry.unit.text.length, 0);
  if (length <= SHORT_SECTION_CHARS) return section;
  if (!type.list) return [];
  const list = section.filter(
    (entry) => entry.unit.group === best.unit.group || entry.unit.context === best.unit.context,
  );
  const leads = section.filter((entry) => entry.unit.kind === "lead" && best.unit.context.endsWith(entry.unit.text));
  return [...list.filter((entry) => entry.unit.kind !== "row"), ...leads].slice(0, MAX_LIST_UNITS);
}

interface AdditionContext {
  best: ScoredUnit;
  weights: Map<string, number>;
  type: QuestionType;
}

/** The unit that adds most: words of the question not covered yet, a kind of fact not shown yet, closeness to the best. */
function bestAddition(
  units: ScoredUnit[],
  chosen: ReadonlySet<ScoredUnit>,
  { best, weights, type }: AdditionContext,
): ScoredUnit | undefined {
  const covered = new Set([...chosen].flatMap((entry) => [...entry.held]));
  const said = [...chosen].map((entry) => entry.unit.text).join("\n");
  const saidTerms = overlapTerms(said);
  const shown = typeMatch(type, said);
  let total = 0;
  for (const weight of weights.values()) total += weight;
  let found: { entry: ScoredUnit; gain: number } | undefined;
  for (const entry of units) {
    const behind = best.score - entry.score;
    if (chosen.has(entry) || behind > NEAR_BEST) continue;
    if (repeats(entry, saidTerms)) continue;
    let fresh = 0;
    for (const term of entry.held) if (!covered.has(term)) fresh += weights.get(term) ?? 0;
    const share = total === 0 ? 0 : fresh / total;
    const facts = typeMatch(type, `${said}\n${entry.unit.text}`) - shown;
    const gain = WEIGHT_FRESH * share + WEIGHT_FACTS * facts + (NEAR_BEST - behind);
    if (gain >= LEAST_GAIN && (found === undefined || gain > found.gain)) found = { entry, gain };
  }
  return found?.entry;
}

/** The best units whose text fits. */
function withinLength(units: ScoredUnit[]): ScoredUnit[] {
  let room = MAX_ANSWER_CHARS;
  const kept: ScoredUnit[] = [];
  for (const entry of units.toSorted((a, b) => b.score - a.score)) {
    if (entry.unit.text.length > room && kept.length > 0) continue;
    kept.push(entry);
    room -= entry.unit.text.length;
  }
  return kept;
}

function sayUnits(units: ScoredUnit[]): string {
  const lines = units.flatMap(({ unit, passage }, index) => {
    const next = units[index + 1];
    // What follows a lead bears its mark.
    if (unit.kind === "lead" && next?.passage === passage && next.unit.context.endsWith(unit.text)) return [unit.text];
    if (unit.kind !== "row") return [cite(unit.text, passage.n)];
    // A row alone does not say which table it is from.
    const before = units[index - 1];
    const goesOn = before?.unit.kind === "row" && before.passage === passage && before.unit.section === unit.section;
    const table =
      goesOn || unit.section.length > MAX_TABLE_NAME_CHARS ? [] : [`${unit.section}${colonFor(unit.section)}`];
    return [...table, `- ${cite(unit.text, passage.n)}`];
  });
  return lines.join("\n");
}

function hasChinese(text: string): boolean {
  return /\p{Script=Han}/u.test(text);
}

function colonFor(text: string): string {
  return hasChinese(text) ? "：" : ":";
}

/** The mark stands behind the last word, so that an item of several sentences has it on each. */
function cite(text: string, n: number): string {
  // [4] in a passage is the document's own; only code keeps it as it is.
  const own = /^(?:```|~~~)/u.test(text) ? text : text.replace(/\[(\d{1,3})\]/gu, "［$1］");
  return `${own} [${n}]`;
}

function dot(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a === undefined || b === undefined) return 0;
  let sum = 0;
  for (let axis = 0; axis < a.length; axis++) sum += (a[axis] ?? 0) * (b[axis] ?? 0);
  return sum;
}
