import type { CommandContext } from "./context.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";

/**
 * Time to finish what runs once the process is told to stop, in milliseconds: longer than open requests (45 s) and then the
 * engine (20 s) are waited for, shorter than systemd's 90 s.
 */
const STOP_MS = 75_000;

/** `serve`: all configured channels and HTTP, until SIGTERM or Ctrl-C; then what runs is finished and the exit code is 0. */
export async function runServe(context: CommandContext): Promise<ExitCode> {
  const { options, output, signal, text } = context;
  context.logFrom(options.quiet ? "warn" : "info");
  logCrash(context);
  const { assistant, config } = await context.open();
  if (!options.quiet) context.logFrom(config.config.server.log_level);
  const service = await assistant.serve({ write: (line) => output.result(line) }, signal);
  context.expectEnd(STOP_MS);
  if (!options.quiet) output.note(text.serve.listening(service.url));
  try {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    if (!options.quiet) output.note(text.serve.stopping);
  } finally {
    await service.stop();
  }
  return EXIT.done;
}

/** A bug that nobody caught ends the process, with a line in the log like everything else. */
function logCrash({ logger }: CommandContext): void {
  const end = (error: unknown): never => {
    logger.error("process.crashed", { error });
    process.exit(EXIT.failed);
  };
  process.once("uncaughtException", end);
  process.once("unhandledRejection", end);
}
