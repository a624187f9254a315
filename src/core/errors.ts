/**
 * Every operational fault the program can report. One list, so that a code cannot be spelt two ways.
 * `document_*` codes describe one unreadable document and never fail a whole run.
 */
export const ERROR_CODES = [
  "usage",
  "config_invalid",
  "corpus_missing",
  "document_encrypted",
  "document_damaged",
  "document_empty",
  "document_no_text",
  "document_too_large",
  "document_unsupported",
  "document_slow",
  "document_unreadable",
  "index_missing",
  "index_stale",
  "index_damaged",
  "index_locked",
  "gate_stale",
  "disk_full",
  "embedding_model_missing",
  "embedding_model_damaged",
  "package_missing",
  "model_unauthorised",
  "model_rate_limited",
  "model_rejected_request",
  "model_bad_reply",
  "model_unreachable",
  "model_budget_spent",
  "channel_unauthorised",
  "channel_rejected",
  "channel_limited",
  "channel_unreachable",
  "channel_unknown_outcome",
  "store_unavailable",
  "timeout",
  "aborted",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What exactly is wrong with a gateway, where the owner's remedy differs within one code. */
export type GatewayFault =
  | "key-unset"
  | "key-malformed"
  | "key-refused"
  | "quota-used-up"
  | "rate-limited"
  | "model-unknown"
  | "endpoint-unknown"
  | "nothing-listens"
  | "host-unknown"
  | "no-way-there"
  | "certificate"
  | "redirected"
  | "not-an-api";

export interface AppErrorOptions {
  /** Whether the same call may succeed when tried again later. Default false. */
  retryable?: boolean;
  cause?: unknown;
  /** How long the other side asked us to wait before a retry, in milliseconds. */
  retryAfterMs?: number;
  fault?: GatewayFault | undefined;
}

/**
 * An operational fault: network, configuration, a damaged file. The message says what failed, on what, and what to do;
 * it never holds a secret, a URL query or a whole response body. Expected results (silence) are an `Outcome` instead.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** Finer than the code; undefined where nobody could tell. */
  readonly fault: GatewayFault | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.fault = options.fault;
  }
}

/** True for an `AppError`, with one of `codes` when any are given. */
export function isAppError(error: unknown, ...codes: ErrorCode[]): error is AppError {
  return error instanceof AppError && (codes.length === 0 || codes.includes(error.code));
}

/** Text of anything thrown, without a stack. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
