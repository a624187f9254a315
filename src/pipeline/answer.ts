import { errorMessage, isAppError } from "../core/errors.ts";
import type { ChatMessage, ChatModel, ChatRequest, PassageAnswerer, TokenUsage } from "../core/model.ts";
import type { Hit, Retriever } from "../core/retriever.ts";
import { selectMaterial, shortenMaterial } from "./material.ts";
import { buildPrompt, NO_ANSWER } from "./prompt.ts";
import { Reviewer, type Reviewed } from "./review.ts";
import type { Step, StepAround } from "./step.ts";
import type { Accepted, Drafted, Material } from "./turn.ts";

export interface AnswerOptions {
  /** Tried first; absent when the owner has no model. */
  model: ChatModel | undefined;
  /** Answers without a model, or when the model failed. */
  extractive: PassageAnswerer;
  retriever: Pick<Retriever, "neighbours">;
  fold: (hits: Hit[]) => Hit[];
  maxContextChars: number;
  cite: boolean;
  /** Unguessable text for the envelope, a new one each call. */
  createNonce: () => string;
  /** The last look over an answer runs within it, as `review`. */
  around?: StepAround;
}

interface Attempt extends Reviewed {
  model: string;
  usage: TokenUsage;
  /** The model said that the material does not answer. */
  refused: boolean;
  clearHistory?: boolean;
}

/** Passages the extractive answerer may read, best first. */
const EXTRACTIVE_PASSAGES = 5;
/** A refusal stands within the first characters of the reply; later it is part of a sentence about something else. */
const REFUSAL_CHARS = 40;

/**
 * Writes the answer and checks it while it is written. A refusal of the model is a decline; a failed model gives way to
 * the extractive answerer with a note; an answer with nothing left after the check is a decline.
 */
export function answer(options: AnswerOptions): Step<Accepted, Drafted> {
  return async function answerStep(turn, signal) {
    const material = selectMaterial(turn.hits, {
      maxChars: options.maxContextChars,
      fold: options.fold,
      retriever: options.retriever,
    });
    const attempt =
      (await askModel(options, turn, material, signal)) ?? (await extract(options, turn, material, signal));
    if (attempt.refused) return { end: { kind: "declined", reason: "unanswerable" } };
    if (attempt.answer === "") return { end: { kind: "declined", reason: "unsupported" } };
    const { answer: text, citations, model, usage, clearHistory = false } = attempt;
    return { next: { ...turn, answer: text, citations, model, usage, clearHistory } };
  };
}

async function askModel(
  options: AnswerOptions,
  turn: Accepted,
  material: Material[],
  signal: AbortSignal,
): Promise<Attempt | undefined> {
  const { model } = options;
  if (model === undefined) return undefined;
  const { question, history, language } = turn;
  const nonce = options.createNonce();
  const promptOf = (given: Material[]): ChatMessage[] =>
    buildPrompt({ question, history, material: given, language, nonce });
  let draft = createDraft(options, turn, material);
  let noted: unknown;
  const request: ChatRequest = {
    messages: promptOf(material),
    temperature: 0.1,
    language,
    shorten: (fits) => {
      const kept = shortenMaterial(material, (given) => fits(promptOf(given)));
      turn.note(`material-cut: ${kept.length} of ${material.length} passages fit the model's window`);
      return promptOf(kept);
    },
    onFailure: (failed, error) => {
      noted = error;
      turn.note(`model-failed: ${failed}: ${error.message}`);
    },
    takeBack: () => {
      if (draft.isSaid()) return false;
      draft = createDraft(options, turn, material);
      return true;
    },
  };
  try {
    const reply = await (model.stream?.(request, (text) => draft.take(text), signal) ??
      model.complete(request, signal));
    if (model.stream === undefined) draft.take(reply.text);
    for (const warning of reply.warnings) turn.note(warning);
    const { model: id, usage, clearHistory = false } = reply;
    return { ...(await ending(options, () => draft.end())), model: id, usage, clearHistory };
  } catch (error) {
    signal.throwIfAborted();
    // Only operational faults give way to the extractive answer, and only while nothing was said yet.
    if (!isAppError(error) || draft.isSaid()) throw error;
    if (error !== noted) turn.note(`model-failed: ${errorMessage(error)}`);
    return undefined;
  }
}

interface Draft {
  take(text: string): void;
  /** Whether somebody has seen some of it. */
  isSaid(): boolean;
  end(): Reviewed & { refused: boolean };
}

/** Reviews a reply as it comes; its first characters are held back until they cannot be a refusal any more. */
function createDraft(options: AnswerOptions, turn: Accepted, material: Material[]): Draft {
  let said = false;
  let head = "";
  const reviewer = new Reviewer({
    material,
    cite: options.cite,
    onText: (text) => {
      said = turn.onText !== undefined;
      turn.onText?.(text);
    },
    onDrop: (sentence, why) => turn.note(`sentence-dropped: ${why}: ${sentence.slice(0, 80)}`),
  });
  return {
    take(text) {
      if (head.length >= REFUSAL_CHARS) {
        reviewer.push(text);
        return;
      }
      head += text;
      if (head.length >= REFUSAL_CHARS && !head.includes(NO_ANSWER)) reviewer.push(head);
    },
    isSaid: () => said,
    end() {
      if (head.includes(NO_ANSWER)) return { answer: "", citations: [], refused: true };
      if (head.length < REFUSAL_CHARS) reviewer.push(head);
      return { ...reviewer.end(), refused: false };
    },
  };
}

async function extract(
  options: AnswerOptions,
  turn: Accepted,
  material: Material[],
  signal: AbortSignal,
): Promise<Attempt> {
  const passages = material.slice(0, EXTRACTIVE_PASSAGES).map((item) => ({
    n: item.n,
    title: item.hit.title,
    headings: item.hit.chunk.headings,
    text: item.text,
  }));
  const reply = await options.extractive.answer(turn.query, passages, signal);
  const reviewer = new Reviewer({ material, cite: options.cite, onText: turn.onText });
  reviewer.push(reply.text);
  const reviewed = await ending(options, () => reviewer.end());
  return { ...reviewed, model: reply.model, usage: reply.usage, refused: false };
}

async function ending<T>({ around }: AnswerOptions, end: () => T): Promise<T> {
  return around === undefined ? end() : around("review", async () => end());
}
