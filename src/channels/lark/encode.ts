import type { Post } from "../../core/channel.ts";
import { firstBytes } from "../cut-to-bytes.ts";
import { withSources } from "../source-list.ts";
import { splitMarkdown } from "../split-markdown.ts";
import { summarise, toCardMarkdown, toMessageText } from "./lark-markdown.ts";

/** What a card or a post may weigh, as the JSON that is sent. */
const MAX_CARD_BYTES = 30_000;
const MAX_FOOTER_BYTES = 4000;

/** The element that grows while an answer is written. */
export const ANSWER_ELEMENT = "answer";

/** A message as Lark takes it. */
export interface LarkContent {
  msgType: "interactive" | "post" | "text";
  /** JSON. */
  content: string;
}

/** One message of a post; what stands below an answer is in the last. */
export interface LarkPart {
  markdown: string;
  /** Sources, one a line; empty where there are none. */
  footer: string;
  /** The idempotency key that its feedback buttons carry; absent without buttons. */
  feedbackKey?: string;
}

/**
 * Cuts a post into messages that Lark takes. The same for the same post.
 * @param maxCardBytes of each card's JSON; default 30,000
 */
export function partsOfPost(
  post: Pick<Post, "markdown" | "citations" | "takesFeedback" | "idempotencyKey">,
  { maxCardBytes = MAX_CARD_BYTES }: { maxCardBytes?: number } = {},
): LarkPart[] {
  const sources = withSources(post.markdown, post.citations).slice(post.markdown.length).trim();
  const footer = firstBytes(sources, MAX_FOOTER_BYTES);
  const last = { footer, ...(post.takesFeedback && { feedbackKey: post.idempotencyKey }) };
  // What escapes add is known only afterwards; the sizes go down until everything fits.
  for (let maxBytes = Math.floor(maxCardBytes * 0.8); ; maxBytes = Math.floor(maxBytes * 0.75)) {
    const pieces = splitMarkdown(post.markdown, { maxBytes });
    const texts = pieces.length === 0 ? [""] : pieces;
    const parts = texts.map((markdown, index) =>
      index === texts.length - 1 ? { markdown, ...last } : { markdown, footer: "" },
    );
    if (maxBytes < 2000 || parts.every((part) => weigh(part) <= maxCardBytes)) return parts;
  }
}

/** Whether a text that is still growing fits into the card it is shown in. */
export function fitsCard(markdown: string): boolean {
  return weigh({ markdown, footer: "" }) <= MAX_CARD_BYTES;
}

/** @param mention open id of whoever is to be named before the text */
export function encodeCard(
  part: LarkPart,
  { mention, maxTables }: { mention?: string; maxTables?: number } = {},
): LarkContent {
  return { msgType: "interactive", content: JSON.stringify(cardOf(part, { mention, maxTables })) };
}

/** A card that an answer is written into. */
export function streamingCard({ summary }: { summary: string }): Record<string, unknown> {
  return {
    schema: "2.0",
    config: {
      update_multi: true,
      streaming_mode: true,
      summary: { content: summary },
      streaming_config: { print_frequency_ms: { default: 70 }, print_step: { default: 1 }, print_strategy: "fast" },
    },
    body: { elements: [{ tag: "markdown", element_id: ANSWER_ELEMENT, content: "" }] },
  };
}

/** Card JSON 2.0, complete and no longer streamed into. */
export function cardOf(
  { markdown, footer, feedbackKey }: LarkPart,
  { mention, maxTables }: { mention?: string | undefined; maxTables?: number | undefined } = {},
): Record<string, unknown> {
  const text = toCardMarkdown(markdown, maxTables === undefined ? {} : { maxTables });
  const named = mention === undefined ? text : `<at id=${mention}></at> ${text}`;
  const elements: unknown[] = [{ tag: "markdown", element_id: ANSWER_ELEMENT, content: named }];
  if (footer !== "") {
    const content = toCardMarkdown(footer);
    elements.push({ tag: "hr" }, { tag: "markdown", element_id: "sources", text_size: "notation", content });
  }
  if (feedbackKey !== undefined) elements.push(feedbackButtons(feedbackKey));
  return {
    schema: "2.0",
    config: { update_multi: true, streaming_mode: false, summary: { content: summarise(markdown) } },
    body: { elements },
  };
}

/** Rich text with one paragraph of Markdown. */
export function encodePost(part: LarkPart, { mention }: { mention?: string } = {}): LarkContent {
  const paragraphs: unknown[] = [[{ tag: "md", text: toMessageText(joined(part)) }]];
  if (mention !== undefined) paragraphs.unshift([{ tag: "at", user_id: mention }]);
  return { msgType: "post", content: JSON.stringify({ zh_cn: { title: "", content: paragraphs } }) };
}

export function encodeText(part: LarkPart, { mention }: { mention?: string } = {}): LarkContent {
  const text = toMessageText(joined(part));
  const named = mention === undefined ? text : `<at user_id="${mention}"></at> ${text}`;
  return { msgType: "text", content: JSON.stringify({ text: named }) };
}

function joined({ markdown, footer }: LarkPart): string {
  return footer === "" ? markdown : `${markdown}\n\n${footer}`;
}

function feedbackButtons(key: string): unknown {
  const column = (vote: "up" | "down", label: string): unknown => ({
    tag: "column",
    width: "auto",
    elements: [
      {
        tag: "button",
        text: { tag: "plain_text", content: label },
        type: "text",
        size: "small",
        behaviors: [{ type: "callback", value: { action: "feedback", vote, key } }],
      },
    ],
  });
  return { tag: "column_set", element_id: "feedback", columns: [column("up", "👍"), column("down", "👎")] };
}

function weigh(part: LarkPart): number {
  // The post weighs less than the card; the mention, added where a reply turns into a plain message, is small.
  return Buffer.byteLength(encodeCard(part).content) + 200;
}
