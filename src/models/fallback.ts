import { CircuitState, isBrokenCircuitError } from "cockatiel";
import { AppError, isAppError } from "../core/errors.ts";
import type { ChatModel, ChatReply, ChatRequest } from "../core/model.ts";
import { createBreaker } from "./breaker.ts";

export interface FallbackOptions {
  /** Told of each model that failed, with the one tried next when there is one. */
  onFallback?: (failure: { model: string; error: AppError; next: string | undefined }) => void;
}

/**
 * Joins models into one that asks them in order until one answers; a model that keeps failing is left out for a while.
 * The first one's limits hold: each model trims to its own. Text that was already handed on cannot be taken back, so a
 * stream that breaks in the middle is not begun again elsewhere.
 * @throws AppError `aborted` as it comes; else the last model's error, `retryable: false` after some text
 */
export function createFallbackModel(models: readonly ChatModel[], options: FallbackOptions = {}): ChatModel {
  const [first] = models;
  if (first === undefined) {
    throw new Error("createFallbackModel needs at least one model");
  }
  const chain = models.map((model) => ({
    model,
    breaker: createBreaker(),
    lastError: undefined as AppError | undefined,
  }));

  async function tryEach(
    request: ChatRequest,
    attempt: (model: ChatModel) => Promise<ChatReply>,
    hasShown: () => boolean,
  ): Promise<ChatReply> {
    let lastError: AppError | undefined;
    for (const [position, link] of chain.entries()) {
      // While one call tries a model again, the breaker would let the others wait; the next model serves them sooner.
      if (link.breaker.state === CircuitState.HalfOpen) {
        lastError = link.lastError ?? lastError;
        continue;
      }
      try {
        return await link.breaker.execute(() => attempt(link.model));
      } catch (error) {
        if (isBrokenCircuitError(error)) {
          lastError = link.lastError ?? lastError;
          continue;
        }
        if (!isAppError(error) || error.code === "aborted") {
          throw error;
        }
        link.lastError = error;
        lastError = error;
        request.onFailure?.(link.model.id, error);
        options.onFallback?.({ model: link.model.id, error, next: chain[position + 1]?.model.id });
        if (hasShown()) {
          break;
        }
      }
    }
    throw lastError ?? new AppError("model_unreachable", "no model may be asked right now", { retryable: true });
  }

  return {
    id: first.id,
    limits: first.limits,
    complete: (request, signal) =>
      tryEach(
        request,
        (model) => model.complete(request, signal),
        () => false,
      ),
    stream: (request, onText, signal) => {
      let shown = false;
      const show = (text: string): void => {
        shown = true;
        onText(text);
      };
      const isFinal = (): boolean => {
        if (shown && request.takeBack?.() === true) shown = false;
        return shown;
      };
      return tryEach(request, (model) => streamOrComplete(model, { request, onText: show, signal }), isFinal);
    },
  };
}

interface StreamCall {
  request: ChatRequest;
  onText: (text: string) => void;
  signal: AbortSignal;
}

async function streamOrComplete(model: ChatModel, { request, onText, signal }: StreamCall): Promise<ChatReply> {
  if (model.stream !== undefined) {
    return model.stream(request, onText, signal);
  }
  const reply = await model.complete(request, signal);
  onText(reply.text);
  return reply;
}
