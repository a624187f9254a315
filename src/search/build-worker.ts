import { parentPort, workerData } from "node:worker_threads";
import { AppError } from "../core/errors.ts";
import { buildDataFiles } from "./data-files.ts";
import type { DataFilesAnswer, DataFilesRequest } from "./data-files.ts";

async function answer(request: DataFilesRequest): Promise<DataFilesAnswer> {
  try {
    return { result: await buildDataFiles(request) };
  } catch (error) {
    if (error instanceof AppError) return { failure: { code: error.code, message: error.message } };
    return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

const request: DataFilesRequest = workerData;
// The rule is about windows; a thread's port has no origin.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
parentPort?.postMessage(await answer(request));
