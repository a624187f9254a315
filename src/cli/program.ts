import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { Locale } from "../core/runtime.ts";
import type { CommandContext, GlobalOptions } from "./context.ts";
import { createContext } from "./create-context.ts";
import { describeParseFault } from "./describe-parse-fault.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Messages } from "./messages/en.ts";
import { groupWords } from "./messages/group-words.ts";
import type { Output } from "./output.ts";
import { usageError } from "./report-error.ts";
import { readVersion } from "./version.ts";

export interface ProgramOptions {
  /** Arguments after `node main.js`. */
  args: string[];
  locale: Locale;
  text: Messages;
  output: Output;
  signal: AbortSignal;
  expectEnd: (graceMs: number) => void;
}

type Run = (context: CommandContext) => Promise<ExitCode>;

const DEFAULT_HITS = 10;
const MOST_HITS = 100;

/**
 * Reads the arguments and runs the command they name.
 * @returns the exit code
 * @throws AppError `usage`, `config_invalid` and whatever the command meets
 */
export async function runProgram(options: ProgramOptions): Promise<ExitCode> {
  const { args, text } = options;
  let chosen: { run: Run; options: GlobalOptions } | undefined;
  const program = defineProgram(options, await readVersion(), (command, run) => {
    chosen = { run, options: readGlobalOptions(command) };
  });
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version have been printed already; help that nobody asked for means that the command is missing.
    if (error.exitCode === 0) return EXIT.done;
    if (error.code === "commander.help") return EXIT.usage;
    throw usageError(describeParseFault(error, { args, commands: program.commands.map((each) => each.name()), text }));
  }
  if (chosen === undefined) return EXIT.usage;

  const context = createContext({ ...options, options: chosen.options });
  try {
    return await chosen.run(context);
  } finally {
    await context.close();
  }
}

function defineProgram(
  { text, locale }: Pick<ProgramOptions, "text" | "locale">,
  version: string,
  choose: (command: Command, run: Run) => void,
): Command {
  const words = text.commands;
  const program = new Command("xianheng");
  program
    .description(text.program.description)
    .version(version, "-V, --version", text.program.version)
    .helpOption("-h, --help", text.program.help)
    .helpCommand("help [command]", text.program.helpCommand)
    .option("-c, --config <FILE>", text.program.config)
    .option("-w, --work-dir <DIR>", text.program.workDir)
    .option("--json", text.program.json)
    .option("-q, --quiet", text.program.quiet)
    .option("-v, --verbose", text.program.verbose)
    .addOption(new Option("--lang <LANG>", text.program.lang).argParser(language(text)))
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => text.program.titles[title] ?? title })
    // Faults are worded by describe-parse-fault.ts, in both languages.
    .configureOutput({ outputError: () => {} })
    .exitOverride();

  program
    .command("ingest")
    .description(words.ingest)
    .argument("[PATH...]", words.ingestPaths)
    .action((paths: string[], _options, command: Command) =>
      choose(command, async (context) => (await import("./ingest.ts")).runIngest(context, paths)),
    );

  program
    .command("ask")
    .description(words.ask)
    .argument("[QUESTION...]", words.askQuestion)
    .action((question: string[], _options, command: Command) =>
      choose(command, async (context) => (await import("./ask.ts")).runAsk(context, question)),
    );

  program
    .command("search")
    .description(words.search)
    .argument("[QUERY...]", words.searchQuery)
    .addOption(new Option("-k <N>", words.searchLimit).argParser(wholeNumber(text, 1, MOST_HITS)))
    .option("--queries <FILE>", words.searchQueries)
    .action((query: string[], { k = DEFAULT_HITS, queries }: { k?: number; queries?: string }, command: Command) =>
      choose(command, async (context) =>
        (await import("./search.ts")).runSearch(context, {
          words: query,
          limit: k,
          queriesFile: queries,
        }),
      ),
    );

  defineGateCommands(program, { text, locale }, choose);
  defineGroupCommands(program, locale, choose);

  program
    .command("inspect")
    .description(words.inspect)
    .argument("<FILE>", words.inspectFile)
    .action((file: string, _options, command: Command) =>
      choose(command, async (context) => (await import("./inspect.ts")).runInspect(context, file)),
    );

  program
    .command("chat")
    .description(words.chat)
    .action((_options, command: Command) =>
      choose(command, async (context) => (await import("./chat.ts")).runChat(context, process)),
    );

  program
    .command("doctor")
    .description(words.doctor)
    .action((_options, command: Command) =>
      choose(command, async (context) => (await import("./doctor.ts")).runDoctor(context)),
    );

  program
    .command("serve")
    .description(words.serve)
    .action((_options, command: Command) =>
      choose(command, async (context) => (await import("./serve.ts")).runServe(context)),
    );

  program
    .command("mcp")
    .description(words.mcp)
    .action((_options, command: Command) =>
      choose(command, async (context) => (await import("./mcp.ts")).runMcp(context)),
    );

  program
    .command("models")
    .description(words.models)
    .option("--provider <NAME>", words.modelsProvider)
    .action(({ provider }: { provider?: string }, command: Command) =>
      choose(command, async (context) => (await import("./models.ts")).runModels(context, provider)),
    );

  program
    .command("init")
    .description(words.init)
    .option("--yes", words.initYes)
    .option("--force", words.initForce)
    .action(({ yes = false, force = false }: { yes?: boolean; force?: boolean }, command: Command) =>
      choose(command, async (context) => (await import("./init.ts")).runInit(context, { yes, force })),
    );

  return program;
}

