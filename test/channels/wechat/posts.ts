import type { ChannelEvent, Post, SendProgress } from "../../../src/core/channel.ts";
import { AppError } from "../../../src/core/errors.ts";
import type { Message } from "../../../src/core/message.ts";

export const never = new AbortController().signal;

export function postTo(
  target: Post["target"],
  { markdown = "Call extension 1200.", key = "post-1" }: { markdown?: string; key?: string } = {},
): Post {
  return { idempotencyKey: key, target, markdown, citations: [], kind: "answer", takesFeedback: false };
}

/** Progress in memory, which keeps every state that was saved. */
export function progressFrom(saved?: string): SendProgress & { states: string[] } {
  const states: string[] = [];
  return { saved, states, save: async (state) => void states.push(state) };
}

export async function faultOf(call: Promise<unknown>): Promise<AppError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError but ${String(error)}`);
  return error;
}

/** The messages among the events. */
export function messagesOf(events: readonly ChannelEvent[]): Message[] {
  return events.flatMap((event) => (event.kind === "message" ? [event.message] : []));
}

/** Waits, in real time, until something holds: calls over the loopback take as long as they take. */
export async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 2000; round += 1) {
    if (holds()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
  throw new Error("it did not come about within 4 s");
}
