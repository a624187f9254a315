import type { Assistant } from "../app.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Locale, Logger } from "../core/runtime.ts";
import type { LogLevel } from "./log.ts";
import type { Messages } from "./messages/en.ts";
import type { Output } from "./output.ts";

/** Options that every command takes, before or after its name. */
export interface GlobalOptions {
  config?: string;
  workDir?: string;
  json: boolean;
  quiet: boolean;
  verbose: boolean;
}

/** An assistant over one configuration. */
export interface OpenedAssistant {
  assistant: Assistant;
  config: LoadedConfig;
}

/** What a command is given to work with. */
export interface CommandContext {
  options: GlobalOptions;
  locale: Locale;
  text: Messages;
  output: Output;
  logger: Logger;
  /** Logs from this level on; with --verbose everything is logged anyway. Default: errors. */
  logFrom(level: LogLevel): void;
  /** Absolute path of the current folder. */
  cwd: string;
  /** Aborted by Ctrl-C and SIGTERM. */
  signal: AbortSignal;
  /** From now on such a signal is the wished end, which has so many milliseconds. */
  expectEnd(graceMs: number): void;
  /** Reads the configuration. @throws AppError `config_invalid` */
  loadConfig(file?: string): Promise<LoadedConfig>;
  /** Reads the configuration and joins the rooms; the same assistant at every call. @throws AppError `config_invalid` */
  open(): Promise<OpenedAssistant>;
  /** Releases what `open` made, if anything. */
  close(): Promise<void>;
}
