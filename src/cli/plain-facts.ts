import { AppError } from "../core/errors.ts";
import type { Redact } from "../core/redact.ts";

const MASK = "[redacted]";
const MAX_DEPTH = 8;
const MAX_ENTRIES = 100;
const MAX_TEXT_CHARS = 8000;

/** What ends so holds a secret, however the name is spelt: `x_api_key`, `appSecret`, `Set-Cookie`. */
const SECRET_NAMES =
  /(?:authorization|cookie|token|secret|password|passwd|(?:api|access|encrypt|aes|admin|private)key)$/;

/**
 * Facts of a log line as JSON can hold them, without secrets: values that `redact` knows are masked in every text, and what
 * stands under a name such as `authorization` whatever it is. Errors keep name, code, message and causes, those that are
 * bugs their stack; cycles, endless lists and long texts are cut.
 */
export function plainFacts(facts: Record<string, unknown>, redact: Redact): Record<string, unknown> {
  const above = new Set<object>();

  function plain(value: unknown, depth: number): unknown {
    if (typeof value === "string") return redact(cut(value));
    if (typeof value === "bigint") return value.toString();
    if (typeof value === "function" || typeof value === "symbol") return `[${typeof value}]`;
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    if (typeof value !== "object" || value === null) return value;
    if (above.has(value)) return "[circular]";
    if (depth >= MAX_DEPTH) return "[deep]";
    above.add(value);
    try {
      return plainObject(value, depth + 1);
    } finally {
      above.delete(value);
    }
  }

  function plainObject(value: object, depth: number): unknown {
    if (value instanceof Error) return plainError(value, depth);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[no date]" : value.toISOString();
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof URL) return redact(value.href);
    if (value instanceof Map)
      return named(
        [...value].map(([key, inner]) => [String(key), inner]),
        depth,
      );
    if (Array.isArray(value) || value instanceof Set) return list([...value], depth);
    return named(entriesOf(value), depth);
  }

  function list(values: unknown[], depth: number): unknown[] {
    const shown = values.slice(0, MAX_ENTRIES).map((inner) => plain(inner, depth));
    return values.length > MAX_ENTRIES ? [...shown, `[${values.length - MAX_ENTRIES} more]`] : shown;
  }

  function named(entries: [name: string, value: unknown][], depth: number): Record<string, unknown> {
    return Object.fromEntries(
      entries
        .slice(0, MAX_ENTRIES)
        .map(([name, value]) => [redact(name), isSecret(name, value) ? MASK : plain(value, depth)]),
    );
  }

  function plainError(error: Error, depth: number): Record<string, unknown> {
    const code = "code" in error ? error.code : undefined;
    return named(
      [
        ["name", error.name],
        ["message", error.message],
        ...(code === undefined ? [] : [["code", code] as [string, unknown]]),
        // An operational fault is told by its code; where a bug is, only the stack tells.
        ...(error instanceof AppError ? [] : [["stack", error.stack] as [string, unknown]]),
        ...(error.cause === undefined ? [] : [["cause", error.cause] as [string, unknown]]),
        ...(error instanceof AggregateError ? [["errors", error.errors] as [string, unknown]] : []),
      ],
      depth,
    );
  }

  return named(entriesOf(facts), 0);
}

function isSecret(name: string, value: unknown): boolean {
  const isText = typeof value === "string" || (typeof value === "object" && value !== null);
  return isText && SECRET_NAMES.test(name.toLowerCase().replaceAll(/[-_\s]/g, ""));
}

/** A getter that throws must not cost the line. */
function entriesOf(value: object): [name: string, value: unknown][] {
  return Object.keys(value).map((name) => {
    try {
      return [name, Reflect.get(value, name)];
    } catch {
      return [name, "[unreadable]"];
    }
  });
}

function cut(text: string): string {
  if (text.length <= MAX_TEXT_CHARS) return text.toWellFormed();
  return `${text.slice(0, MAX_TEXT_CHARS).toWellFormed()} [${text.length - MAX_TEXT_CHARS} characters more]`;
}
