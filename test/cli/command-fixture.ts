import pc from "picocolors";
import type { Assistant } from "../../src/app.ts";
import type { CommandContext, GlobalOptions } from "../../src/cli/context.ts";
import { loadMessages } from "../../src/cli/messages/load-messages.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Locale } from "../../src/core/runtime.ts";

/** A run of a command in this process: what it wrote, and whether it closed what it opened. */
export interface CommandRun {
  context: CommandContext;
  stdout: () => string;
  stderr: () => string;
  interrupt: AbortController;
}

export interface CommandRunOptions extends Partial<GlobalOptions> {
  assistant?: Partial<Assistant>;
  locale?: Locale;
  cwd?: string;
}

/** A context whose assistant does only what the test says; anything else is a fault of the test. */
export async function createCommandRun(options: CommandRunOptions = {}): Promise<CommandRun> {
  const { assistant = {}, locale = "en", cwd = import.meta.dirname, ...globals } = options;
  const written = { stdout: "", stderr: "" };
  const interrupt = new AbortController();
  const load = (file?: string) => loadConfig({ cwd, locale, env: {}, ...(file === undefined ? {} : { file }) });
  const context: CommandContext = {
    options: { json: false, quiet: false, verbose: false, ...globals },
    locale,
    text: await loadMessages(locale),
    output: {
      result: (text) => void (written.stdout += `${text}\n`),
      piece: (text) => void (written.stdout += text),
      note: (text) => void (written.stderr += `${text}\n`),
      paint: pc.createColors(false),
      paintNote: pc.createColors(false),
      drawsProgress: false,
    },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    cwd,
    signal: interrupt.signal,
    loadConfig: load,
    open: async () => ({ assistant: scripted(assistant), config: await load() }),
    logFrom: () => {},
    expectEnd: () => {},
    close: async () => {},
  };
  return { context, stdout: () => written.stdout, stderr: () => written.stderr, interrupt };
}

function scripted(methods: Partial<Assistant>): Assistant {
  const unexpected = (name: string) => async (): Promise<never> => {
    throw new Error(`the test did not expect a call of ${name}`);
  };
  return {
    hasIndex: async () => true,
    ingest: unexpected("ingest"),
    ask: unexpected("ask"),
    search: unexpected("search"),
    retrieve: unexpected("retrieve"),
    inspect: unexpected("inspect"),
    doctor: unexpected("doctor"),
    models: unexpected("models"),
    usage: unexpected("usage"),
    serve: unexpected("serve"),
    mcp: unexpected("mcp"),
    score: unexpected("score"),
    tune: unexpected("tune"),
    evaluate: unexpected("evaluate"),
    why: unexpected("why"),
    ledgerLabels: unexpected("ledgerLabels"),
    replay: unexpected("replay"),
    close: async () => {},
    ...methods,
  };
}
