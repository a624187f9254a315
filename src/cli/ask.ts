import type { AskResult, Assistant } from "../app.ts";
import { AppError } from "../core/errors.ts";
import { toAskDocument } from "../core/ask-document.ts";
import type { CommandContext } from "./context.ts";
import { noteLines } from "./describe-note.ts";
import { ensureIndex } from "./ensure-index.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { printable } from "./output.ts";
import { readQuestion } from "./read-question.ts";
import { describeError, isUsageFault } from "./report-error.ts";
import { sourceLines } from "./source-lines.ts";

/** `ask QUESTION`: one question, one answer or silence. */
export async function runAsk(context: CommandContext, words: string[]): Promise<ExitCode> {
  const question = await readQuestion(words, process.stdin, context);
  const { assistant } = await context.open();
  const result = await askAssistant(context, assistant, question);
  context.signal.throwIfAborted();
  if (context.options.json) context.output.result(JSON.stringify(toAskDocument(result)));
  return showResult(context, result);
}

/** Faults become a result of their own, so that `--json` has its document whatever happens. */
async function askAssistant(context: CommandContext, assistant: Assistant, question: string): Promise<AskResult> {
  try {
    await ensureIndex(context, assistant);
    return await assistant.ask(question, {}, context.signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "usage" || context.signal.aborted) throw error;
    const { code, message } = error;
    return { outcome: { kind: "failed", code, message }, scores: undefined, timings: {}, notes: [] };
  }
}

function showResult({ options, output, text }: CommandContext, { outcome, notes }: AskResult): ExitCode {
  if (!options.quiet) {
    for (const line of noteLines({ outcome, notes }, text)) {
      output.note(`${output.paintNote.yellow(text.warningPrefix)}${printable(line)}`);
    }
  }
  switch (outcome.kind) {
    case "answered":
      if (!options.json) {
        output.result(printable(outcome.answer));
        if (outcome.citations.length > 0) output.result("");
        for (const line of sourceLines(outcome.citations, text)) output.result(output.paint.dim(line));
      }
      return EXIT.done;
    case "declined":
      output.note(text.noAnswer(outcome.reason));
      return EXIT.declined;
    case "failed": {
      const fault = new AppError(outcome.code, outcome.message);
      output.note(`${output.paintNote.red(text.errorPrefix)}${describeError(fault, text)}`);
      return isUsageFault(fault) ? EXIT.usage : EXIT.failed;
    }
  }
}
