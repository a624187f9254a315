import { z } from "zod";
import { cutToBytes } from "../cut-to-bytes.ts";
import { splitMarkdown } from "../split-markdown.ts";
import { parseJson } from "./api-types.ts";

/** What is saved of an AI bot's post on its way. */
const progressSchema = z.discriminatedUnion("stage", [
  /** WeCom was told this much of it. */
  z.object({ stage: z.literal("showing"), shown: z.string() }),
  /** A poll has the whole text, or was about to get it. */
  z.object({ stage: z.literal("taken"), shown: z.string() }),
  /** The response address was used, or was about to be. */
  z.object({ stage: z.literal("responding") }),
  z.object({ stage: z.literal("done") }),
]);

export type BotProgress = z.infer<typeof progressSchema>;

export function readBotProgress(saved: string | undefined): BotProgress | undefined {
  const parsed = progressSchema.safeParse(saved === undefined ? undefined : parseJson(saved));
  return parsed.success ? parsed.data : undefined;
}

export function writeBotProgress(progress: BotProgress): string {
  return JSON.stringify(progress);
}

/** Bytes of UTF-8 in one bubble or one response. */
export const MAX_BUBBLE_BYTES = 20_480;

const MORE = "\n…";
const DIVIDER = "\n\n---\n\n";

/** The text in one bubble that goes on from what is shown, and what has no room in it. */
export function fillBubble(text: string, shown: string): { bubble: string; rest: string | undefined } {
  // An answer that turned out otherwise stands below what cannot be taken back.
  const whole = text.startsWith(shown) ? text : shown + DIVIDER + text;
  if (Buffer.byteLength(whole) <= MAX_BUBBLE_BYTES) return { bubble: whole, rest: undefined };
  const [first = "", second, ...more] = splitMarkdown(whole, { maxBytes: MAX_BUBBLE_BYTES - MORE.length * 2 });
  if (second !== undefined && first.startsWith(shown)) {
    return { bubble: first, rest: second + (more.length > 0 ? MORE : "") };
  }
  const hidden = whole.slice(shown.length);
  const [piece = ""] = cutToBytes(hidden, MAX_BUBBLE_BYTES - Buffer.byteLength(shown));
  return { bubble: shown + piece, rest: clipToBubble(hidden.slice(piece.length)) };
}

/** What fits of a text, with a mark where something is missing. */
export function clipToBubble(text: string): string {
  if (Buffer.byteLength(text) <= MAX_BUBBLE_BYTES) return text;
  const [first = ""] = splitMarkdown(text, { maxBytes: MAX_BUBBLE_BYTES - MORE.length * 2 });
  return first + MORE;
}
