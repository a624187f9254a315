import { open, stat } from "node:fs/promises";
import { addAbortSignal, Readable } from "node:stream";
import { errorMessage } from "../core/errors.ts";
import { decodeLines } from "./decode-lines.ts";
import { readPipe } from "./read-pipe.ts";
import { interrupted } from "./read-question.ts";
import type { ReadContext } from "./read-question.ts";
import { usageError } from "./report-error.ts";

/**
 * The lines of a text file, a few at a time. That the file is there is known before the first line is asked for.
 * @throws AppError `usage` when it cannot be read
 */
export async function openFileLines(file: string, context: ReadContext): Promise<AsyncGenerator<string[]>> {
  const { text, signal } = context;
  const refuse = (error: unknown): never => {
    if (signal.aborted) throw error;
    throw usageError(text.gate.unreadable(file, errorMessage(error)));
  };
  if ((await stat(file).catch(refuse)).isFIFO()) {
    return streamLines(refusing(readPipe(file, signal), refuse), context);
  }
  const handle = await Promise.race([open(file), interrupted(signal)]).catch(refuse);
  if ((await handle.stat()).isDirectory()) {
    await handle.close();
    throw usageError(text.gate.isFolder(file));
  }
  const stream = handle.createReadStream();
  return streamLines(refusing(stream, refuse), context);
}

/** The lines of a stream such as stdin; Ctrl-C ends the wait for more. */
export function streamLines(input: AsyncIterable<unknown>, { text, signal }: ReadContext): AsyncGenerator<string[]> {
  const parts = input instanceof Readable ? addAbortSignal(signal, input) : input;
  return decodeLines(parts, text);
}

async function* refusing(stream: AsyncIterable<unknown>, refuse: (error: unknown) => never): AsyncGenerator {
  try {
    yield* stream;
  } catch (error) {
    refuse(error);
  }
}
