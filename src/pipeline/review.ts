import type { Citation } from "../core/outcome.ts";
import { containment, overlapTerms } from "../core/terms.ts";
import { factsOf, factSource, missingFacts, titledNames, type FactSource } from "./facts.ts";
import { languageOf } from "./language.ts";
import { quoteFor } from "./quote.ts";
import { plainMarks, SentenceStream, type AnswerPiece } from "./sentence-stream.ts";
import type { Language, Material } from "./turn.ts";

/**
 * Least share of a sentence's terms that its source must hold, when both are in one language. Paraphrases of a passage
 * keep far more; a sentence made up from the question's words alone falls below.
 */
const MINIMUM_SUPPORT = 0.3;
/** A sentence without a citation gets one only when a passage says nearly the same. */
const ATTACH_SUPPORT = 0.5;
/** Longest line, in characters, that may stand without support because it only leads to the next ("步骤如下："). */
const LEAD_CHARS = 60;

export interface ReviewOptions {
  material: Material[];
  /** Receives checked text as soon as it is sure; joined it is the answer. */
  onText?: ((text: string) => void) | undefined;
  /** Told about each sentence that was dropped, and why. */
  onDrop?: ((sentence: string, why: string) => void) | undefined;
  /** Keeps `[n]` in the text. */
  cite: boolean;
}

export interface Reviewed {
  answer: string;
  citations: Citation[];
}

/** What is compared with a sentence is read when a sentence first needs it: most passages are never cited. */
class Source {
  readonly material: Material;
  readonly language: Language;
  #text: string | undefined;
  #facts: FactSource | undefined;
  #terms: Set<string> | undefined;

  constructor(material: Material) {
    this.material = material;
    this.language = languageOf(material.text);
  }