interface TuneOptions {
  labels?: string;
  fromLedger?: boolean;
  maxWrong?: number;
  group?: string;
  seed?: number;
}

function defineGateCommands(
  program: Command,
  { text, locale }: Pick<ProgramOptions, "text" | "locale">,
  choose: (command: Command, run: Run) => void,
): void {
  const words = text.commands;
  const labels = (): Option => new Option("--labels <FILE>", words.labels);
  const group = (): Option => new Option("--group <ID>", words.gateGroup).argParser(groupName(text));
  program
    .command("score")
    .description(words.score)
    .argument("[FILE]", words.scoreFile)
    .addOption(group())
    .option("--explain", words.scoreExplain)
    .action((file: string | undefined, given: { group?: string; explain?: boolean }, command: Command) =>
      choose(command, async (context) =>
        (await import("./score.ts")).runScore(context, { file, group: given.group, explain: given.explain ?? false }),
      ),
    );

  program
    .command("tune")
    .description(words.tune)
    .addOption(labels())
    .option("--from-ledger", groupWords(locale).fromLedger)
    .addOption(new Option("--max-wrong <X>", words.tuneMaxWrong).argParser(share(text)))
    .addOption(group())
    .addOption(new Option("--seed <N>", words.tuneSeed).argParser(wholeNumber(text, 0, 2 ** 31 - 1)))
    .action((given: TuneOptions, command: Command) =>
      choose(command, async (context) =>
        (await import("./tune.ts")).runTune(context, {
          labels: given.labels,
          fromLedger: given.fromLedger ?? false,
          maxWrong: given.maxWrong,
          group: given.group,
          seed: given.seed,
        }),
      ),
    );

  program
    .command("eval")
    .description(words.eval)
    .addOption(labels().makeOptionMandatory())
    .option("--against <FILE>", words.evalAgainst)
    .addOption(group())
    .option("--report <FILE>", words.evalReport)
    .action((given: { labels: string; against?: string; group?: string; report?: string }, command: Command) =>
      choose(command, async (context) =>
        (await import("./eval.ts")).runEval(context, {
          labels: given.labels,
          against: given.against,
          group: given.group,
          report: given.report,
        }),
      ),
    );
}

function defineGroupCommands(program: Command, locale: Locale, choose: (command: Command, run: Run) => void): void {
  const words = groupWords(locale);
  program
    .command("why")
    .description(words.why)
    .argument("<MESSAGE-ID...>", words.whyId)
    .action((ids: string[], _options, command: Command) =>
      choose(command, async (context) => (await import("./why.ts")).runWhy(context, ...ids)),
    );

  program
    .command("replay")
    .description(words.replay)
    .argument("<FILE>", words.replayFile)
    .option("--policy <FILE>", words.replayPolicy)
    .option("--report <FILE>", words.replayReport)
    .option("--model", words.replayModel)
    .action((file: string, given: { policy?: string; report?: string; model?: boolean }, command: Command) =>
      choose(command, async (context) =>
        (await import("./replay.ts")).runReplay(context, {
          file,
          policy: given.policy,
          report: given.report,
          withModel: given.model ?? false,
        }),
      ),
    );
}

function readGlobalOptions(command: Command): GlobalOptions {
  const { json = false, quiet = false, verbose = false, ...rest } = command.optsWithGlobals<Partial<GlobalOptions>>();
  return { json, quiet, verbose, ...rest };
}

function language(text: Messages) {
  return (value: string): string => {
    if (value !== "zh" && value !== "en") throw new InvalidArgumentError(text.usage.notALanguage);
    return value;
  };
}

function wholeNumber(text: Messages, least: number, most: number) {
  return (value: string): number => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most) {
      throw new InvalidArgumentError(text.usage.notWholeNumber(least, most));
    }
    return number;
  };
}

/** A share above 0, up to 0.5: more wrong answers than that nobody asks for. */
function share(text: Messages) {
  return (value: string): number => {
    const number = Number(value);
    if (!/^[\d.]+(?:e-?\d+)?$/i.test(value) || !(number > 0 && number <= 0.5)) {
      throw new InvalidArgumentError(text.gate.notAShare);
    }
    return number;
  };
}

function groupName(text: Messages) {
  return (value: string): string => {
    if (value.trim() === "") throw new InvalidArgumentError(text.gate.emptyGroup);
    return value;
  };
}
