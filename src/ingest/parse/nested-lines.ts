import type { Block } from "../../core/document.ts";

interface Level {
  kind: "list" | "item" | "quote";
  /** What every line of the level starts with. */
  prefix: string;
  /** Replaces the prefix on an item's first line, until that line is written. */
  marker?: string;
  /** Number of the next item; `undefined` in a list without numbers. */
  nextNumber?: number | undefined;
}

/** Levels that are indented; deeper ones stay at this depth, or a page nested 10,000 deep would grow to gigabytes. */
const MAX_INDENTED_LEVELS = 8;

/** Writes nested lists and quotes as Markdown lines; the outermost one becomes a block. */
export class NestedLines {
  readonly #levels: Level[] = [];
  #pending: Level[] = [];
  #lines: string[] = [];

  get isOpen(): boolean {
    return this.#levels.length > 0;
  }

  openList(firstNumber?: number): void {
    this.#levels.push({ kind: "list", prefix: this.#prefix(), nextNumber: firstNumber });
  }

  openQuote(): void {
    this.#levels.push({ kind: "quote", prefix: this.#isDeep() ? this.#prefix() : `${this.#prefix()}> ` });
  }

  /** Opens an item; outside any list it opens one first. */
  openItem(givenNumber?: number): void {
    if (this.#levels.at(-1)?.kind !== "list") this.openList();
    const list = this.#levels.at(-1);
    const number = list?.nextNumber === undefined ? undefined : (givenNumber ?? list.nextNumber);
    if (list !== undefined && number !== undefined) list.nextNumber = number + 1;
    const bullet = number === undefined ? "- " : `${number}. `;
    const outer = this.#prefix();
    const item: Level = {
      kind: "item",
      prefix: this.#isDeep() ? outer : outer + " ".repeat(bullet.length),
      marker: outer + bullet,
    };
    this.#levels.push(item);
    this.#pending.push(item);
  }

  isInItem(): boolean {
    return this.#levels.at(-1)?.kind === "item";
  }

  /** Adds a piece of Markdown on lines of its own. */
  add(text: string): void {
    const level = this.#levels.at(-1);
    if (level?.kind === "quote" && this.#lines.length > 0 && this.#pending.length === 0) {
      this.#lines.push(level.prefix.trimEnd());
    }
    const marker = this.#pending.at(-1)?.marker;
    this.#pending = [];
    for (const [index, line] of text.split("\n").entries()) {
      this.#lines.push(((index === 0 ? marker : undefined) ?? this.#prefix()) + line);
    }
  }

  /** Closes levels up to and including the innermost of `kind`; gives a block when the outermost was closed. */
  close(kind: Level["kind"]): Block | undefined {
    const depth = this.#levels.findLastIndex((level) => level.kind === kind);
    if (depth < 0) return undefined;
    const outermost = this.#levels[0];
    this.#levels.length = depth;
    this.#pending = this.#pending.filter((level) => this.#levels.includes(level));
    return depth === 0 ? this.#finish(outermost) : undefined;
  }

  #finish(outermost: Level | undefined): Block | undefined {
    const text = this.#lines.join("\n");
    this.#lines = [];
    this.#pending = [];
    if (text.trim() === "") return undefined;
    return { kind: outermost?.kind === "quote" ? "quote" : "list", text };
  }

  #prefix(): string {
    return this.#levels.at(-1)?.prefix ?? "";
  }

  #isDeep(): boolean {
    return this.#levels.length >= MAX_INDENTED_LEVELS * 2;
  }
}
