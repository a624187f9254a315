import type { Messages } from "./messages/en.ts";
import { usageError } from "./report-error.ts";

/** Longest question, in code points; the HTTP side has the same limit. */
export const MAX_QUESTION_CHARS = 8_000;

/** What reading needs of the command's context. */
export interface ReadContext {
  text: Messages;
  signal: AbortSignal;
}

/** Bytes of stdin that are read at most; more is too long in any encoding. */
const MAX_STDIN_BYTES = 4 * 1024 * 1024;

/**
 * The question of the command line: its words joined, or stdin for a single `-`.
 * @throws AppError `usage` for an empty question or one over 8,000 characters
 */
export async function readQuestion(
  words: string[],
  input: AsyncIterable<unknown>,
  context: ReadContext,
): Promise<string> {
  const { text, signal } = context;
  const raw =
    words.length === 1 && words[0] === "-"
      ? await Promise.race([readAll(input), interrupted(signal)])
      : words.join(" ");
  const question = cleanLine(raw);
  if (question === "") throw usageError(text.usage.noQuestion);
  const length = Array.from(question).length;
  if (length > MAX_QUESTION_CHARS) {
    throw usageError(text.usage.questionTooLong(length, MAX_QUESTION_CHARS));
  }
  return question;
}

/** Text without NUL, broken surrogates and surrounding space, so that nothing later on meets them. */
export function cleanLine(text: string): string {
  return text.toWellFormed().replaceAll("\0", "").trim();
}

/** Rejects on Ctrl-C: to be raced with a read, for a writer may never close its end of a pipe. */
export function interrupted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(new DOMException("Reading was interrupted.", "AbortError"));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

async function readAll(input: AsyncIterable<unknown>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of input) {
    const chunk = part instanceof Uint8Array ? part : Buffer.from(String(part));
    parts.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > MAX_STDIN_BYTES) break;
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}
