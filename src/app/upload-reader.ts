import type { ReadDocument } from "../core/document.ts";
import type { ReadyOptions } from "./assistant.ts";
import { readerOptions } from "./documents.ts";
import { createTaskQueue } from "./task-queue.ts";

export interface UploadReader {
  /** What is in a file, wherever it lies, under the source that it is to have. @throws AppError `document_*`, `aborted` */
  read(file: { path: string; source: string }, signal: AbortSignal): Promise<ReadDocument>;
  close(): Promise<void>;
}

/** Reads uploads one after the other, in a thread that ends when there are no more: it holds the parsers' memory. */
export function createUploadReader(options: ReadyOptions): UploadReader {
  const lazyReader = import("../ingest/read-document.ts").then(({ createDocumentReader }) =>
    createDocumentReader({ ...readerOptions(options.config.config), namesMustFit: true }),
  );
  // A thread must not be ended while the next file is on its way to it.
  const alone = createTaskQueue();
  let waiting = 0;
  return {
    read({ path, source }, signal) {
      waiting++;
      return alone(async () => {
        const reader = await lazyReader;
        try {
          return await reader.read({ path, source, size: 0, modifiedMs: 0 }, signal);
        } finally {
          if (--waiting === 0) await reader.close();
        }
      });
    },
    close: async () => (await lazyReader).close(),
  };
}
