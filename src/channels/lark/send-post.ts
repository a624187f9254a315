import type { Post, PostTarget, SendProgress, SendReceipt } from "../../core/channel.ts";
import { AppError, isAppError } from "../../core/errors.ts";
import type { Clock } from "../../core/runtime.ts";
import type { LarkApi } from "./api.ts";
import { openCard } from "./card-api.ts";
import { partsOfPost, type LarkPart } from "./encode.ts";
import { finishCard } from "./finish-card.ts";
import { messageIdOf, postMessage, postPart, uuidOf } from "./post-message.ts";
import { openSendState, type CardState, type SendState } from "./send-state.ts";

/** Lark shows a message once for an hour; a little less, since its clock is not ours. */
export const REPEATABLE_MS = 55 * 60_000;

/** Faults after which the message is surely not there. */
const NOT_SHOWN = ["channel_limited", "channel_unreachable", "channel_rejected", "channel_unauthorised"] as const;

export interface PostContext {
  api: LarkApi;
  clock: Clock;
  /** Begins every message of a fault, such as `lark "hr"`. */
  name: string;
}

/**
 * Posts, or goes on with what a run before began: with the card that was being written into, else with the part that
 * comes next. What nobody can tell any more after an hour stays unknown and is not sent again.
 * @throws AppError `channel_*`, `aborted`
 */
export async function sendPost(
  context: PostContext,
  { post, progress, signal }: { post: Post; progress: SendProgress; signal: AbortSignal },
): Promise<SendReceipt> {
  return sendFromState(context, { post, state: openSendState(progress), signal });
}

/** As `sendPost`, for a state that is open already. @throws AppError `channel_*`, `aborted` */
export async function sendFromState(
  context: PostContext,
  { post, state, signal }: { post: Post; state: SendState; signal: AbortSignal },
): Promise<SendReceipt> {
  const parts = partsOfPost(post);
  if (state.card === undefined) return sendWholeMessages(context, { post, parts, state, signal });
  const shown = await finishShownCard(context, { post, part: parts[0], state, signal });
  if (shown === undefined) return sendWholeMessages(context, { post, parts, state, signal });
  const rest = await sendWholeMessages(context, { post, parts, state, signal, from: 1 });
  return { messageIds: [shown, ...rest.messageIds] };
}

/** Shows the card's message if that is not certain yet. Resolves with its id. @throws AppError `channel_*`, `aborted` */
export async function showCard(
  { api, clock, name }: PostContext,
  { target, key, state, signal }: { target: PostTarget; key: string; state: SendState; signal: AbortSignal },
): Promise<string> {
  const card = demandCard(state);
  if (card.messageId !== undefined) return card.messageId;
  if (clock.now() - card.begunAt > REPEATABLE_MS) {
    const fault = "its card may or may not be shown; it is not sent again";
    throw new AppError("channel_unknown_outcome", `${name}: could not go on with a message: ${fault}`);
  }
  const content = JSON.stringify({ type: "card", data: { card_id: card.id } });
  const uuid = uuidOf(key, { part: 0, generation: state.generation });
  const result = await postMessage(api, () => ({ msgType: "interactive", content }), { target, uuid, signal });
  if (result.kind === "refused") throw result.error;
  const messageId = messageIdOf(result);
  await state.setCard({ ...demandCard(state), messageId });
  return messageId;
}

/** Withdraws what is shown of a card that is of no use any more. False when Lark does not let us. */
export async function withdrawCard(
  { api }: PostContext,
  { card, signal }: { card: CardState; signal: AbortSignal },
): Promise<boolean> {
  if (card.messageId === undefined) return true;
  try {
    await recallMessage(api, card.messageId, signal);
    return true;
  } catch (error) {
    if (!isAppError(error) || error.code === "aborted") throw error;
    return false;
  }
}

/** @throws AppError `channel_*`, `aborted`; not where the message is gone already */
export async function recallMessage(api: LarkApi, messageId: string, signal: AbortSignal): Promise<void> {
  const result = await api.call({
    what: "recall a message",
    method: "DELETE",
    path: `/open-apis/im/v1/messages/${encodeURIComponent(messageId)}`,
    limitedAs: "recall",
    signal,
  });
  if (result.kind === "refused" && result.refusal.kind !== "no-target") throw result.error;
}

/** Resolves with the id of the card's message; undefined when the card is given up and withdrawn. */
async function finishShownCard(
  context: PostContext,
  { post, part, state, signal }: { post: Post; part: LarkPart | undefined; state: SendState; signal: AbortSignal },
): Promise<string | undefined> {
  const before = demandCard(state);
  if (part === undefined) throw new Error("a post has at least one part");
  if (before.isFinished && before.messageId !== undefined) return before.messageId;
  // On the disk before it is used: a crash in between only leaves a gap in the sequence.
  await state.setCard({ ...before, epoch: before.epoch + 1 });
  const card = demandCard(state);
  const finished = await finishCard(openCard(context.api, { cardId: card.id, epoch: card.epoch }), part, signal);
  if (finished === "refused") {
    // Nobody knows whether it is shown; a second message could be a second answer.
    if (card.messageId === undefined) await showCardOrGiveUp(context, { post, state, signal });
    await withdrawCard(context, { card: demandCard(state), signal });
    await state.startOver();
    return undefined;
  }
  const messageId = await showCard(context, { target: post.target, key: post.idempotencyKey, state, signal });
  await state.setCard({ ...demandCard(state), isFinished: true });
  return messageId;
}

/** Learns the id of the message by sending it once more under its uuid, so that it can be withdrawn. */
async function showCardOrGiveUp(
  context: PostContext,
  { post, state, signal }: { post: Post; state: SendState; signal: AbortSignal },
): Promise<void> {
  try {
    await showCard(context, { target: post.target, key: post.idempotencyKey, state, signal });
  } catch (error) {
    // A card that is gone cannot be shown, so it is not.
    if (!isAppError(error, "channel_rejected")) throw error;
  }
}

async function sendWholeMessages(
  { api, clock, name }: PostContext,
  {
    post,
    parts,
    state,
    signal,
    from = 0,
  }: { post: Post; parts: LarkPart[]; state: SendState; signal: AbortSignal; from?: number },
): Promise<SendReceipt> {
  for (;;) {
    const { next, begunAt, ids } = state.parts ?? { next: from, ids: [] };
    const part = parts[next];
    if (part === undefined) return { messageIds: ids };
    if (begunAt !== undefined && clock.now() - begunAt > REPEATABLE_MS) {
      const fault = `part ${next + 1} of ${parts.length} may or may not be shown; it is not sent again`;
      throw new AppError("channel_unknown_outcome", `${name}: could not go on with a message: ${fault}`);
    }
    if (begunAt === undefined) await state.setParts({ next, begunAt: clock.now(), ids });
    const uuid = uuidOf(post.idempotencyKey, { part: next, generation: state.generation });
    try {
      const id = await postPart(api, part, { target: post.target, uuid, signal });
      await state.setParts({ next: next + 1, ids: [...ids, id] });
    } catch (error) {
      // Only if no earlier send of it was left open is it certain that nothing is shown.
      if (begunAt === undefined && isAppError(error, ...NOT_SHOWN)) await state.setParts({ next, ids });
      throw error;
    }
  }
}

function demandCard(state: SendState): CardState {
  if (state.card === undefined) throw new Error("there is no card");
  return state.card;
}
