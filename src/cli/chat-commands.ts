import type { Conversation } from "./conversation.ts";
import type { CommandContext } from "./context.ts";
import { printable } from "./output.ts";
import { sourceLines } from "./source-lines.ts";

/**
 * Runs a line that begins with `/`.
 * @returns `end` when the conversation is over
 */
export function runChatCommand(line: string, conversation: Conversation, context: CommandContext): "end" | "go on" {
  const { output, text } = context;
  const name = line.split(/\s/)[0] ?? line;
  switch (name) {
    case "/exit":
    case "/quit":
      return "end";
    case "/help":
      output.result(text.chat.help);
      return "go on";
    case "/clear":
      conversation.history = [];
      conversation.lastCitations = undefined;
      output.result(text.chat.cleared);
      return "go on";
    case "/sources":
      showSources(conversation, context);
      return "go on";
    default:
      output.note(text.chat.unknown(printable(name)));
      return "go on";
  }
}

function showSources({ lastCitations }: Conversation, { output, text }: CommandContext): void {
  if (lastCitations === undefined) return output.result(text.chat.noSources);
  const lines = sourceLines(lastCitations, text);
  for (const [index, citation] of lastCitations.entries()) {
    output.result(lines[index] ?? "");
    output.result(output.paint.dim(printable(citation.quote).replace(/^/gm, "    ")));
  }
}
