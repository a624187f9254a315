import { passageText } from "../core/document.ts";
import type { Hit, RetrievalEvidence } from "../core/retriever.ts";
import { holdsAskedKind } from "../core/question-type.ts";
import { breadthLogOdds, logAddExp, meanOf } from "./breadth.ts";
import { askingPart, readCues } from "./cues.ts";
import { QuestionFocus } from "./focus.ts";
import { sigmoid } from "./logistic.ts";
import { nearMiss } from "./near-miss.ts";
import { bestSentence, plain } from "./nearest-sentence.ts";
import { passageLogOdds } from "./passage-way.ts";

/** Passages in which the subject of a question is looked for. */
const FOCUS_HITS = 5;

export interface AnswerableInput {
  question: string;
  hits: Hit[];
  evidence: RetrievalEvidence;
}

/**
 * What speaks for and against an answer in the documents, each scaled to about −1 … 2. A question in another language
 * than its passages shares no words with them: its word features are 0, and `foreign` has a weight of its own.
 */
export function answerableFeatures({ question, hits, evidence }: AnswerableInput): Record<string, number> {
  const { nearest } = evidence;
  const best = nearest[0] ?? 0;
  const near = hits.slice(0, FOCUS_HITS);
  const texts = near.map((hit) => plain(passageText(hit.title, hit.chunk)));
  const focus = subjectOf(question);
  const { missing } = focus.lookIn(texts.join("\n"));
  const sentence = bestSentence(question, focus, near);
  const miss = nearMiss(plain(question), sentence.text, texts.join("\n"));
  const foreign = isHan(question) !== isHan(texts[0] ?? "");
  const words = foreign ? 0 : 1;
  // In a corpus of a few passages a lead over the others and rare words mean little.
  const size = Math.log2(Math.max(1, Math.min(30, nearest.length))) / Math.log2(30);
  // A lone passage leads nobody.
  const margin = hits.length < 2 ? 0 : (hits[0]?.score ?? 0) - (hits[1]?.score ?? 0);
  return {
    // E5 cosines of unrelated texts lie near .8, of a question and its passage near .9.
    nearest: words * ((best - 0.85) / 0.05),
    foreign: 1 - words,
    foreignNearest: (1 - words) * ((best - 0.82) / 0.03),
    foreignLead: (1 - words) * size * ((best - meanOf(nearest)) / 0.03),
    size,
    lead: words * size * ((best - meanOf(nearest)) / 0.03),
    margin: Math.min(2, margin / 0.03),
    coverage: words * evidence.bestCoverage,
    lexical: words * size * (Math.log1p(evidence.bestLexical) / 3),
    missing: words * missing,
    unheardOf: words * (asksWhether(question) && missing >= UNHEARD_OF ? 1 : 0),
    sentence: words * sentence.share,
    figure: words * sentence.figure,
    beyondTitle: words * sentence.beyondTitle,
    negated: words * miss.negated,
    denied: words * miss.denied,
    opposite: words * miss.opposite,
    // Figures and names of models are written alike in every language.
    otherFigure: miss.otherFigure,
    askedKind: words * kindShown(question, sentence.text),
  };
}

/** 1 where the kind of answer that is asked for stands in the text, −1 where it does not, 0 where none is asked for. */
function kindShown(question: string, text: string): number {
  // The question's own figures answer nothing.
  const own = question.match(/\d+/gu) ?? [];
  const rest = own.reduce((left, figure) => left.replaceAll(figure, " "), text);
  const holds = holdsAskedKind(question, rest);
  return holds === undefined ? 0 : holds ? 1 : -1;
}

/** Share of a subject that is missing from which on the documents have not heard of what is asked about. */
const UNHEARD_OF = 0.25;

/** "Does it support X?", "may I keep X?": answered only where X is spoken of. */
function asksWhether(question: string): boolean {
  const { polar, interrogative } = readCues(question);
  return polar && !interrogative && !question.includes("还是");
}

/** Whether anything can be said of a line: there are passages, and its letters are ones the model knows. */
export function isJudgeable({ question, evidence }: Pick<AnswerableInput, "question" | "evidence">): boolean {
  return evidence.nearest.length > 0 && isReadable(question);
}

/** The prior's two ways to an answer, in log-odds: one passage that answers, or a body of documents on the subject. */
export interface PriorWays {
  passage: number;
  /** −∞ in a small corpus. */
  breadth: number;
}

export function priorWays(input: AnswerableInput, features = answerableFeatures(input)): PriorWays {
  const { question, evidence } = input;
  return {
    passage: passageLogOdds(features, evidence),
    breadth: breadthLogOdds(evidence, readCues(question).length),
  };
}

/** P(our documents answer the line) by the prior, 0 to 1; 0 for an empty index. */
export function judgeAnswerable(input: AnswerableInput): number {
  if (!isJudgeable(input)) return 0;
  const { passage, breadth } = priorWays(input);
  return sigmoid(logAddExp(passage, breadth));
}

/** Characters of subject without which a clause leans on the rest of its line ("那天要做什么"). */
const LEAST_SUBJECT = 4;

function subjectOf(question: string): QuestionFocus {
  const asking = new QuestionFocus(askingPart(question));
  return asking.size >= LEAST_SUBJECT ? asking : new QuestionFocus(question);
}

/**
 * Whether most letters are Chinese, Latin or kana: the shipped model knows few pieces of other scripts, so its cosines say
 * nothing about them.
 */
function isReadable(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const known = text.match(/\p{Script=Han}|\p{Script=Latin}|\p{Script=Hiragana}|\p{Script=Katakana}/gu)?.length ?? 0;
  return known * 2 >= letters;
}

/** Whether a text is Chinese by its letters; a third is enough, since technical Chinese is full of Latin names. */
function isHan(text: string): boolean {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const latin = text.match(/[A-Za-z]{2,}/gu)?.length ?? 0;
  return han > 0 && han >= latin / 2;
}
