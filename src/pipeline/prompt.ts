import type { HistoryTurn } from "../core/message.ts";
import type { ChatMessage } from "../core/model.ts";
import { languageOf } from "./language.ts";
import { en } from "./prompts/en.ts";
import type { PromptTexts } from "./prompts/prompt-texts.ts";
import { zh } from "./prompts/zh.ts";
import type { Language, Material } from "./turn.ts";

/** What a model says when the material does not answer; looked for anywhere in a short reply. */
export const NO_ANSWER = "NO_ANSWER";

/** History turns handed to the model, newest kept. */
const HISTORY_TURNS = 6;
/** Characters of one earlier turn that are kept: enough to know what was talked about. */
const HISTORY_CHARS = 800;

export interface PromptInput {
  question: string;
  history: HistoryTurn[];
  material: Material[];
  /** Language to answer in. */
  language: Language;
  /** Unguessable text for the envelope's markers, so that no document can close the envelope. */
  nonce: string;
}

/**
 * Builds the messages for one answer. The material stands in the user message between two marker lines that hold a nonce;
 * a passage that contains the nonce by chance cannot exist because it is drawn after the passages were written.
 */
export function buildPrompt(input: PromptInput): ChatMessage[] {
  // The instructions follow the language of the question; the answer's language is named in them.
  const texts: PromptTexts = languageOf(input.question) === "zh" ? zh : en;
  const content = [
    texts.materialIntro,
    enclose(describePassages(input.material), input.nonce),
    `${texts.question}: ${input.question}`,
    texts.closing.replace("{language}", texts.languageName[input.language]),
  ].join("\n");
  return [
    { role: "system", content: texts.system.replace("{noAnswer}", NO_ANSWER) },
    ...recentTurns(input.history),
    { role: "user", content },
  ];
}

/** The passages, each after its number and place. A document's own [4] must not look like the number of a passage. */
export function describePassages(material: Material[]): string {
  return material
    .map((item) => `[${item.n}] ${placeOf(item)}\n${item.text.replace(/\[(\d{1,3})\]/gu, "［$1］")}`)
    .join("\n\n");
}

/** Data between two marker lines that hold the nonce. */
export function enclose(data: string, nonce: string): string {
  const marker = `<<<${nonce}>>>`;
  return [marker, data, marker].join("\n");
}

function placeOf(item: Material): string {
  const { title, chunk } = item.hit;
  const page = chunk.page === undefined ? "" : ` (p. ${chunk.page})`;
  return [title, ...chunk.headings.filter((heading) => heading !== title)].join(" > ") + page;
}

/** The newest questions with their answers: gateways demand that roles alternate, so one without an answer is left out. */
function recentTurns(history: HistoryTurn[]): ChatMessage[] {
  return history
    .filter((_, place) => isAnswered(history, place))
    .slice(-HISTORY_TURNS)
    .map((turn) => ({ role: turn.role, content: turn.content.slice(0, HISTORY_CHARS) }));
}

/** Whether a turn is a question right before an answer, or that answer. */
function isAnswered(history: HistoryTurn[], place: number): boolean {
  const first = history[place]?.role === "user" ? place : place - 1;
  return history[first]?.role === "user" && history[first + 1]?.role === "assistant";
}
