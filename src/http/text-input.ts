import { z } from "zod";

/** Longest question, in code points, as a JSON schema counts them. */
export const MAX_QUESTION_CHARS = 8000;

/** Any text; half a surrogate pair and NUL become something that every later reader takes. */
export const wellFormed = z.string().transform((text) => text.replaceAll("\u0000", " ").toWellFormed());

/** The name or id of something, in no more than so many characters. */
export function nameText(maxChars: number) {
  return z.string().min(1).max(maxChars).pipe(wellFormed);
}

const MAX_FILTERS = 50;
const MAX_STARS = 4;

/** Which documents an answer may come from: beginnings of sources, or globs. */
export const sourcesInput = z
  .array(
    // Every run of stars multiplies the ways in which a name may be read.
    nameText(500).refine((text) => (text.match(/\*+/gu) ?? []).length <= MAX_STARS, `at most ${MAX_STARS} wildcards`),
  )
  .min(1)
  .max(MAX_FILTERS)
  .describe("Beginnings of sources such as handbook/, or globs such as **/*.pdf; they narrow, and never widen");

export const filtersInput = z.strictObject({ sources: sourcesInput.optional() });

export const questionText = z
  .string()
  .max(MAX_QUESTION_CHARS, `at most ${MAX_QUESTION_CHARS} characters`)
  .refine((text) => text.replaceAll("\u0000", " ").trim() !== "", "must not be empty")
  .pipe(wellFormed);
