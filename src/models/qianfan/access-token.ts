import { AppError } from "../../core/errors.ts";
import type { DialectContext } from "../dialect.ts";
import { badReply, unauthorised } from "../gateway-errors.ts";
import { requestJson } from "../http.ts";
import { textAt, valueAt } from "../json-path.ts";

/** A token is renewed so long before it expires. */
const EARLY_MS = 5 * 60_000;
/** Baidu's tokens live 30 days; a reply that does not say is believed for an hour. */
const UNTOLD_S = 3600;

/** Hands out the access token of one AK and SK, and fetches a new one when it is needed. */
export interface AccessTokens {
  /** @throws AppError `model_*`, `timeout`, `aborted` */
  current(signal: AbortSignal): Promise<string>;
  /** Says that the gateway no longer takes this token. */
  forget(token: string): void;
}

/**
 * Tokens by `client_credentials` from `/oauth/2.0/token`. Callers that come together share one request, which none of them
 * can cancel for the others.
 */
export function createAccessTokens(context: DialectContext): AccessTokens {
  const { gateway, baseUrl, keys, timeoutMs, hide, pace } = context;
  let known: { token: string; until: number } | undefined;
  let pending: Promise<string> | undefined;

  async function fetchToken(): Promise<string> {
    const query = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: keys.access ?? "",
      client_secret: keys.secret ?? "",
    });
    const signal = AbortSignal.timeout(timeoutMs);
    await pace(signal);
    const value = await requestJson(gateway, {
      url: `${baseUrl}/oauth/2.0/token?${query.toString()}`,
      headers: {},
      timeoutMs,
      signal,
    });
    const token = textAt(value, "access_token");
    if (token === undefined || token === "") throw tokenFault(value);
    hide(token);
    const seconds = valueAt(value, "expires_in");
    const lifeMs = (typeof seconds === "number" && seconds > 0 ? seconds : UNTOLD_S) * 1000;
    known = { token, until: gateway.clock.now() + Math.max(lifeMs - EARLY_MS, lifeMs / 2) };
    return token;
  }

  function tokenFault(value: unknown): AppError {
    const code = textAt(value, "error");
    if (code === undefined)
      return badReply(gateway, "answered without an access_token", { got: JSON.stringify(value) });
    const said = gateway.redact(textAt(value, "error_description") ?? code).slice(0, 200);
    return unauthorised(gateway, `gave no access token: ${said}`);
  }

  return {
    async current(signal) {
      if (known !== undefined && gateway.clock.now() < known.until) return known.token;
      pending ??= fetchToken().finally(() => (pending = undefined));
      return untilAborted(pending, signal, gateway.id);
    },
    forget(token) {
      if (known?.token === token) known = undefined;
    },
  };
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal, id: string): Promise<T> {
  const listening = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    const leave = (): void => reject(new AppError("aborted", `${id}: the call was cancelled`));
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true, signal: listening.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    listening.abort();
  }
}
