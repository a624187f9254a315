import { Worker } from "node:worker_threads";
import { AppError } from "../core/errors.ts";
import { workerEntry } from "../core/runtime.ts";
import type { DataFilesAnswer, DataFilesRequest, DataFilesResult } from "./data-files.ts";

/**
 * Runs `buildDataFiles` in a thread of its own, so that this one stays free.
 * @throws AppError as `buildDataFiles`, and `aborted`
 */
export async function runBuildWorker(request: DataFilesRequest, signal: AbortSignal): Promise<DataFilesResult> {
  const { source, options } = workerEntry("build-worker", import.meta.url);
  const worker = new Worker(source, { ...options, workerData: request });
  try {
    const answer = await firstAnswer(worker, signal);
    if ("result" in answer) return answer.result;
    if ("failure" in answer) throw new AppError(answer.failure.code, answer.failure.message);
    throw new Error(`The index could not be built: ${answer.bug}`);
  } finally {
    await worker.terminate();
  }
}

function firstAnswer(worker: Worker, signal: AbortSignal): Promise<DataFilesAnswer> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(new AppError("aborted", "The build of the index was stopped."));
    };
    signal.addEventListener("abort", onAbort, { once: true });
    worker.once("message", (answer: DataFilesAnswer) => {
      signal.removeEventListener("abort", onAbort);
      resolve(answer);
    });
    worker.once("error", reject);
    worker.once("exit", (code) => {
      signal.removeEventListener("abort", onAbort);
      reject(new Error(`The thread that builds the index ended with code ${code}.`));
    });
    if (signal.aborted) onAbort();
  });
}
