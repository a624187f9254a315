const OPEN = "<think>";
const CLOSE = "</think>";

/** Keeps a model's thoughts out of its answer. */
export interface ThinkFilter {
  /** Takes the next piece of the reply; gives what of it may be shown. */
  push(text: string): string;
  /** Gives what was held back in case a tag began there. */
  end(): string;
}

/**
 * Removes `<think>…</think>` (DeepSeek-R1, Qwen and others write it into the text) however the pieces are cut, and
 * the white space before the answer. An unclosed thought swallows the rest: the reply was cut while thinking.
 */
export function createThinkFilter(): ThinkFilter {
  let held = "";
  let isThinking = false;
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
      const tag = isThinking ? CLOSE : OPEN;
      const at = held.indexOf(tag);
      if (at === -1) {
        const keep = partialTagLength(held, tag);
        const ready = held.slice(0, held.length - keep);
        held = held.slice(held.length - keep);
        return isThinking ? shown : shown + show(ready);
      }
      if (!isThinking) {
        shown += show(held.slice(0, at));
      }
      held = held.slice(at + tag.length);
      isThinking = !isThinking;
    }
  }

  function end(): string {
    const rest = isThinking ? "" : show(held);
    held = "";
    return rest;
  }

  return { push, end };
}

/** Length of the longest end of `text` that begins `tag`. */
function partialTagLength(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(tag.slice(0, length))) {
      return length;
    }
  }
  return 0;
}
