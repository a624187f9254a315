import type { LarkResult } from "./api.ts";
import type { CardApi } from "./card-api.ts";
import { cardOf, type LarkPart } from "./encode.ts";
import { summarise, toCardMarkdown } from "./lark-markdown.ts";

/**
 * Gives a card its final text, ends the streaming, and adds sources and buttons. `refused`: Lark does not take it, or
 * the card is gone.
 * @throws AppError `channel_*`, `aborted`
 */
export async function finishCard(card: CardApi, part: LarkPart, signal: AbortSignal): Promise<"finished" | "refused"> {
  // Lets the rest of the text run in before everything is replaced. Streaming may be over by itself: then that does it.
  const text = await card.putText(toCardMarkdown(part.markdown), signal);
  if (isGone(text)) return "refused";
  const closed = await card.setStreaming(false, { summary: summarise(part.markdown), signal });
  if (isGone(closed)) return "refused";
  // Less and less that Lark could object to: first all, then without tables.
  for (const maxTables of [undefined, 0]) {
    const result = await putWithFreshSequence(card, cardOf(part, { maxTables }), signal);
    if (result.kind === "done") return "finished";
    const { kind } = result.refusal;
    if (kind === "card-gone" || kind === "too-long" || kind === "rejected") return "refused";
    if (kind !== "card") throw result.error;
  }
  return "refused";
}

/** A change that was made although its reply got lost is refused when it comes again; one with the next number is not. */
async function putWithFreshSequence(
  card: CardApi,
  json: Record<string, unknown>,
  signal: AbortSignal,
): Promise<LarkResult> {
  const result = await card.putCard(json, signal);
  const isStale = result.kind === "refused" && result.refusal.kind === "sequence";
  return isStale ? card.putCard(json, signal) : result;
}

function isGone(result: LarkResult): boolean {
  return result.kind === "refused" && result.refusal.kind === "card-gone";
}
