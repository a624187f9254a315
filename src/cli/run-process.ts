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
  sayWhenNothingIsLeftToDo();
  const output = createProcessOutput();
  const locale = chooseLocale(args);
  const text = await loadMessages(locale);
  const interrupt = listenForInterrupt(() => output.note(`\n${text.interrupted}`));

  let exitCode: number;
  try {
    exitCode = await runProgram({
      args,
      locale,
      text,
      output,
      signal: interrupt.signal,
      expectEnd: (graceMs) => interrupt.expectEnd(graceMs),
    });
  } catch (error) {
    // What a command throws once it was told to stop is the stop itself.
    exitCode = interrupt.exitCode() === undefined ? reportError(error, text, output) : EXIT.failed;
  }
  await flushOutput();
  // Worker threads and native sessions that are still winding down must not keep the shell waiting.
  process.exit(interrupt.exitCode() ?? exitCode);
}

/**
 * `runProcess` always ends with `process.exit`. An event loop that ran empty before is a bug: it must not look like a
 * quiet success, nor end with a code of Node's own.
 */
function sayWhenNothingIsLeftToDo(): void {
  process.once("beforeExit", () => {
    process.stderr.write("Unexpected error: the command ended before its work was done. This is a bug in Xianheng.\n");
    process.exit(EXIT.failed);
  });
}
