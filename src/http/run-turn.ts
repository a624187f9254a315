import { toAskDocument, type AskDocument, type EndedTurn } from "../core/ask-document.ts";
import { errorMessage, isAppError } from "../core/errors.ts";
import type { Logger } from "../core/runtime.ts";
import type { ApiFunctions, HttpTurn, TurnOptions } from "./api-functions.ts";
import { RequestFault } from "./problem.ts";

export interface TurnRequest extends Pick<HttpTurn, "id" | "question" | "callerId" | "via"> {
  options: TurnOptions;
}

export interface TurnParts {
  functions: Pick<ApiFunctions, "ask" | "assertRoom" | "record">;
  logger: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
}

/**
 * Asks, and hands the turn to the ledger before the end is told. Faults of models and documents are an outcome, as `ask --json` has
 * them. Undefined when the caller has hung up.
 * @throws RequestFault 503 while there is no index yet
 */
export async function runTurn(
  { id, question, callerId, via, options }: TurnRequest,
  { functions, logger, now }: TurnParts,
  signal: AbortSignal,
): Promise<AskDocument | undefined> {
  const at = now();
  const ended = await end();
  const turn = { id, at, question, callerId, via, ended };
  // Whoever asked is not denied the answer because the disk is full.
  await functions
    .record({ ...turn, ...(options.group !== undefined && { group: options.group }) })
    .catch((error: unknown) => logger.error("http.not-recorded", { id, error: errorMessage(error) }));
  return ended === undefined ? undefined : toAskDocument(ended);

  async function end(): Promise<EndedTurn | undefined> {
    try {
      const result = await functions.ask(question, options, signal);
      return signal.aborted ? undefined : result;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!isAppError(error) || error.code === "usage") throw error;
      if (error.code === "index_missing") throw new RequestFault(NO_INDEX);
      const outcome = { kind: "failed" as const, code: error.code, message: error.message };
      return { outcome, scores: undefined, timings: {} };
    }
  }
}

const NO_INDEX = {
  status: 503,
  title: "Service Unavailable",
  detail: "The documents are still being read: ask again in a moment.",
  code: "index_missing",
  retryAfterS: 5,
};
