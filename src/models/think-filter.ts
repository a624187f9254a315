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

/**
 * A whole reply without its thoughts. A chat template that writes the opening tag itself leaves a reply with the closing
 * one only: what stands before it was thought as well.
 */
export function withoutThoughts(text: string): string {
  let visible = text;
  for (const [open, close] of TAGS) {
    const at = visible.indexOf(close);
    if (at !== -1 && !visible.slice(0, at).includes(open)) visible = visible.slice(at + close.length);
  }
  const filter = createThinkFilter();
  return filter.push(visible) + filter.end();
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
