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
const PLACEHOLDER = "…";

interface StreamRequest {
  target: PostTarget;
  idempotencyKey: string;
  progress: SendProgress;
  signal: AbortSignal;
}

/**
 * Shows a card and writes into it as the text grows. Where cards cannot be streamed into (no permission, an old gateway)
 * nothing is shown until the end, and then the whole.
 * @throws AppError `channel_*`, `aborted` when the card's message cannot be sent
 */
export async function openCardStream(
  context: PostContext & { logger: Logger },
  request: StreamRequest,
): Promise<PostStream> {
  const state = openSendState(request.progress);
  const isOpen = await beginCard(context, { ...request, state });
  if (!isOpen || state.card === undefined) return unshownStream(context, state, request.signal);
  if (!(await tryToShow(context, { ...request, state }))) return unshownStream(context, state, request.signal);
  const { id: cardId, epoch } = state.card;
  return writingStream(context, { state, card: openCard(context.api, { cardId, epoch }), signal: request.signal });
}

/** False when Lark does not take the card; the whole text at the end will tell whether it takes anything here. */
async function tryToShow(
  context: PostContext & { logger: Logger },
  { state, target, idempotencyKey: key, signal }: StreamRequest & { state: SendState },
): Promise<boolean> {
  try {
    await showCard(context, { target, key, state, signal });
    return true;
  } catch (error) {
    if (!isAppError(error, "channel_rejected")) throw error;
    context.logger.warn("lark.no-streaming", { channel: context.name, fault: error.message });
    await state.startOver();
    return false;
  }
}

/** Resolves with false where no card can be had; with true for a new one and for the one of a run before. */
async function beginCard(
  { api, clock, logger, name }: PostContext & { logger: Logger },
  { state, signal }: StreamRequest & { state: SendState },
): Promise<boolean> {
  if (state.card !== undefined) {
    await state.setCard({ ...state.card, epoch: state.card.epoch + 1 });
    return !state.card.isFinished;
  }
  // Whole messages are out already, or were tried: a card would be a second answer.
  if (state.parts !== undefined) return false;
  const created = await createCard(api, streamingCard({ placeholder: PLACEHOLDER }), signal);
  if (created.kind === "refused") {
    logger.warn("lark.no-streaming", { channel: name, fault: created.error.message });
    return false;
  }
  // Before it is sent: whoever comes after a crash goes on with this card and makes no second one.
  await state.setCard({ id: created.cardId, epoch: 0, begunAt: clock.now(), isFinished: false });
  return true;
}

/** Shows nothing before the end. */
function unshownStream(context: PostContext, state: SendState, signal: AbortSignal): PostStream {
  return {
    update: () => undefined,
    finish: (post) => sendFromState(context, { post, state, signal }),
    abandon: () => Promise.resolve(),
  };
}

function writingStream(
  context: PostContext & { logger: Logger },
  { state, card, signal }: { state: SendState; card: CardApi; signal: AbortSignal },
): PostStream {
  const { clock, logger, name } = context;
  let wanted = "";
  let shown = "";
  const closing = new AbortController();
  let writing: Promise<void> | undefined;
  let bug: unknown;

  const write = async (): Promise<void> => {
    while (!closing.signal.aborted && wanted !== shown) {
      const text = wanted;
      if (!fitsCard(text) || !(await putText(card, text, signal))) return;
      shown = text;
      await clock.sleep(MIN_GAP_MS, signal);
    }
  };
  const begin = (): void => {
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
      if (!closing.signal.aborted) begin();
    },
    finish: async (post: Post): Promise<SendReceipt> => {
      await close();
      return sendFromState(context, { post, state, signal });
    },
    abandon: async () => {
      await close();
      // The caller's signal may be why it is abandoned; what is shown has to go nevertheless.
      const own = AbortSignal.timeout(10_000);
      const shownCard = state.card;
      if (shownCard !== undefined && !(await withdrawCard(context, { card: shownCard, signal: own }))) {
        await card.setStreaming(false, { summary: summarise(shown) || PLACEHOLDER, signal: own });
      }
      // What is sent under the same key later must not be taken for the card that was withdrawn.
      await state.startOver();
    },
  };
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
