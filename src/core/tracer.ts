import { isAppError } from "./errors.ts";

/** What a span may tell: names, counts, codes. Never a text of somebody, an id of a person or group, or a key. */
export type SpanFacts = Record<string, string | number | boolean | undefined>;

/** The headers by which a caller's trace goes on here (W3C Trace Context). */
export interface TraceParent {
  traceparent: string | undefined;
  tracestate?: string | undefined;
}

export interface SpanStart {
  facts?: SpanFacts;
  /** `server` answers somebody's call, `client` makes one. Default: neither. */
  kind?: "server" | "client";
  /** `none` begins a trace. Default: the span that it begins within. */
  parent?: "none" | TraceParent;
}

/** A piece of work, timed. */
export interface Span {
  /** Names its trace in logs; undefined when it is not kept. */
  traceId: string | undefined;
  rename(name: string): void;
  set(facts: SpanFacts): void;
  /** It came to nothing; `code` is an `AppError`'s or an HTTP status. */
  fail(code: string): void;
  end(): void;
  /** Spans that begin while `work` runs, also after it has waited, are children of this one. */
  run<T>(work: () => T): T;
}

export interface Tracer {
  begin(name: string, start?: SpanStart): Span;
}

const NO_SPAN: Span = {
  traceId: undefined,
  rename: () => undefined,
  set: () => undefined,
  fail: () => undefined,
  end: () => undefined,
  run: (work) => work(),
};

/** Keeps nothing. */
export const noTracer: Tracer = { begin: () => NO_SPAN };

/** Runs `work` as a span; what it throws marks the span and goes on. */
export async function inSpan<T>(
  tracer: Tracer,
  { name, ...start }: SpanStart & { name: string },
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracer.begin(name, start);
  try {
    return await span.run(() => work(span));
  } catch (error) {
    span.fail(faultCode(error));
    throw error;
  } finally {
    span.end();
  }
}

/** A name for any fault that holds nothing of its message. */
export function faultCode(error: unknown): string {
  if (isAppError(error)) return error.code;
  return error instanceof Error && error.name === "AbortError" ? "aborted" : "bug";
}
