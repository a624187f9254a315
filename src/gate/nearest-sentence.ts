import type { Hit } from "../core/retriever.ts";
import { holdsAskedFigure } from "../core/question-type.ts";
import { sentenceSpans } from "../core/sentences.ts";
import type { QuestionFocus } from "./focus.ts";

export interface BestSentence {
  share: number;
  beyondTitle: number;
  figure: number;
  /** The sentences that hold as much as the best one, each with its headings and the sentence after it. */
  text: string;
}

/** Text of equally good sentences that is compared with a question; a list may have dozens. UTF-16 units. */
const NEAREST_CHARS = 800;

/** What a question scores whose whole subject is a document's title. */
const NEUTRAL = 0.5;

/**
 * The sentence, list item or table row that holds most of the question's subject together with its headings. `figure` is
 * how much of the subject stands beside the kind of figure that is asked for, less that share; 0 when none is asked for.
 */
export function bestSentence(question: string, focus: QuestionFocus, hits: Hit[]): BestSentence {
  let share = -1;
  let beyondTitle = 0;
  let withFigure: number | undefined;
  let text = "";
  for (const { chunk, title } of hits) {
    const path = plain([title, ...chunk.headings].join("\n"));
    const parts = sentencesOf(chunk.text);
    for (const [index, { heading, part }] of parts.entries()) {
      const said = plain(part);
      const held = 1 - focus.lookIn(`${path}\n${heading}\n${said}`).missing;
      if (held > share) text = path;
      if (held >= share && text.length < NEAREST_CHARS) {
        text += `\n${heading}\n${said}\n${plain(parts[index + 1]?.part ?? "")}`;
      }
      share = Math.max(share, held);
      beyondTitle = Math.max(beyondTitle, focus.heldBeyond(plain(title), `${heading}\n${said}`) ?? NEUTRAL);
      const holds = holdsAskedFigure(question, part);
      if (holds !== undefined) withFigure = Math.max(withFigure ?? 0, holds ? held : 0);
    }
  }
  share = Math.max(0, share);
  return { share, beyondTitle, figure: withFigure === undefined ? 0 : withFigure - share, text };
}

/** Sentences, list items and table rows of a passage; a row comes with the head of its table. */
function sentencesOf(passage: string): { heading: string; part: string }[] {
  const parts: { heading: string; part: string }[] = [];
  let heading = "";
  let header = "";
  for (const line of passage.split("\n")) {
    if (/^#{1,6}\s/u.test(line)) heading = plain(line);
    const isRow = line.startsWith("|");
    if (isRow && header === "") header = line;
    if (!isRow) header = "";
    if (isRow) parts.push({ heading, part: `${header}\n${line}` });
    else for (const { start, end } of sentenceSpans(line)) parts.push({ heading, part: line.slice(start, end) });
  }
  return parts;
}

/** NFKC and lower case, as texts are compared. */
export function plain(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
