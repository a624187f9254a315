import { errorMessage } from "../core/errors.ts";
import { draftPost } from "./draft-post.ts";
import type { TurnOptions } from "./engine-options.ts";
import type { Question } from "./question.ts";

/** Shows who asked us by name that we are at it; returns how to take that away. Faults of it matter to nobody. */
export function showWork(question: Question, options: TurnOptions, signal: AbortSignal): () => void {
  const { channel, clock, logger } = options;
  const { target } = draftPost(question, { purpose: "answer", kind: "answer", markdown: "", now: clock.now() }).post;
  const tell = (error: unknown): void => logger.debug("channel.mark-failed", { error: errorMessage(error) });
  const shown = question.mentioned ? channel(question.place.channel)?.markWorking?.(target, signal) : undefined;
  const hide = async (): Promise<void> => (await shown)?.();
  shown?.catch(() => undefined);
  return () => void hide().catch(tell);
}
