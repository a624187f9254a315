import { AppError } from "../core/errors.ts";
import type { Clock } from "../core/runtime.ts";

/** What a call returns when the platform refused its token. */
export const TOKEN_REFUSED: unique symbol = Symbol("token refused");

export interface IssuedToken {
  token: string;
  /** How long it is good, from now. */
  expiresInMs: number;
}

export interface PlatformToken {
  /**
   * Runs a call with a token that is thought to be good. When the platform refuses it (`TOKEN_REFUSED`), a new one is
   * asked for once, whoever else noticed it too, and the call is repeated once.
   * @throws AppError `channel_unauthorised` when the new one is refused as well; whatever the call or the request throws
   */
  use<T>(call: (token: string) => Promise<T | typeof TOKEN_REFUSED>, signal: AbortSignal): Promise<T>;
}

export interface PlatformTokenOptions {
  /** Begins the message of a fault, such as `lark "hr"`. */
  name: string;
  clock: Clock;
  /** Asks the platform for a token. Several callers share it, so it gets no signal of theirs. */
  request: () => Promise<IssuedToken>;
  /** A token that is good for less is replaced. Default 600,000. */
  marginMs?: number;
}

/** A token that is asked for when it is needed, kept while it is good, and asked for once however many need it. */
export function createPlatformToken({ name, clock, request, marginMs = 600_000 }: PlatformTokenOptions): PlatformToken {
  let current: { token: string; until: number } | undefined;
  let pending: Promise<string> | undefined;

  const renew = async (): Promise<string> => {
    const issued = await request();
    // A short-lived token is used for half its life at least: a margin larger than it would ask at every call.
    const usableMs = Math.max(issued.expiresInMs - marginMs, issued.expiresInMs / 2);
    current = { token: issued.token, until: clock.now() + usableMs };
    return issued.token;
  };
  const get = (): Promise<string> => {
    if (current !== undefined && clock.now() < current.until) return Promise.resolve(current.token);
    pending ??= renew().finally(() => {
      pending = undefined;
    });
    return pending;
  };
  const forget = (refused: string): void => {
    // Whoever was refused with an older token finds the new one here already.
    if (current?.token === refused) current = undefined;
  };

  return {
    async use(call, signal) {
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const token = await orAbort(get(), signal);
        const result = await call(token);
        if (result !== TOKEN_REFUSED) return result;
        forget(token);
      }
      throw new AppError(
        "channel_unauthorised",
        `${name}: the platform refuses an access token it has just issued; check the app's id and secret`,
      );
    },
  };
}

/** Waits for what is shared, but no longer than this caller wants to. */
async function orAbort<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw aborted();
  const listening = new AbortController();
  const cancelled = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(aborted()), { once: true, signal: listening.signal });
  });
  try {
    return await Promise.race([shared, cancelled]);
  } finally {
    listening.abort();
  }
}

function aborted(): AppError {
  return new AppError("aborted", "the call was cancelled while waiting for an access token");
}
