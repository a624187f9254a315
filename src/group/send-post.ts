import type { Channel, PostStream, SendReceipt } from "../core/channel.ts";
import { AppError, errorMessage, type ErrorCode } from "../core/errors.ts";
import type { SendEnd, StoredPost } from "../core/store.ts";
import type { TurnOptions } from "./engine-options.ts";

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
const BELIEVED_TRIES = 5;

/**
 * Sends a post whose sending has been written down, and tells how it ended; undefined when the process is about to end and
 * the next one is to go on from what was written down. What may have been shown is sent again only where the platform
 * shows it once, or where the channel knows how far it got.
 */
export async function sendPost(
  stored: StoredPost,
  stream: PostStream | undefined,
  options: Pick<TurnOptions, "channel" | "clock" | "logger" | "store" | "limits">,
  signal: AbortSignal,
): Promise<SendEnd | undefined> {
  const { clock, logger, limits } = options;
  const channel = options.channel(stored.place.channel);
  // The owner took the channel out of the config.
  if (channel === undefined) return { state: "failed", code: "channel_rejected" };
  const over = new AbortController();
  const late = new AbortController();
  void clock.sleep(limits.sendTimeoutMs, over.signal).then(
    () => late.abort(new AppError("timeout", `not sent within ${limits.sendTimeoutMs / 1000} s`)),
    () => undefined,
  );
  try {
    const { messageIds } = await send(channel, stored, stream, {
      store: options.store,
      signal: AbortSignal.any([signal, late.signal]),
    });
    return { state: "sent", messageIds };
  } catch (error) {
    if (signal.aborted) return undefined;
    const end = endAfter(error, stored, { channel, now: clock.now(), wasStream: stream !== undefined });
    const about = {
      channel: channel.name,
      key: stored.post.idempotencyKey,
      state: end.state,
      error: errorMessage(error),
    };
    if (error instanceof AppError) logger.warn("post.not-sent", { ...about, code: error.code });
    else logger.error("post.bug", { ...about, stack: error instanceof Error ? error.stack : undefined });
    return end;
  } finally {
    over.abort();
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
  { attempts, expiresAt }: StoredPost,
  { channel, now, wasStream }: { channel: Channel; now: number; wasStream: boolean },
): SendEnd {
  const code: ErrorCode = error instanceof AppError ? error.code : "channel_unknown_outcome";
  const { sendsOnce, resumesSends = false } = channel.abilities;
  const wasNotShown = error instanceof AppError && error.retryable && code !== "channel_unknown_outcome";
  const isFinal = code === "channel_rejected" || code === "channel_unauthorised";
  if (isFinal && !wasStream) return { state: "failed", code };
  // A stream that was refused may still be posted whole. The channel tells what stays open; a plain fault or a late reply tells nothing.
  const mayRepeat = sendsOnce || wasNotShown || (resumesSends && code !== "channel_unknown_outcome") || isFinal;
  if (!mayRepeat) return { state: "unknown", code: "channel_unknown_outcome" };
  const backoffMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 1));
  const askedMs = error instanceof AppError ? error.retryAfterMs : undefined;
  // A platform that says when is believed, as long as it keeps its word.
  const waitMs = askedMs === undefined || attempts > BELIEVED_TRIES ? Math.max(askedMs ?? 0, backoffMs) : askedMs;
  const notBefore = now + waitMs;
  if (notBefore > expiresAt) return { state: wasNotShown ? "failed" : "unknown", code };
  return { state: "waiting", notBefore, code };
}

/** What to do with a post that an earlier process began to send. */
export function isSentAgain(channel: Channel | undefined): boolean {
  return channel === undefined || channel.abilities.sendsOnce || channel.abilities.resumesSends === true;
}
