import { createInterface } from "node:readline";
import type { Interface } from "node:readline";
import type { Assistant } from "../app.ts";
import { AppError } from "../core/errors.ts";
import type { Citation } from "../core/outcome.ts";
import { runChatCommand } from "./chat-commands.ts";
import type { CommandContext } from "./context.ts";
import { toAskDocument } from "../core/ask-document.ts";
import { remember } from "./conversation.ts";
import type { Conversation } from "./conversation.ts";
import { noteLines } from "./describe-note.ts";
import { ensureIndex } from "./ensure-index.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { printable } from "./output.ts";
import { cleanLine, MAX_QUESTION_CHARS } from "./read-question.ts";
import { describeError } from "./report-error.ts";
import { sourceLines } from "./source-lines.ts";

/** Where a conversation comes from and is echoed to. */
export interface ChatStreams {
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: NodeJS.WritableStream & { isTTY?: boolean };
}

/** `chat`: a conversation, typed or piped in a line at a time. */
export async function runChat(context: CommandContext, { stdin, stdout }: ChatStreams): Promise<ExitCode> {
  const { output, text, options } = context;
  const { assistant } = await context.open();
  await ensureIndex(context, assistant);
  context.signal.throwIfAborted();
  const typed = stdin.isTTY === true && stdout.isTTY === true;
  if (typed && !options.quiet) output.note(output.paintNote.dim(text.chat.welcome));

  const reader = createInterface({ input: stdin, terminal: typed, ...(typed ? { output: stdout } : {}) });
  reader.setPrompt(typed ? text.chat.prompt : "");
  const conversation: Conversation = { history: [], lastCitations: undefined };
  const running = watchInterrupt(reader, context);
  try {
    if (typed) reader.prompt();
    for await (const line of reader) {
      const words = cleanLine(line);
      if (words.startsWith("/")) {
        if (runChatCommand(words, conversation, context) === "end") break;
      } else if (words !== "") {
        await running.run((signal) => answer({ context, assistant, conversation, question: words, signal }));
      }
      if (context.signal.aborted) break;
      if (typed) reader.prompt();
    }
  } finally {
    reader.close();
  }
  context.signal.throwIfAborted();
  return EXIT.done;
}

/** Ctrl-C cancels the running answer; without one it says how to end, and a second one ends. */
function watchInterrupt(reader: Interface, { signal, output, text }: CommandContext) {
  let current: AbortController | undefined;
  let warned = false;
  reader.on("SIGINT", () => {
    if (current !== undefined) current.abort(new DOMException("The answer was cancelled.", "AbortError"));
    else if (warned) reader.close();
    else {
      warned = true;
      output.note(`\n${output.paintNote.dim(text.chat.howToEnd)}`);
      reader.prompt();
    }
  });
  reader.on("line", () => {
    warned = false;
  });
  signal.addEventListener("abort", () => reader.close(), { once: true });

  return {
    async run(task: (signal: AbortSignal) => Promise<void>): Promise<void> {
      current = new AbortController();
      try {
        await task(AbortSignal.any([signal, current.signal]));
      } finally {
        current = undefined;
      }
    },
  };
}

interface ChatTurn {
  context: CommandContext;
  assistant: Assistant;
  conversation: Conversation;
  question: string;
  signal: AbortSignal;
}

/** Answers one line; a fault is said and the conversation goes on. */
async function answer({ context, assistant, conversation, question, signal }: ChatTurn): Promise<void> {
  const { output, text, options } = context;
  if (question.length > MAX_QUESTION_CHARS) {
    output.note(text.usage.questionTooLong(question.length, MAX_QUESTION_CHARS));
    return;
  }
  let shown = "";
  const onText = (piece: string) => {
    shown += piece;
    output.piece(printable(piece));
  };
  try {
    const { history } = conversation;
    const result = await assistant.ask(question, options.json ? { history } : { history, onText }, signal);
    if (signal.aborted) return sayCancelled(context, shown);
    const { outcome, notes } = result;
    remember(conversation, question, outcome);
    if (options.json) {
      output.result(JSON.stringify(toAskDocument(result)));
    } else if (outcome.kind === "answered") {
      finishAnswer(context, outcome, shown);
    } else if (outcome.kind === "declined") {
      output.result(output.paint.dim(text.silence(outcome.reason)));
    } else {
      if (shown !== "") output.piece("\n");
      output.note(output.paintNote.red(describeError(new AppError(outcome.code, outcome.message), text)));
    }
    if (!options.quiet) {
      for (const line of noteLines({ outcome, notes }, text)) output.note(output.paintNote.dim(printable(line)));
    }
  } catch (error) {
    if (signal.aborted) return sayCancelled(context, shown);
    if (!(error instanceof AppError)) throw error;
    if (shown !== "") output.piece("\n");
    output.note(output.paintNote.red(describeError(error, text)));
  }
}

function sayCancelled({ output, text }: CommandContext, shown: string): void {
  output.note((shown === "" ? "" : "\n") + output.paintNote.dim(text.chat.cancelled));
}

/** The review may have changed what was streamed: the answer that holds is shown whole then. */
function finishAnswer(
  { output, text }: CommandContext,
  { answer: final, citations }: { answer: string; citations: Citation[] },
  shown: string,
): void {
  if (shown === "") output.result(printable(final));
  else if (shown === final) output.piece("\n");
  else output.result(`\n\n${printable(final)}`);
  if (citations.length > 0) output.result("");
  for (const line of sourceLines(citations, text)) output.result(output.paint.dim(line));
}
