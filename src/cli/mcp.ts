import type { CommandContext } from "./context.ts";
import { ensureIndex } from "./ensure-index.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import { reportError } from "./report-error.ts";

/** Clients that end us wait some seconds before they use force. */
const STOP_MS = 5000;

/** `mcp`: tools and documents for a program that started us, over stdin and stdout, until stdin ends. */
export async function runMcp(context: CommandContext): Promise<ExitCode> {
  const { options, output, signal, text } = context;
  const { assistant } = await context.open();
  context.expectEnd(STOP_MS);
  if (!options.quiet) output.note(text.mcp.serving);
  let making: Promise<void> | undefined;
  const untilIndexed = async (): Promise<void> => {
    making ??= ensureIndex(context, assistant).catch((error: unknown) => {
      // Looked at again at the next call: the owner may have mended it.
      making = undefined;
      throw error;
    });
    return making;
  };
  // Begun now, so that the client has its first answers meanwhile; a fault is told again to whoever calls a tool.
  untilIndexed().catch((error: unknown) => {
    if (!signal.aborted) reportError(error, text, output);
  });
  await assistant.mcp({ input: process.stdin, output: process.stdout, untilIndexed }, signal);
  return EXIT.done;
}
