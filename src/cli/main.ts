#!/usr/bin/env node
import { EXIT } from "./exit-code.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { chooseLocale } from "./locale.ts";
import { loadMessages } from "./messages/load-messages.ts";
import { createProcessOutput, endWhenReaderLeaves, flushOutput } from "./output.ts";
import { runProgram } from "./program.ts";
import { reportError } from "./report-error.ts";

endWhenReaderLeaves();
const args = process.argv.slice(2);
const output = createProcessOutput();
const locale = chooseLocale(args);
const text = await loadMessages(locale);
const interrupt = listenForInterrupt(() => output.note(`\n${text.interrupted}`));

try {
  process.exitCode = await runProgram({ args, locale, text, output, signal: interrupt.signal });
} catch (error) {
  process.exitCode = interrupt.exitCode() === undefined ? reportError(error, text, output) : EXIT.failed;
}
await flushOutput();
// Worker threads and native sessions that are still winding down must not keep the shell waiting.
process.exit(interrupt.exitCode() ?? process.exitCode);
