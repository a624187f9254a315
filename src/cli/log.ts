import { createRequire } from "node:module";
import type { Logger as Pino } from "pino";
import type { Redact } from "../core/redact.ts";
import type { Logger } from "../core/runtime.ts";
import { plainFacts } from "./plain-facts.ts";

const LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof LEVELS)[number];

export interface LogOptions {
  /** Lines below this are dropped; asked at each line. */
  least: () => LogLevel;
  /** Gets each line, without its end, and has written it when it returns: what is logged before a crash must be seen. */
  write: (line: string) => void;
  /** Takes secrets out of every text. */
  redact: Redact;
}

/** A logger of JSON lines: level, time, event, then the event's facts. */
export function createLogger({ least, write, redact }: LogOptions): Logger {
  let pino: Pino | undefined;
  const log =
    (level: LogLevel) =>
    (event: string, facts: Record<string, unknown> = {}): void => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(least())) return;
      pino ??= loadPino(write);
      const { level: ownLevel, at: ownAt, event: ownEvent, ...others } = plainFacts(facts, redact);
      // The line's own names stay what they are.
      const renamed = { level_: ownLevel, at_: ownAt, event_: ownEvent };
      pino[level]({ event, ...others, ...renamed });
    };
  return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
}

/** Loaded at the first line: a command that has nothing to log does not wait for it. */
function loadPino(write: (line: string) => void): Pino {
  const require = createRequire(import.meta.url);
  const { pino }: typeof import("pino") = require("pino");
  return pino(
    {
      level: "debug",
      base: null,
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
      formatters: { level: (level) => ({ level }) },
      // What holds a secret has been taken out already, at any depth.
      serializers: {},
    },
    { write: (line) => write(line.trimEnd()) },
  );
}
