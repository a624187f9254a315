import type { DeclineReason } from "../core/outcome.ts";
import { replyLanguage } from "./reply-language.ts";

/** One person hears that we cannot help at most once in this time. */
export const HONEST_LINE_GAP_MS = 60_000;

const LINES = {
  zh: {
    unknown: "文档里没有找到能回答这个问题的内容，就不乱说了。",
    unsafe: "这个问题我不便回答。",
    unclear: "没看明白要问什么，能再说具体一点吗？",
  },
  en: {
    unknown: "I found nothing in the documents that answers this, so I won't guess.",
    unsafe: "I can't help with that one.",
    unclear: "I'm not sure what you are asking; could you say a little more?",
  },
} as const;

const WORDS: Partial<Record<DeclineReason, keyof (typeof LINES)["zh"]>> = {
  unrelated: "unknown",
  unanswerable: "unknown",
  unsupported: "unknown",
  unsafe: "unsafe",
  "too-short": "unclear",
};

/**
 * What is said to somebody who asked us by name and gets no answer; undefined where silence is right: a greeting, a line to
 * somebody else, a budget that is used up, or the same person within a minute. Faults are never spoken of.
 * `lastAt`: when that person was told so last.
 */
export function honestLine(
  question: string,
  reason: DeclineReason,
  { now, lastAt }: { now: number; lastAt: number | undefined },
): string | undefined {
  const word = WORDS[reason];
  if (word === undefined) return undefined;
  if (lastAt !== undefined && now - lastAt < HONEST_LINE_GAP_MS) return undefined;
  return LINES[replyLanguage(question)][word];
}
