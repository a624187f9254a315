import type { WhyReport } from "../app.ts";
import type { CommandContext } from "./context.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { groupWords } from "./messages/group-words.ts";
import { printable } from "./output.ts";

/** `why MESSAGE-ID…`: what the ledger has on messages, step by step. */
export async function runWhy(context: CommandContext, ...ids: string[]): Promise<ExitCode> {
  const { locale, options, output, signal } = context;
  const words = groupWords(locale);
  const { assistant } = await context.open();
  const found: WhyReport[] = [];
  let isComplete = true;
  for (const id of ids) {
    const reports = await assistant.why(id, signal);
    if (reports.length === 0) {
      output.note(words.noRecord(printable(id)));
      isComplete = false;
    }
    found.push(...reports);
  }
  const code = isComplete ? EXIT.done : EXIT.failed;
  const [first] = found;
  if (first === undefined) return code;
  if (options.json) {
    // An id of the platform may be known to two bots; who needs the other one asks by the ledger's id.
    output.result(JSON.stringify(found.length === 1 ? first.record : found.map(({ record }) => record)));
    return code;
  }
  for (const [index, { record, lines }] of found.entries()) {
    if (index > 0) output.result("");
    output.result(output.paint.bold(`${new Date(record.at).toISOString()}  ${printable(record.id)}`));
    output.result(record.text === undefined ? words.textGone : printable(words.line(record.text)));
    for (const line of lines) output.result(printable(line));
  }
  return code;
}
