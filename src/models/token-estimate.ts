import type { ChatMessage } from "../core/model.ts";

/** Tokens a message costs beyond its text: role and separators (OpenAI's cookbook counts 3 to 4). */
const MESSAGE_TOKENS = 4;

/** A run of letters this long is a hash, a link or base64, not a word; such text has about four characters a token. */
const LONGEST_WORD_CHARS = 20;

const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;
const WORD = /[^\s\p{P}\p{S}]+/gu;

/** Tokens of a text: Chinese characters + words × 1.3, the estimate of Aimhub's document. */
export function estimateTokens(text: string): number {
  let tokens = 0;
  const rest = text.replace(CJK, () => {
    tokens += 1;
    return " ";
  });
  for (const [word] of rest.matchAll(WORD)) {
    tokens += word.length > LONGEST_WORD_CHARS ? word.length / 4 : 1.3;
  }
  return Math.ceil(tokens);
}

/** Tokens of a whole prompt. */
export function estimatePromptTokens(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, message) => sum + estimateTokens(message.content) + MESSAGE_TOKENS, 0);
}

/** The longest beginning of a text that has at most so many tokens by the estimate; no character is split. */
export function cutToTokens(text: string, maxTokens: number): string {
  if (estimateTokens(text) <= maxTokens) return text;
  let [fits, tooLong] = [0, text.length];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (estimateTokens(text.slice(0, middle)) <= maxTokens) fits = middle;
    else tooLong = middle;
  }
  const isHalf = /[\uD800-\uDBFF]/.test(text.charAt(fits - 1));
  return text.slice(0, isHalf ? fits - 1 : fits);
}
