import { AppError } from "../core/errors.ts";

/** Faults that come before a byte was sent: trying again cannot do anything twice. */
const NOT_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** What to make of something that `fetch` threw. Keeps no `cause`: it may quote a header or the address. */
export function unreachable(
  error: unknown,
  {
    describe,
    isRepeatable,
    lateAfterMs,
  }: { describe: (fault: string) => string; isRepeatable: boolean; lateAfterMs: number | undefined },
): AppError {
  const code = networkCode(error);
  if (code !== undefined && NOT_SENT.has(code)) {
    return new AppError("channel_unreachable", describe(`nothing there (${code}); check base_url and the network`), {
      retryable: true,
    });
  }
  const fault =
    lateAfterMs === undefined ? `the connection broke (${code ?? "unknown"})` : `no reply within ${lateAfterMs} ms`;
  if (isRepeatable) {
    return new AppError("channel_unreachable", describe(`${fault}; it is tried again later`), { retryable: true });
  }
  return new AppError("channel_unknown_outcome", describe(`${fault}; it may have been done nevertheless`));
}

/** The code of the innermost network error; fetch wraps it in a TypeError, several attempts in an AggregateError. */
function networkCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof AggregateError && error.errors.length > 0) return networkCode(error.errors[0]);
  if (error.cause !== undefined) return networkCode(error.cause) ?? ownCode(error);
  return ownCode(error);
}

function ownCode(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}
