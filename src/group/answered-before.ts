import { containment, overlapTerms } from "../core/terms.ts";
import { replyLanguage } from "./reply-language.ts";

/** An answer that the same group got. */
export interface EarlierAnswer {
  /** Key of its post. */
  postKey: string;
  /** The question as it was understood. */
  question: string;
  markdown: string;
  /** When it was posted: milliseconds since 1970. */
  postedAt: number;
  /** Passages it rests on. */
  chunkIds: readonly string[];
  /** Hash of the documents it rests on. */
  corpus: string;
  /** The platform's ids of the post; empty where it gives none. */
  messageIds: readonly string[];
  askerName?: string;
}

export interface AnsweredBeforeOptions {
  /** Milliseconds since 1970. */
  now: number;
  /** Hash of the documents now. */
  corpus: string;
  /** Whether the index still holds a passage. */
  hasChunk: (chunkId: string) => boolean;
  /** Cosine of two questions, where vectors are at hand. */
  similarity?: ((earlierQuestion: string) => number | undefined) | undefined;
}

const WITHIN_MS = 24 * 3_600_000;
/** Cosine from which two questions may be the same; this model puts most questions of one field above .9. */
const SAME_COSINE = 0.965;
/** Shared terms from which they are the same without a vector, and beside one. */
const SAME_TERMS = 0.8;
const AKIN_TERMS = 0.6;
const SUMMARY_CHARS = 80;
/** Said around a question, without changing it. */
const MANNERS =
  /请问|请教|想问|问一?下|问个|大家好?|各位|你好|您好|有[人谁]知道|谁知道|麻烦|帮忙|一下|[的了呢吗嘛啊呀吧哈是个]|[?？!！。，,]|\b(?:the|an?|is|are|do|does|did|can|could|should|i|we|you|please|anyone|know|hi|hello|hey)\b/gu;

/** The newest answer of the last 24 hours to the same question whose evidence has not changed. */
export function answeredBefore(
  question: string,
  earlier: readonly EarlierAnswer[],
  { now, corpus, hasChunk, similarity }: AnsweredBeforeOptions,
): EarlierAnswer | undefined {
  return earlier
    .filter((answer) => now - answer.postedAt <= WITHIN_MS && answer.postedAt <= now)
    .filter((answer) => answer.corpus === corpus && answer.chunkIds.every(hasChunk))
    .toSorted((left, right) => right.postedAt - left.postedAt)
    .find((answer) => isSameQuestion(question, answer.question, similarity?.(answer.question)));
}

/**
 * Whether two questions ask the same. One word makes another question (入住 for 退宿, 12.1 for 11.8), and vectors hardly see
 * it: where each of the two says something that the other does not, they differ, whatever their cosine.
 */
export function isSameQuestion(one: string, other: string, cosine?: number): boolean {
  const [left, right] = [bareQuestion(one), bareQuestion(other)];
  if (squeezed(left) === squeezed(right)) return squeezed(left) !== "";
  const [leftUnits, rightUnits] = [unitsOf(left), unitsOf(right)];
  if (hasMore(leftUnits, rightUnits) && hasMore(rightUnits, leftUnits)) return false;
  const [leftTerms, rightTerms] = [overlapTerms(left), overlapTerms(right)];
  if (leftTerms.size === 0 || rightTerms.size === 0) return false;
  const shared = Math.min(containment(leftTerms, rightTerms), containment(rightTerms, leftTerms));
  return shared >= SAME_TERMS || (cosine !== undefined && cosine >= SAME_COSINE && shared >= AKIN_TERMS);
}

/** A few words that lead to the earlier answer, instead of the same essay again. */
export function pointerText(
  question: string,
  earlier: EarlierAnswer,
  options: { now: number; timezone: string },
): string {
  const summary = summaryOf(earlier.markdown);
  const when = timeOf(earlier.postedAt, options);
  return replyLanguage(question) === "zh"
    ? `这个问题 ${when} 在群里答过，请往上翻。要点：\n${summary}`
    : `Answered here at ${when}; please scroll up. In short:\n${summary}`;
}

/** The first sentences, without their citations, which are of the earlier post. */
function summaryOf(markdown: string): string {
  const plain = markdown
    .replace(/```[\s\S]*?(?:```|$)/gu, " ")
    .replace(/\s*\[\d+\]/gu, "")
    .split("\n")
    .map((line) => line.replace(/^(?:[#>*-]+|\d+[.)])\s+/u, "").trim())
    .filter((line) => line !== "")
    .join(" ");
  const characters = Array.from(plain);
  return characters.length <= SUMMARY_CHARS ? plain : `${characters.slice(0, SUMMARY_CHARS).join("")}…`;
}

function timeOf(at: number, { now, timezone }: { now: number; timezone: string }): string {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: timezone,
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const [day, time] = format.format(at).split(", ");
  return day === format.format(now).split(", ")[0] ? `${time}` : `${day} ${time}`;
}

function squeezed(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\p{P}\p{S}]+/gu, "");
}

/** A question without its manners, spelt one way. */
function bareQuestion(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(MANNERS, (found) => (/\p{Script=Han}/u.test(found) ? "" : " "))
    .replace(/如何|怎样|咋/gu, "怎么")
    .replace(/啥/gu, "什么");
}

/** What a text says: Chinese characters and words of other scripts. */
function unitsOf(text: string): Set<string> {
  return new Set(text.match(/\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{N}_.])+/gu) ?? []);
}

function hasMore(units: ReadonlySet<string>, than: ReadonlySet<string>): boolean {
  return [...units].some((unit) => !than.has(unit));
}
