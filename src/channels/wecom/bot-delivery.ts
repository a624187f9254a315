import type { Post, PostTarget, SendProgress, SendReceipt } from "../../core/channel.ts";
import { AppError, errorMessage, isAppError } from "../../core/errors.ts";
import type { Clock, Logger } from "../../core/runtime.ts";
import { withSources } from "../source-list.ts";
import { clipToBubble, fillBubble, readBotProgress, writeBotProgress, type BotProgress } from "./bot-progress.ts";
import type { BotStream, BotStreams } from "./bot-streams.ts";
import { withoutCalls } from "./encode.ts";
import { readReplyContext, type ReplyContext } from "./reply-context.ts";
import type { ResponseUrls } from "./response-url.ts";

/** So long a whole text waits for a poll before it takes the other way. */
const POLL_WAIT_MS = 15_000;

/** The same where there is no other way. */
const LONG_WAIT_MS = 60_000;

/** While a poll is getting the text just now. */
const BUSY_WAIT_MS = 500;

export interface BotDeliveryOptions {
  name: string;
  streams: BotStreams;
  responseUrls: ResponseUrls;
  clock: Clock;
  logger: Logger;
}

export interface BotDelivery {
  /** @throws AppError `channel_*` */
  deliver(post: Post, progress: SendProgress, signal: AbortSignal): Promise<SendReceipt>;
  /** The bubble of the message that is answered. @throws AppError `channel_rejected` */
  open(target: PostTarget, progress: SendProgress): { stream: BotStream; context: ReplyContext };
}

/**
 * Brings an answer into the chat once: into the bubble that WeCom polls, or, when nobody polls for 15 s, to the message's
 * response address. Before either can happen it is saved; what was saved is never done again. When it is not known
 * whether the answer arrived, it is not sent a second way.
 */
export function createBotDelivery({ name, streams, responseUrls, clock, logger }: BotDeliveryOptions): BotDelivery {
  const open: BotDelivery["open"] = (target, progress) => {
    const context = readReplyContext(target.replyContext);
    if (target.inReplyTo === undefined || context === undefined) {
      throw new AppError(
        "channel_rejected",
        `${name}: an AI bot can only answer a message; use a wecom-hook channel for notices`,
      );
    }
    const saved = readBotProgress(progress.saved);
    const shown = saved?.stage === "showing" || saved?.stage === "taken" ? { shown: saved.shown } : {};
    return { context, stream: streams.resume(context.stream, { createdAt: context.at, ...shown }) };
  };

  const deliver: BotDelivery["deliver"] = async (post, progress, signal) => {
    const { stream, context } = open(post.target, progress);
    const receipt = { messageIds: [stream.id] };
    const saved = readBotProgress(progress.saved);
    if (saved?.stage === "done") return receipt;
    if (saved?.stage === "responding") throw unknownOutcome();
    const text = withoutCalls(withSources(post.markdown, post.citations));
    const { bubble, rest } = fillBubble(text, stream.shown());
    const save = async (state: BotProgress): Promise<void> => progress.save(writeBotProgress(state));
    const isOurs = stream.isComplete() && stream.owner === post.idempotencyKey;
    if (isOurs || stream.complete(bubble, () => save({ stage: "taken", shown: bubble }))) {
      stream.owner = post.idempotencyKey;
      const isTaken = await waitForPoll(stream, context, { mayLeave: saved?.stage !== "taken", signal });
      if (isTaken && rest === undefined) return receipt;
      if (isTaken) return { messageIds: await sendRest(rest ?? "", { stream, context, save, signal }) };
      if (saved?.stage === "taken") throw unknownOutcome();
    }
    await respond(clipToBubble(text), {
      stream,
      context,
      save,
      signal,
      feedbackId: post.takesFeedback ? stream.id : undefined,
    });
    return receipt;
  };

  /** @param mayLeave whether there is another way for the text when nobody polls */
  const waitForPoll = async (
    stream: BotStream,
    context: ReplyContext,
    { mayLeave, signal }: { mayLeave: boolean; signal: AbortSignal },
  ): Promise<boolean> => {
    const startedAt = clock.now();
    let waitMs = POLL_WAIT_MS;
    for (;;) {
      await raceSleep(stream.taken, waitMs, signal);
      if (stream.isTaken()) return true;
      const hasOtherWay = !mayLeave || responseUrls.usable(context) !== undefined;
      // With no other way it is worth more patience, but the conversation's next post waits for this one.
      const isPatient = !hasOtherWay && clock.now() - startedAt < LONG_WAIT_MS;
      if (!isPatient && stream.close()) return false;
      waitMs = hasOtherWay ? BUSY_WAIT_MS : POLL_WAIT_MS;
    }
  };

  const raceSleep = async (taken: Promise<void>, ms: number, signal: AbortSignal): Promise<void> => {
    const sleeping = new AbortController();
    const stop = (): void => sleeping.abort(new Error("no longer waited for"));
    if (signal.aborted) throw aborted();
    signal.addEventListener("abort", stop, { once: true });
    try {
      await Promise.race([taken, clock.sleep(ms, sleeping.signal).catch(() => undefined)]);
    } finally {
      signal.removeEventListener("abort", stop);
      stop();
    }
    if (signal.aborted) throw aborted();
  };

  interface Response {
    stream: BotStream;
    context: ReplyContext;
    save: (state: BotProgress) => Promise<void>;
    signal: AbortSignal;
    feedbackId: string | undefined;
  }

  const respond = async (content: string, { stream, context, save, signal, feedbackId }: Response): Promise<void> => {
    const url = responseUrls.usable(context);
    if (url === undefined) {
      throw new AppError(
        "channel_rejected",
        `${name}: the answer came too late: nobody polls its message any more, and its response address is used, older ` +
          "than an hour, absent, or not at base_url",
      );
    }
    await save({ stage: "responding" });
    try {
      await responseUrls.respond(url, { content, feedbackId }, signal);
    } catch (error) {
      const isUnused = isAppError(error, "aborted") || (isAppError(error) && error.retryable);
      if (isUnused) await save({ stage: "showing", shown: stream.shown() });
      throw error;
    }
    await save({ stage: "done" });
  };

  /** The answer is shown; that its end is missing must not bring it a second time. */
  const sendRest = async (rest: string, way: Omit<Response, "feedbackId">): Promise<string[]> => {
    try {
      await respond(rest, { ...way, feedbackId: undefined });
    } catch (error) {
      logger.warn("wecom.answer.cut", { stream: way.stream.id, error: errorMessage(error) });
    }
    return [way.stream.id];
  };

  const unknownOutcome = (): AppError =>
    new AppError(
      "channel_unknown_outcome",
      `${name}: the program ended while an answer was on its way; it may have been shown and is not sent again`,
    );
  const aborted = (): AppError => new AppError("aborted", `${name}: the send was cancelled while it waited for a poll`);

  return { open, deliver };
}
