import { AppError } from "../../core/errors.ts";
import type { LarkApi, LarkRequest, LarkResult } from "./api.ts";
import { ANSWER_ELEMENT } from "./encode.ts";

const CARDS = "/open-apis/cardkit/v1/cards";
/** Room for the changes of one run; a restart begins at the next multiple. */
const CHANGES_PER_EPOCH = 1_000_000;
/** `sequence` has 32 bits. */
const MAX_EPOCH = 2000;

/** One card that is changed by one change after another. */
export interface CardApi {
  /** Puts the whole text so far into the card. */
  putText(markdown: string, signal: AbortSignal): Promise<LarkResult>;
  /** Lets text flow in, or ends that. */
  setStreaming(isOn: boolean, options: { summary: string; signal: AbortSignal }): Promise<LarkResult>;
  /** Replaces everything. */
  putCard(card: Record<string, unknown>, signal: AbortSignal): Promise<LarkResult>;
}

/** Makes a card that is not shown anywhere yet. */
export async function createCard(
  api: LarkApi,
  card: Record<string, unknown>,
  signal: AbortSignal,
): Promise<{ kind: "created"; cardId: string } | { kind: "refused"; error: AppError }> {
  const result = await api.call({
    what: "create a card",
    method: "POST",
    path: CARDS,
    body: { type: "card_json", data: JSON.stringify(card) },
    limitedAs: "card-create",
    signal,
  });
  if (result.kind === "refused") return result;
  const cardId = result.data["card_id"];
  if (typeof cardId === "string") return { kind: "created", cardId };
  return { kind: "refused", error: new AppError("channel_rejected", "Lark made a card without saying its id") };
}

/**
 * Changes of a card with a `sequence` that rises from call to call, one at a time, also across restarts.
 * @param epoch from 0; higher than any that was used for the card before
 */
export function openCard(api: LarkApi, { cardId, epoch }: { cardId: string; epoch: number }): CardApi {
  let sequence = (epoch % MAX_EPOCH) * CHANGES_PER_EPOCH;
  let last: Promise<unknown> = Promise.resolve();
  const change = (
    request: Pick<LarkRequest, "what" | "method" | "limitedAs" | "signal"> & { under: string; body: object },
  ): Promise<LarkResult> => {
    const { under, body, ...rest } = request;
    const run = async (): Promise<LarkResult> => {
      sequence += 1;
      return api.call({ ...rest, path: `${CARDS}/${encodeURIComponent(cardId)}${under}`, body: { ...body, sequence } });
    };
    const result = last.then(run, run);
    last = result.catch(() => undefined);
    return result;
  };
  return {
    putText: (markdown, signal) =>
      change({
        what: "write into a card",
        method: "PUT",
        under: `/elements/${ANSWER_ELEMENT}/content`,
        body: { content: markdown },
        limitedAs: "card-text",
        signal,
      }),
    setStreaming: (isOn, { summary, signal }) =>
      change({
        what: "change a card's settings",
        method: "PATCH",
        under: "/settings",
        body: { settings: JSON.stringify({ config: { streaming_mode: isOn, summary: { content: summary } } }) },
        limitedAs: "card-settings",
        signal,
      }),
    putCard: (card, signal) =>
      change({
        what: "finish a card",
        method: "PUT",
        under: "",
        body: { card: { type: "card_json", data: JSON.stringify(card) } },
        limitedAs: "card-update",
        signal,
      }),
  };
}
