import type { CommandContext } from "./context.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { groupWords } from "./messages/group-words.ts";
import { printable } from "./output.ts";

/** `why MESSAGE-ID`: what the ledger has on one message, step by step. */
export async function runWhy(context: CommandContext, id: string): Promise<ExitCode> {
  const { locale, options, output, signal } = context;
  const words = groupWords(locale);
  const { assistant } = await context.open();
  const found = await assistant.why(id, signal);
  const [first] = found;
  if (first === undefined) {
    output.note(words.noRecord(printable(id)));
    return EXIT.failed;
  }
  if (options.json) {
    // An id of the platform may be known to two bots; who needs the other one asks by the ledger's id.
    output.result(JSON.stringify(found.length === 1 ? first.record : found.map(({ record }) => record)));
    return EXIT.done;
  }
  for (const [index, { record, lines }] of found.entries()) {
    if (index > 0) output.result("");
    output.result(output.paint.bold(`${new Date(record.at).toISOString()}  ${printable(record.id)}`));
    output.result(record.text === undefined ? words.textGone : printable(words.line(record.text)));
    for (const line of lines) output.result(printable(line));
  }
  return EXIT.done;
}
