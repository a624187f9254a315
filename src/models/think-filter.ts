/** Opening tags of thoughts and what ends them: DeepSeek-R1, Qwen and others write the first, some prompts the second. */
const TAGS: [open: string, close: string][] = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
];

/** Keeps a model's thoughts out of its answer. */
export interface ThinkFilter {
  /** Takes the next piece of the reply; gives what of it may be shown. */
  push(text: string): string;
  /** Gives what was held back in case a tag began there. */
  end(): string;
}

/**
 * Removes `<think>…</think>` and `<thinking>…</thinking>` however the pieces are cut, and the white space before the
 * answer. An unclosed thought swallows the rest: the reply was cut while thinking.
 */
export function createThinkFilter(): ThinkFilter {
  let held = "";
  /** What ends the present thought. */
  let close: string | undefined;
  let hasShown = false;

  function show(text: string): string {
    const shown = hasShown ? text : text.trimStart();
    hasShown ||= shown !== "";
    return shown;
  }

  function push(text: string): string {
    held += text;
    let shown = "";
    for (;;) {
      const tag = firstTag(held, close);
      if (tag === undefined) {
        const keep = partialTagLength(held, close);
        const ready = held.slice(0, held.length - keep);
        held = held.slice(held.length - keep);
        return close === undefined ? shown + show(ready) : shown;
      }
      if (close === undefined) shown += show(held.slice(0, tag.at));
      held = held.slice(tag.at + tag.length);
      close = close === undefined ? tag.close : undefined;
    }
  }

  function end(): string {
    const rest = close === undefined ? show(held) : "";
    held = "";
    return rest;
  }

  return { push, end };
}

/** A streamed reply as its reader sees it: without thoughts, handed on piece by piece. */
export interface VisibleText {
  push(text: string): void;
  /** Hands on what was held back. @returns the whole text */
  end(): string;
}

/**
 * Hands on the pieces that are no thought. A chat template that writes the opening tag itself leaves a stream with the
 * closing one only: when that comes, what was handed on is taken back where `takeBack` says that it can be.
 */
export function createVisibleText(onText: (text: string) => void, takeBack: () => boolean): VisibleText {
  let filter = createThinkFilter();
  let text = "";

  function emit(piece: string): void {
    if (piece === "") return;
    // Only the new end is looked at: a long reply would be searched a thousand times over.
    const orphan = orphanEnd(text + piece, text.length);
    if (orphan !== undefined && (text === "" || takeBack())) {
      const rest = (text + piece).slice(orphan);
      text = "";
      filter = createThinkFilter();
      emit(filter.push(rest));
      return;
    }
    text += piece;
    onText(piece);
  }

  return {
    push: (piece) => emit(filter.push(piece)),
    end() {
      emit(filter.end());
      return text;
    },
  };
}

/** A whole reply without its thoughts, such as end at a tag that was never opened. */
export function withoutThoughts(text: string): string {
  const visible = createVisibleText(
    () => undefined,
    () => true,
  );
  visible.push(text);
  return visible.end();
}

/** Position after a closing tag that nothing opened, from somewhat before `from` on. */
function orphanEnd(text: string, from: number): number | undefined {
  for (const [, close] of TAGS) {
    const at = text.indexOf(close, Math.max(0, from - close.length));
    if (at !== -1) return at + close.length;
  }
  return undefined;
}

/** Where the next tag stands: the one that ends the thought, else the first that opens one. */
function firstTag(text: string, close: string | undefined): { at: number; length: number; close: string } | undefined {
  const wanted = close === undefined ? TAGS : [[close, close] as const];
  return wanted
    .map(([tag, end]) => ({ at: text.indexOf(tag), length: tag.length, close: end }))
    .filter(({ at }) => at !== -1)
    .toSorted((left, right) => left.at - right.at)[0];
}

/** Length of the longest end of `text` that begins one of the wanted tags. */
function partialTagLength(text: string, close: string | undefined): number {
  const wanted = close === undefined ? TAGS.map(([open]) => open) : [close];
  const longest = Math.max(...wanted.map((tag) => tag.length)) - 1;
  for (let length = Math.min(longest, text.length); length > 0; length -= 1) {
    const ending = text.slice(-length);
    if (wanted.some((tag) => tag.startsWith(ending) && tag.length > length)) return length;
  }
  return 0;
}
