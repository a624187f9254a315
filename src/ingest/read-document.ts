import { Worker } from "node:worker_threads";
import type { ReadDocument, SourceFile } from "../core/document.ts";
import { AppError, errorMessage } from "../core/errors.ts";
import { workerEntry, type WorkerEntry } from "../core/runtime.ts";
import type { ReadOrder, ReadReply, ReadWorkerSettings } from "./read-protocol.ts";

export interface DocumentReaderOptions {
  /** Longest time for a small file, in milliseconds. Default 20,000. With text recognition it counts from page to page. */
  timeoutMs?: number;
  /** What a large file gets more for each MiB, in milliseconds. Default 8,000: Markdown takes 2,000 to 4,000 on an old core. */
  timeoutMsPerMib?: number;
  /** Largest file, in bytes. Default 100 MiB: parsing takes several times a file's size in memory, and books stay below 50 MiB. */
  maxBytes?: number;
  /** Heap of the reading thread, in MiB. Default 1024. */
  memoryMb?: number;
  /** Recognise the text of pictures and scanned pages. Default false; needs the optional package. */
  ocr?: boolean;
  /** Aim for the length of a chunk, in characters. Default 480. */
  chunkChars?: number;
  /** Refuse files whose name does not say what they are, with `document_unsupported`. Default false: they are read with a warning. */
  namesMustFit?: boolean;
  /** The code of the reading thread; tests put a faulty one in. */
  worker?: WorkerEntry;
}

export interface DocumentReader {
  /**
   * Reads and cuts one file; calls made at the same time wait for each other.
   * @throws AppError `document_*`, `package_missing`, `aborted`
   */
  read(file: SourceFile, signal: AbortSignal): Promise<ReadDocument>;
  /** Ends the reading thread; a later `read` starts a new one. */
  close(): Promise<void>;
}

const MIB = 1024 * 1024;

/** The thread loads its code in this time or something is wrong with the installation. */
const START_TIMEOUT_MS = 60_000;

/**
 * Reads and cuts documents in a thread of their own, which stays warm between files. A file that takes too long, fills the memory or
 * crashes the thread ends that thread and gets an error; the next file gets a fresh one.
 */
export function createDocumentReader(options: DocumentReaderOptions = {}): DocumentReader {
  const { timeoutMs = 20_000, timeoutMsPerMib = 8_000, maxBytes = 100 * MIB } = options;
  const { memoryMb = 1024, ocr = false, chunkChars = 480, namesMustFit = false } = options;
  const entry = options.worker ?? workerEntry("read-worker", import.meta.url);
  const settings: ReadWorkerSettings = { ocr, chunkChars, namesMustFit };
  let thread: ReadThread | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  async function readNow(file: SourceFile, signal: AbortSignal): Promise<ReadDocument> {
    if (signal.aborted) throw abortedFault(file, signal);
    thread ??= startThread(entry, settings, memoryMb);
    try {
      return await thread.ask(
        { path: file.path, source: file.source, maxBytes },
        { timeoutMs, timeoutMsPerMib, signal },
      );
    } finally {
      if (thread?.isOver()) thread = undefined;
    }
  }

  return {
    read(file, signal) {
      const result = queue.then(() => readNow(file, signal));
      queue = result.catch(() => undefined);
      return result;
    },
    async close() {
      await queue;
      await thread?.end();
      thread = undefined;
    },
  };
}

function abortedFault(file: SourceFile, signal: AbortSignal): AppError {
  return new AppError("aborted", `Reading "${file.source}" was stopped.`, { cause: signal.reason });
}

interface ReadLimits {
  timeoutMs: number;
  timeoutMsPerMib: number;
  signal: AbortSignal;
}

interface ReadThread {
  ask(order: ReadOrder, limits: ReadLimits): Promise<ReadDocument>;
  /** True once the thread cannot be asked again. */
  isOver(): boolean;
  end(): Promise<void>;
}

function startThread(entry: WorkerEntry, settings: ReadWorkerSettings, memoryMb: number): ReadThread {
  // What a library prints must not reach the program's own output.
  const worker = new Worker(entry.source, {
    ...entry.options,
    workerData: settings,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  let over = false;
  let ready = false;
  worker.once("exit", () => (over = true));
  worker.once("error", () => (over = true));
  worker.once("message", () => (ready = true));

  function ask(order: ReadOrder, { timeoutMs, timeoutMsPerMib, signal }: ReadLimits): Promise<ReadDocument> {
    return new Promise<ReadDocument>((resolve, reject) => {
      let allowedMs = timeoutMs;
      let timer = setTimeout(() => giveUp(new Error("The reading thread did not start.")), START_TIMEOUT_MS);
      const windUp = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => giveUp(slowFault(order, allowedMs)), allowedMs);
      };
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        worker.off("message", onMessage).off("error", onError).off("exit", onExit);
        signal.removeEventListener("abort", onAbort);
        worker.unref();
        finish();
      };
      const giveUp = (fault: Error): void => {
        over = true;
        settle(() => void worker.terminate().then(() => reject(fault), reject));
      };
      const onAbort = (): void =>
        giveUp(new AppError("aborted", `Reading "${order.source}" was stopped.`, { cause: signal.reason }));
      const onError = (error: unknown): void => settle(() => reject(crashFault(order, error, ready)));
      const onExit = (code: number): void =>
        settle(() => reject(crashFault(order, new Error(`exit code ${code}`), ready)));
      const send = (): void => {
        windUp();
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
        worker.postMessage(order);
      };
      const onMessage = (reply: ReadReply): void => {
        if (reply.kind === "ready") send();
        else if (reply.kind === "opened") {
          allowedMs = timeoutMs + (reply.bytes / MIB) * timeoutMsPerMib;
          windUp();
        } else if (reply.kind === "alive") windUp();
        else if (reply.kind === "read") settle(() => resolve(reply.file));
        else settle(() => reject(new AppError(reply.code, reply.message)));
      };
      worker.ref();
      worker.on("message", onMessage).once("error", onError).once("exit", onExit);
      signal.addEventListener("abort", onAbort, { once: true });
      if (ready) send();
    });
  }

  return {
    ask,
    isOver: () => over,
    end: async () => {
      over = true;
      await worker.terminate();
    },
  };
}

function slowFault({ source }: ReadOrder, allowedMs: number): AppError {
  return new AppError(
    "document_slow",
    `"${source}" could not be read within ${Math.ceil(allowedMs / 1000)} s; it may be damaged. Save it again or split it.`,
  );
}

function crashFault({ source }: ReadOrder, error: unknown, ready: boolean): Error {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") {
    const message = `"${source}" needs more memory than the reader may use; split it into smaller files.`;
    return new AppError("document_too_large", message, { cause: error });
  }
  // A thread that dies before it takes an order is our fault, not the file's.
  if (!ready) return error instanceof Error ? error : new Error(errorMessage(error));
  return new AppError("document_damaged", `"${source}" crashed its reader (${errorMessage(error)}); save it again.`, {
    cause: error,
  });
}
