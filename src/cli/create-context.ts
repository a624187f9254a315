import { join, resolve } from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import { growingRedactor } from "../core/redact.ts";
import type { Locale } from "../core/runtime.ts";
import type { CommandContext, GlobalOptions, OpenedAssistant } from "./context.ts";
import { createLogger, type LogLevel } from "./log.ts";
import type { Messages } from "./messages/en.ts";
import type { Output } from "./output.ts";
import { passwordOf, secretPieces } from "./secret-pieces.ts";

export interface ContextOptions {
  options: GlobalOptions;
  locale: Locale;
  text: Messages;
  output: Output;
  signal: AbortSignal;
  expectEnd: (graceMs: number) => void;
}

/** The context of a real run; configuration and rooms are loaded at their first use. */
export function createContext({ options, locale, text, output, signal, expectEnd }: ContextOptions): CommandContext {
  const cwd = process.cwd();
  let least: LogLevel = options.verbose ? "debug" : "error";
  const { redact, hide } = growingRedactor([]);
  const logger = createLogger({ least: () => least, write: (line) => output.note(line), redact });
  let opened: Promise<OpenedAssistant> | undefined;

  async function loadConfig(file = options.config): Promise<LoadedConfig> {
    const config = await import("../config/load.ts");
    const loaded = await config.loadConfig({ cwd, locale, ...(file === undefined ? {} : { file }) });
    for (const secret of [...loaded.secretValues.flatMap(secretPieces), passwordOf(loaded.config.store.url)]) {
      hide(secret);
    }
    return loaded;
  }

  async function open(): Promise<OpenedAssistant> {
    const [config, { createAssistant }] = await Promise.all([loadConfig(), import("../app.ts")]);
    const workDir = options.workDir === undefined ? join(config.baseFolder, "workdir") : resolve(cwd, options.workDir);
    const onGateWarning = (warning: string): void => {
      if (!options.quiet) output.note(`${output.paintNote.yellow(text.warningPrefix)}${text.gate.warning(warning)}`);
    };
    return { config, assistant: createAssistant({ config, workDir, logger, locale, onGateWarning }) };
  }

  return {
    options,
    locale,
    text,
    output,
    logger,
    logFrom(level) {
      if (!options.verbose) least = level;
    },
    cwd,
    signal,
    expectEnd,
    loadConfig,
    open: () => (opened ??= open()),
    async close() {
      const made = await opened?.catch(() => undefined);
      await made?.assistant.close();
    },
  };
}
