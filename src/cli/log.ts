import type { Logger } from "../core/runtime.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof LEVELS)[number];

/** A logger of JSON lines: time, level, event, then the event's facts. Lines below what `least` says are dropped. */
export function createStderrLogger(least: () => LogLevel, write: (line: string) => void): Logger {
  const log =
    (level: LogLevel) =>
    (event: string, fields: Record<string, unknown> = {}) => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(least())) return;
      write(JSON.stringify({ at: new Date().toISOString(), level, event, ...fields }, plainError));
    };
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}

/** `JSON.stringify` makes `{}` of an error. */
function plainError(_key: string, value: unknown): unknown {
  if (value instanceof Error) return { name: value.name, message: value.message };
  return typeof value === "bigint" ? value.toString() : value;
}
