import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 25;
const PART_BYTES = 64 * 1024;

/**
 * The bytes of a named pipe until its writers have closed it. To open or read one the plain way blocks a thread of the
 * platform until somebody writes, and the process cannot even end before that; here the wait ends with `signal`.
 */
export async function* readPipe(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    for (let hasWriter = false; ;) {
      signal.throwIfAborted();
      const part = new Uint8Array(PART_BYTES);
      const bytes = await handle.read(part, 0, PART_BYTES, null).then(
        ({ bytesRead }) => bytesRead,
        (error: unknown) => {
          if (error instanceof Error && "code" in error && error.code === "EAGAIN") return undefined;
          throw error;
        },
      );
      if (bytes !== undefined && bytes > 0) yield part.subarray(0, bytes);
      // Nothing to read and nobody there: the writers have gone, or none has come yet.
      else if (bytes === 0 && hasWriter) return;
      else await sleep(POLL_MS, undefined, { signal });
      hasWriter ||= bytes !== 0;
    }
  } finally {
    await handle.close();
  }
}
