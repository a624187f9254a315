/** One sentence, list item or code line of an answer, with the white space before it. */
export interface AnswerPiece {
  /** White space (line breaks) that stood before the sentence. */
  gap: string;
  /** The sentence with its `[n]`. */
  text: string;
}

const CITATIONS = /^[ \t]*(?:[【[]\s*\d{1,3}(?:\s*[,，、]\s*\d{1,3})*\s*[】\]][ \t]*)+/u;
const END = /[。！？!?]+[”’」』）)"']*|\.(?=["')\]]?(?:\s|\[))|\n/gu;
const FENCE = /^(?:```|~~~)/u;
const NO_END = /(?:\b(?:e\.g|i\.e|etc|vs|no|fig|cf|approx)|(?:^|\s|\*)\d{1,3}|(?:^|\s)[A-Za-z])$/iu;

/** Marks as some models write them, 【1】 and [1，2], as `[1]` and `[1][2]`. */
export function plainMarks(text: string): string {
  return text.replace(/[【[]\s*(\d{1,3}(?:\s*[,，、]\s*\d{1,3})*)\s*[】\]]/gu, (_, numbers: string) =>
    numbers
      .split(/[,，、]/u)
      .map((number) => `[${number.trim()}]`)
      .join(""),
  );
}

/**
 * Cuts a text that arrives in pieces into sentences as early as that is safe: a sentence ends where its mark and the
 * `[n]` behind it are followed by something else. Whatever the cuts of the stream, the sentences are the same.
 */
export class SentenceStream {
  #buffer = "";

  /** Takes a piece of text and gives the sentences that are complete now. */
  push(text: string): AnswerPiece[] {
    this.#buffer += text;
    return this.#take(false);
  }

  /** Gives what is left. */
  end(): AnswerPiece[] {
    return this.#take(true);
  }

  #take(final: boolean): AnswerPiece[] {
    const pieces: AnswerPiece[] = [];
    for (let end = this.#nextEnd(final); end !== undefined; end = this.#nextEnd(final)) {
      const raw = this.#buffer.slice(0, end);
      this.#buffer = this.#buffer.slice(end);
      const text = raw.trim();
      pieces.push({ gap: raw.slice(0, raw.length - raw.trimStart().length), text });
    }
    return pieces;
  }

  #nextEnd(final: boolean): number | undefined {
    const lead = this.#buffer.length - this.#buffer.trimStart().length;
    if (FENCE.test(this.#buffer.slice(lead, lead + 3))) return this.#fenceEnd(lead, final);
    END.lastIndex = lead;
    for (let match = END.exec(this.#buffer); match !== null; match = END.exec(this.#buffer)) {
      if (match[0] === "\n") return match.index;
      if (match[0] === "." && NO_END.test(this.#buffer.slice(lead, match.index))) continue;
      return this.#withCitations(match.index + match[0].length, final);
    }
    return final && this.#buffer.trim() !== "" ? this.#buffer.length : undefined;
  }

  /** Where the `[n]` behind `after` end; undefined while more of them might still come. */
  #withCitations(after: number, final: boolean): number | undefined {
    const rest = this.#buffer.slice(after);
    const cited = CITATIONS.exec(rest)?.[0] ?? "";
    const next = rest.slice(cited.length);
    if (!final && (next === "" || /^[ \t]*(?:[【[][\d\s,，、]*)?$/u.test(next))) return undefined;
    return after + cited.trimEnd().length;
  }

  /** A code block is one piece, to its closing fence. */
  #fenceEnd(lead: number, final: boolean): number | undefined {
    const close = /\n[ \t]*(?:```|~~~)/u.exec(this.#buffer.slice(lead + 3));
    if (close === null) return final ? this.#buffer.length : undefined;
    return this.#withCitations(lead + 3 + close.index + close[0].length, final);
  }
}
