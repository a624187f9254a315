import { z } from "zod";

/** Longest question, in characters. */
export const MAX_QUESTION_CHARS = 8000;

/** Any text; half a surrogate pair and NUL become something that every later reader takes. */
export const wellFormed = z.string().transform((text) => text.replaceAll("\u0000", " ").toWellFormed());

/** The name or id of something, in no more than so many characters. */
export function nameText(maxChars: number) {
  return z.string().min(1).max(maxChars).pipe(wellFormed);
}

export const questionText = z
  .string()
  .max(MAX_QUESTION_CHARS, `at most ${MAX_QUESTION_CHARS} characters`)
  .refine((text) => text.replaceAll("\u0000", " ").trim() !== "", "must not be empty")
  .pipe(wellFormed);
