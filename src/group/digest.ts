import type { Citation } from "../core/outcome.ts";
import { replyLanguage } from "./reply-language.ts";

/** An answer that waited for the end of quiet hours. */
export interface DeferredAnswer {
  key: string;
  question: string;
  askerName?: string | undefined;
  markdown: string;
  citations: readonly Citation[];
  /** No longer worth saying after this: milliseconds since 1970. */
  expiresAt: number;
  /** Whether people have settled it, or it was taken back. */
  isSettled: boolean;
}

export interface Digest {
  /** Keys of the answers it says. */
  said: string[];
  /** Keys of those left out, with the reason. */
  leftOut: { key: string; reason: "too-old" | "human-first" }[];
  /** Undefined when nothing is left to say; with one answer it is that answer. */
  markdown: string | undefined;
  citations: Citation[];
}

const QUESTION_CHARS = 60;

/** One post of all that waited through the night, in the order it was asked; citations are numbered anew. */
export function composeDigest(waited: readonly DeferredAnswer[], now: number): Digest {
  const leftOut: Digest["leftOut"] = [];
  const kept: DeferredAnswer[] = [];
  for (const answer of waited) {
    if (answer.isSettled) leftOut.push({ key: answer.key, reason: "human-first" });
    else if (answer.expiresAt < now) leftOut.push({ key: answer.key, reason: "too-old" });
    else kept.push(answer);
  }
  const said = kept.map(({ key }) => key);
  const [first] = kept;
  if (first === undefined) return { said, leftOut, markdown: undefined, citations: [] };
  if (kept.length === 1) return { said, leftOut, markdown: first.markdown, citations: [...first.citations] };
  const citations: Citation[] = [];
  const parts = kept.map((answer) => {
    const shift = citations.length;
    const numbers = new Map(answer.citations.map(({ n }, index) => [n, shift + index + 1]));
    citations.push(...answer.citations.map((citation, index) => ({ ...citation, n: shift + index + 1 })));
    return `${headingOf(answer)}\n${renumbered(answer.markdown, numbers)}`;
  });
  const isChinese = replyLanguage(kept.map(({ question }) => question).join(" ")) === "zh";
  const heading = isChinese ? `安静时段里的 ${kept.length} 个问题：` : `${kept.length} questions from the quiet hours:`;
  return { said, leftOut, markdown: [heading, ...parts].join("\n\n"), citations };
}

function headingOf({ question, askerName }: DeferredAnswer): string {
  const characters = Array.from(question.replace(/\s+/gu, " ").replace(/[*_`[\]]/gu, ""));
  const short =
    characters.length > QUESTION_CHARS ? `${characters.slice(0, QUESTION_CHARS).join("")}…` : characters.join("");
  return askerName === undefined ? `**${short}**` : `**${askerName.replace(/[*_`[\]\s]+/gu, " ").trim()}: ${short}**`;
}

function renumbered(markdown: string, numbers: ReadonlyMap<number, number>): string {
  return markdown.replace(/\[(\d{1,3})\](?!\()/gu, (whole, n: string) => {
    const renewed = numbers.get(Number(n));
    return renewed === undefined ? whole : `[${renewed}]`;
  });
}
