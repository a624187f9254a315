import type { Post, PostStream, PostTarget, SendProgress, SendReceipt } from "../../core/channel.ts";
import { isAppError } from "../../core/errors.ts";
import type { Logger } from "../../core/runtime.ts";
import { createCard, openCard, type CardApi } from "./card-api.ts";
import { fitsCard, streamingCard } from "./encode.ts";
import { summarise, toCardMarkdown } from "./lark-markdown.ts";
import { openSendState, type SendState } from "./send-state.ts";
import { sendFromState, showCard, withdrawCard, type PostContext } from "./send-post.ts";

/** Lark takes ten changes a second of one card; whether they count as messages to the chat it does not say. */
const MIN_GAP_MS = 200;
const NO_TEXT_YET = "…";
const GIVE_UP_TIMEOUT_MS = 10_000;

interface StreamRequest {
  target: PostTarget;
  idempotencyKey: string;
  progress: SendProgress;
  signal: AbortSignal;
}

type StreamContext = PostContext & { logger: Logger };

/**
 * Shows a card with the first words and writes into it as the text grows. Where cards cannot be streamed into (no
 * permission, an old gateway) nothing is shown until the end, and then the whole. Goes on with the card of a run before.
 */
export function openCardStream(context: StreamContext, request: StreamRequest): PostStream {
  const { clock, logger, name } = context;
  const { signal } = request;
  const state = openSendState(request.progress);
  const closing = new AbortController();
  let wanted = "";
  let shown = "";
  let card: CardApi | undefined;
  let isOfNoUse = false;
  let writing: Promise<void> | undefined;
  let bug: unknown;

  const write = async (): Promise<void> => {
    card ??= await beginCard(context, { ...request, state });
    const open = card;
    isOfNoUse = open === undefined;
    if (open === undefined) return;
    while (!closing.signal.aborted && wanted !== shown) {
      const text = wanted;
      if (!fitsCard(text) || !(await putText(open, text, signal))) {
        isOfNoUse = true;
        return;
      }
      shown = text;
      await clock.sleep(MIN_GAP_MS, signal);
    }
  };
  const begin = (): void => {
    if (isOfNoUse || closing.signal.aborted) return;
    writing ??= write()
      .catch((error: unknown) => {
        // The end of the stream shows the whole text; a fault on the way is only a pause.
        if (signal.aborted || isAppError(error)) logger.debug("lark.stream-paused", { channel: name });
        else bug = error;
      })
      .finally(() => {
        writing = undefined;
      });
  };
  const close = async (): Promise<void> => {
    closing.abort();
    await writing;
    if (bug !== undefined) throw bug;
  };

  return {
    update: (markdown) => {
      wanted = markdown;
      begin();
    },
    finish: async (post: Post): Promise<SendReceipt> => {
      await close();
      return sendFromState(context, { post, state, signal });
    },
    abandon: async () => {
      await close();
      await giveUp(context, { ...request, state });
    },
  };
}

/** A card that is shown, new or of a run before; undefined where none can be had. @throws AppError `channel_*`, `aborted` */
async function beginCard(
  context: StreamContext,
  { target, idempotencyKey: key, state, signal }: StreamRequest & { state: SendState },
): Promise<CardApi | undefined> {
  const { api, clock, logger, name } = context;
  if (state.card === undefined) {
    // Whole messages are out already, or were tried: a card would be a second answer.
    if (state.parts !== undefined) return undefined;
    const created = await createCard(api, streamingCard({ summary: NO_TEXT_YET }), signal);
    if (created.kind === "refused") {
      logger.warn("lark.no-streaming", { channel: name, fault: created.error.message });
      return undefined;
    }
    // Before it is sent: whoever comes after a crash goes on with this card and makes no second one.
    await state.setCard({ id: created.cardId, epoch: 0, begunAt: clock.now(), isFinished: false });
  } else {
    if (state.card.isFinished) return undefined;
    await state.setCard({ ...state.card, epoch: state.card.epoch + 1 });
  }
  try {
    await showCard(context, { target, key, state, signal });
  } catch (error) {
    if (!isAppError(error, "channel_rejected")) throw error;
    // The whole text at the end will tell whether Lark takes anything here.
    logger.warn("lark.no-streaming", { channel: name, fault: error.message });
    await state.startOver();
  }
  return state.card === undefined ? undefined : openCard(api, { cardId: state.card.id, epoch: state.card.epoch });
}

/** Withdraws what is shown, or at least ends the streaming; what is sent under the same key later is something new. */
async function giveUp(
  context: StreamContext,
  { target, idempotencyKey: key, state }: StreamRequest & { state: SendState },
): Promise<void> {
  if (state.card === undefined) return;
  // The caller's signal may be why it is given up; what is shown has to go nevertheless.
  const signal = AbortSignal.timeout(GIVE_UP_TIMEOUT_MS);
  try {
    // Its message may be there although nobody knows its id: under its uuid it is shown once, and tells.
    await showCard(context, { target, key, state, signal });
    if (!(await withdrawCard(context, { card: state.card, signal }))) {
      await state.setCard({ ...state.card, epoch: state.card.epoch + 1 });
      const { id: cardId, epoch } = state.card;
      await openCard(context.api, { cardId, epoch }).setStreaming(false, { summary: NO_TEXT_YET, signal });
    }
  } catch (error) {
    if (!isAppError(error, "channel_rejected", "channel_unknown_outcome")) throw error;
    context.logger.warn("lark.card-left", { channel: context.name, fault: error.message });
  }
  await state.startOver();
}

/** False when writing any further is of no use. */
async function putText(card: CardApi, text: string, signal: AbortSignal): Promise<boolean> {
  const content = toCardMarkdown(text);
  const result = await card.putText(content, signal);
  if (result.kind === "done") return true;
  switch (result.refusal.kind) {
    case "stream-closed": {
      // Lark ends a stream after ten minutes; it may be opened again.
      const reopened = await card.setStreaming(true, { summary: summarise(text), signal });
      return reopened.kind === "done" && (await card.putText(content, signal)).kind === "done";
    }
    case "sequence":
    case "limited":
    case "busy":
    case "open":
      // Left out; the next one has all of the text.
      return true;
    case "unauthorised":
    case "no-target":
    case "card":
    case "too-long":
    case "card-gone":
    case "rejected":
      return false;
  }
}
