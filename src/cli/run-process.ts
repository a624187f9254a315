import { EXIT } from "./exit-code.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { chooseLocale } from "./locale.ts";
import { loadMessages } from "./messages/load-messages.ts";
import { createProcessOutput, endWhenReaderLeaves, flushOutput } from "./output.ts";
import { runProgram } from "./program.ts";
import { reportError } from "./report-error.ts";

/** Runs the command line and ends the process with its exit code. */
export async function runProcess(args: string[]): Promise<never> {
  endWhenReaderLeaves();
  const output = createProcessOutput();
  const locale = chooseLocale(args);
  const text = await loadMessages(locale);
  const interrupt = listenForInterrupt(() => output.note(`\n${text.interrupted}`));

  let exitCode: number;
  try {
    exitCode = await runProgram({ args, locale, text, output, signal: interrupt.signal });
  } catch (error) {
    // What a command throws once it was told to stop is the stop itself.
    exitCode = interrupt.exitCode() === undefined ? reportError(error, text, output) : EXIT.failed;
  }
  await flushOutput();
  // Worker threads and native sessions that are still winding down must not keep the shell waiting.
  process.exit(interrupt.exitCode() ?? exitCode);
}
