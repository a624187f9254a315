import { AppError, isAppError } from "../core/errors.ts";
import type { ChatMessage, ChatModel, ChatReply, ChatRequest } from "../core/model.ts";
import type { Clock, Logger, Random } from "../core/runtime.ts";
import { fitContext, fitsAlone, type PromptBounds } from "./fit-context.ts";
import type { RateLimiter } from "./limits.ts";
import { retry } from "./retry.ts";
import { estimatePromptTokens, estimateTokens } from "./token-estimate.ts";
import type { UsageMeter } from "./usage-meter.ts";

export interface GuardOptions {
  limiter: RateLimiter;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** The time the owner allows for one reply, in milliseconds: a timeout after it is not tried again. Default: three times in any case. */
  timeoutMs?: number;
  /** Counts what is used, and refuses calls beyond the budget. */
  meter?: UsageMeter;
}

/**
 * Puts around a model what every gateway call must have: history trimmed to its window, our own rate limits, retries,
 * and one line of log for each reply. A stream is retried only while nothing of it was handed on.
 */
export function guardModel(model: ChatModel, options: GuardOptions): ChatModel {
  const { limiter, clock, random, logger, timeoutMs, meter } = options;

  async function guarded(
    request: ChatRequest,
    signal: AbortSignal,
    attempt: (fitted: ChatRequest) => Promise<ChatReply>,
    shownText: () => string = () => "",
  ): Promise<ChatReply> {
    const replyTokens = Math.min(request.maxTokens ?? model.limits.replyTokens, model.limits.contextTokens / 2);
    const { contextTokens, promptTokens: maxPromptTokens = Infinity, promptChars } = model.limits;
    const bounds: PromptBounds = {
      maxTokens: Math.min(maxPromptTokens, contextTokens - replyTokens),
      ...(promptChars !== undefined && { maxChars: promptChars }),
    };
    const fits = (given: ChatMessage[]): boolean => fitsAlone(given, bounds);
    const given = fits(request.messages) ? request.messages : (request.shorten?.(fits) ?? request.messages);
    const { messages, dropped } = fitContext(given, bounds);
    const fitted: ChatRequest = { ...request, messages };
    const promptTokens = estimatePromptTokens(messages);
    const startedAt = clock.now();
    const endCall = await meter?.begin(promptTokens);
    const reply = await retry(
      async () => {
        await limiter.take(promptTokens, signal);
        return attempt(fitted);
      },
      {
        clock,
        random,
        signal,
        ...(timeoutMs === undefined ? {} : { patienceMs: timeoutMs }),
        onRetry: (error, facts) => {
          limiter.pause(error.retryAfterMs ?? 0);
          logger.warn("model.retry", { model: model.id, code: error.code, ...facts });
        },
      },
    ).catch(async (error: unknown) => {
      // What was streamed before the fault was written and is paid for, by our own estimate.
      const completion = estimateTokens(shownText());
      await endCall?.(completion === 0 ? undefined : { model: model.id, usage: { prompt: promptTokens, completion } });
      throw error;
    });
    await endCall?.(reply);
    limiter.addTokens(reply.usage.prompt - promptTokens + reply.usage.completion);
    logger.debug("model.reply", {
      model: reply.model,
      ms: clock.now() - startedAt,
      promptTokens: reply.usage.prompt,
      completionTokens: reply.usage.completion,
      droppedMessages: dropped,
      truncated: reply.truncated,
    });
    return reply;
  }

  const guardedModel: ChatModel = {
    id: model.id,
    limits: model.limits,
    complete: (request, signal) => guarded(request, signal, (fitted) => model.complete(fitted, signal)),
  };
  if (model.stream !== undefined) {
    const stream = model.stream.bind(model);
    guardedModel.stream = (request, onText, signal) => {
      let shown = "";
      const show = (text: string): void => {
        shown += text;
        onText(text);
      };
      const attempt = async (fitted: ChatRequest): Promise<ChatReply> => {
        try {
          return await stream(fitted, show, signal);
        } catch (error) {
          throw shown !== "" && isAppError(error) && error.retryable
            ? new AppError(error.code, error.message, { cause: error })
            : error;
        }
      };
      return guarded(request, signal, attempt, () => shown);
    };
  }
  return guardedModel;
}
