import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import type { Config } from "../config/schema.ts";
import { createTurnQueue, type TurnQueue } from "../http/turn-queue.ts";

/** So that no core waits while a turn is between its thread and the main one. */
const SPARE_TURNS = 2;

/** The order of turns over HTTP. What comes from groups has a budget of its own and does not wait here. */
export function httpTurns({ server }: Config): TurnQueue {
  const atOnce = availableParallelism() + SPARE_TURNS;
  return createTurnQueue({ atOnce, maxWaiting: server.max_waiting, now: () => performance.now() });
}
