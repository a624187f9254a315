import type { Channel, PostStream, SendReceipt } from "../core/channel.ts";
import { AppError, errorMessage, type ErrorCode } from "../core/errors.ts";
import type { SendEnd, StoredPost } from "../core/store.ts";
import type { TurnOptions } from "./engine-options.ts";
import { withDeadline } from "./with-deadline.ts";

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
const BELIEVED_TRIES = 5;

/**
 * Sends a post whose sending has been written down, and tells how it ended; undefined when the process is about to end and
 * the next one is to go on from what was written down. What may have been shown is sent again only where the platform
 * shows it once, or where the channel knows how far it got. `refusals`: how often this process was refused it; sends that
 * a crash cut short are no reason to wait.
 */
export async function sendPost(
  stored: StoredPost,
  { stream, refusals }: { stream: PostStream | undefined; refusals: number },
  options: Pick<TurnOptions, "channel" | "clock" | "logger" | "store" | "limits" | "onRetry">,
  signal: AbortSignal,
): Promise<SendEnd | undefined> {
  const { clock, logger, limits } = options;
  const channel = options.channel(stored.place.channel);
  // The owner took the channel out of the config.
  if (channel === undefined) return { state: "failed", code: "channel_rejected" };
  const deadline = { clock, timeoutMs: limits.sendTimeoutMs, what: "the platform's reply" };
  try {
    const { messageIds } = await withDeadline(deadline, signal, (inner) =>
      send(channel, stored, stream, { store: options.store, signal: inner }),
    );
    return { state: "sent", messageIds };
  } catch (error) {
    if (signal.aborted) return undefined;
    const end = endAfter(error, stored, { channel, now: clock.now(), wasStream: stream !== undefined, refusals });
    const about = {
      channel: channel.name,
      key: stored.post.idempotencyKey,
      state: end.state,
      error: errorMessage(error),
    };
    if (end.state === "waiting") options.onRetry?.(channel.name);
    if (error instanceof AppError) logger.warn("post.not-sent", { ...about, code: error.code });
    else logger.error("post.bug", { ...about, stack: error instanceof Error ? error.stack : undefined });
    return end;
  }
}

async function send(
  channel: Channel,
  { post, progress }: StoredPost,
  stream: PostStream | undefined,
  { store, signal }: { store: TurnOptions["store"]; signal: AbortSignal },
): Promise<SendReceipt> {
  if (stream !== undefined) return stream.finish(post);
  const save = (state: string) => store.saveProgress(post.idempotencyKey, state);
  return channel.send(post, { saved: progress, save }, signal);
}

function endAfter(
  error: unknown,
  { expiresAt }: StoredPost,
  { channel, now, wasStream, refusals }: { channel: Channel; now: number; wasStream: boolean; refusals: number },
): SendEnd {
  const code: ErrorCode = error instanceof AppError ? error.code : "channel_unknown_outcome";
  const { sendsOnce, resumesSends = false } = channel.abilities;
  const wasNotShown =
    error instanceof AppError && error.retryable && code !== "channel_unknown_outcome" && code !== "timeout";
  const isFinal = code === "channel_rejected" || code === "channel_unauthorised";
  if (isFinal && !wasStream) return { state: "failed", code };
  // A stream that was refused may still be posted whole. The channel tells what stays open; a plain fault or a late reply tells nothing.
  const mayRepeat = sendsOnce || wasNotShown || (resumesSends && code !== "channel_unknown_outcome") || isFinal;
  if (!mayRepeat) return { state: "unknown", code: "channel_unknown_outcome" };
  const backoffMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** refusals);
  const askedMs = error instanceof AppError ? error.retryAfterMs : undefined;
  // A platform that says when is believed, as long as it keeps its word.
  const waitMs = askedMs === undefined || refusals >= BELIEVED_TRIES ? Math.max(askedMs ?? 0, backoffMs) : askedMs;
  const notBefore = now + waitMs;
  if (notBefore > expiresAt) return { state: wasNotShown ? "failed" : "unknown", code };
  return { state: "waiting", notBefore, code };
}

/** Platforms remember a key for an hour; what was begun earlier is not begun again. */
const KEY_MEMORY_MS = 55 * 60_000;

/**
 * Whether a post that was begun may be sent again: one that may have been shown, only to a channel that can tell, and not
 * after the platform has forgotten its key.
 */
export function isSentAgain(
  { state, code, createdAt }: StoredPost,
  channel: Channel | undefined,
  now: number,
): boolean {
  const wasNotShown = state === "waiting" && (code === "channel_limited" || code === "channel_unreachable");
  if (channel === undefined || wasNotShown) return true;
  const { sendsOnce, resumesSends = false } = channel.abilities;
  return state === "sending"
    ? (sendsOnce || resumesSends) && now - createdAt < KEY_MEMORY_MS
    : now - createdAt < KEY_MEMORY_MS;
}
