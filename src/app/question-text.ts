import { AppError } from "../core/errors.ts";

/** Longest question, in code points, as a JSON schema counts them. */
const MAX_QUESTION_CHARS = 8000;
/** Longer lines are cut before they are embedded, as the retriever does with queries. */
const MAX_QUERY_CHARS = 4000;

/** A chat line of anybody, as far as it is looked up. */
export function asQuery(line: string): string {
  return line.slice(0, MAX_QUERY_CHARS).replaceAll("\u0000", " ").toWellFormed();
}

/** @throws AppError `usage` for a question that is empty or too long */
export function checkQuestion(question: string): string {
  const text = question.replaceAll("\u0000", " ").toWellFormed().trim();
  if (text === "") throw new AppError("usage", "The question is empty: say what you want to know.");
  const length = Array.from(text).length;
  if (length <= MAX_QUESTION_CHARS) return text;
  throw new AppError(
    "usage",
    `The question has ${length} characters; ${MAX_QUESTION_CHARS} are read at most. Shorten it, or put long logs into a document.`,
  );
}