  get facts(): FactSource {
    return (this.#facts ??= factSource(this.#whole()));
  }

  get terms(): Set<string> {
    return (this.#terms ??= overlapTerms(this.#whole()));
  }

  #whole(): string {
    const { hit, chunks, text } = this.material;
    return (this.#text ??= [hit.title, hit.source, ...chunks.flatMap(({ headings }) => headings), text].join("\n"));
  }
}

/**
 * Checks an answer sentence by sentence while it arrives. A `[n]` without its passage is removed; a sentence whose
 * numbers, addresses or names its passage does not hold is moved to a passage that does, or dropped; a sentence nobody
 * supports is dropped. Numbers are dealt anew in the order of use, so every `[n]` has its citation.
 */
export class Reviewer {
  readonly #sources: Source[];
  readonly #options: ReviewOptions;
  readonly #stream = new SentenceStream();
  /** Number in the material → number in the answer. */
  readonly #numbers = new Map<number, number>();
  readonly #supported = new Map<number, string[]>();
  #answer = "";
  /** `[n]` of the sentence said last, not written yet. */
  #heldMarks = "";
  /** Lines that only lead to what follows; they are said when something follows. */
  #pending: AnswerPiece[] = [];

  constructor(options: ReviewOptions) {
    this.#options = options;
    this.#sources = options.material.map((material) => new Source(material));
  }

  push(text: string): void {
    for (const piece of this.#stream.push(text)) this.#review(piece);
  }

  /** The checked answer; empty when nothing was supported. */
  end(): Reviewed {
    for (const piece of this.#stream.end()) this.#review(piece);
    this.#emit(this.#heldMarks);
    this.#heldMarks = "";
    return { answer: this.#answer, citations: this.#citations() };
  }

  #review(piece: AnswerPiece): void {
    // In a code block [0] is code; its marks stand behind the closing fence.
    const code = /^(?:```|~~~)[\s\S]*\n[ \t]*(?:```|~~~)/u.exec(piece.text)?.[0] ?? "";
    const rest = plainMarks(piece.text.slice(code.length));
    const cited = [...rest.matchAll(/\[(\d{1,3})\]/gu)].map((match) => Number(match[1]));
    const bare = `${code}${rest.replace(/[ \t]*\[\d{1,3}\]/gu, "")}`.trim();
    if (bare === "") return;
    if (isLead(bare) && cited.length === 0) {
      this.#pending.push({ gap: piece.gap, text: bare });
      return;
    }
    const verdict = this.#support(bare, cited);
    if ("missing" in verdict) {
      this.#options.onDrop?.(bare, verdict.missing);
      return;
    }
    for (const lead of this.#pending.splice(0)) this.#say(lead.gap, lead.text, []);
    this.#say(piece.gap, bare, verdict.numbers);
  }

  #support(sentence: string, cited: number[]): { numbers: number[] } | { missing: string } {
    const facts = factsOf(sentence);
    const terms = overlapTerms(sentence);
    const language = languageOf(sentence);
    const named = this.#sources.filter((source) => cited.includes(source.material.n));
    const factsHold = (sources: Source[]): boolean =>
      missingFacts(facts, factsFrom(sources)).length === 0 &&
      titledNames(sentence).every((name) => sources.some((source) => source.facts.text.includes(name)));
    // Words of a translated sentence cannot be compared; its figures and names can.
    const wordsHold = named.some(
      (source) => source.language !== language || containment(terms, source.terms) >= MINIMUM_SUPPORT,
    );
    if (wordsHold && factsHold(named)) return { numbers: named.map((source) => source.material.n) };
    const best = this.#sources
      .map((source) => ({ source, share: containment(terms, source.terms) }))
      .filter(({ source, share }) => share >= ATTACH_SUPPORT && factsHold([source]))
      .toSorted((a, b) => b.share - a.share)[0];
    if (best !== undefined) return { numbers: [best.source.material.n] };
    const missing = missingFacts(facts, factsFrom(named.length > 0 ? named : this.#sources));
    return { missing: missing.length > 0 ? missing.join(", ") : "no passage says so" };
  }

  #say(gap: string, sentence: string, sources: number[]): void {
    const numbers = sources.map((n) => {
      const number = this.#numbers.get(n) ?? this.#numbers.size + 1;
      this.#numbers.set(n, number);
      this.#supported.set(n, [...(this.#supported.get(n) ?? []), sentence]);
      return number;
    });
    const marks = this.#options.cite ? numbers.map((number) => `[${number}]`).join("") : "";
    const goesOn = marks !== "" && this.#heldMarks.trim() === marks && !gap.includes("\n");
    if (!goesOn) this.#emit(this.#heldMarks);
    const row = marks !== "" && sentence.endsWith("|");
    this.#emit(`${this.#answer === "" ? "" : gap}${row ? `${sentence.slice(0, -1).trimEnd()} ${marks} |` : sentence}`);
    // The marks follow when the line or its sources end, so that a paragraph from one passage has them once.
    this.#heldMarks = row || marks === "" ? "" : `${markGap(sentence)}${marks}`;
  }

  #emit(text: string): void {
    if (text === "") return;
    this.#answer += text;
    this.#options.onText?.(text);
  }

  #citations(): Citation[] {
    const citations: Citation[] = [];
    for (const [n, number] of this.#numbers) {
      const source = this.#sources.find((candidate) => candidate.material.n === n);
      if (source === undefined) continue;
      const { hit } = source.material;
      const { quote, chunk } = quoteFor(source.material, this.#supported.get(n) ?? []);
      citations.push({
        n: number,
        source: hit.source,
        title: hit.title,
        headings: chunk.headings,
        ...(chunk.page === undefined ? {} : { page: chunk.page }),
        quote,
        chunkId: chunk.id,
      });
    }
    return citations;
  }
}

function factsFrom(sources: Source[]): FactSource[] {
  return sources.map((source) => source.facts);
}

function isLead(sentence: string): boolean {
  return (
    sentence.length <= LEAD_CHARS && /[：:]\**$|^#{1,6}\s|^\*\*[^*]+\*\*[：:]?$|^(?:```\w*|~~~\w*)$/u.test(sentence)
  );
}

/** A closing code fence must stand alone on its line; Latin text has a space before the marks. */
function markGap(sentence: string): string {
  if (/(?:```|~~~)$/u.test(sentence)) return "\n";
  return /[A-Za-z0-9.)]$/u.test(sentence) ? " " : "";
}
