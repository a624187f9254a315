import { circuitBreaker, ConsecutiveBreaker, handleWhen, type CircuitBreakerPolicy } from "cockatiel";
import { isAppError } from "../core/errors.ts";

/** Failures in a row after which a service is left out. */
const FAILURES = 3;
/** How long it is left out, in milliseconds; then one call may try it again. */
const COOL_DOWN_MS = 30_000;

/** Keeps calls from a service that keeps failing. */
export function createBreaker(): CircuitBreakerPolicy {
  return circuitBreaker(handleWhen(tellsOfHealth), {
    breaker: new ConsecutiveBreaker(FAILURES),
    halfOpenAfter: COOL_DOWN_MS,
  });
}

/** A refused request, a cancelled call, a spent budget and a bug say nothing about the service; everything else does. */
function tellsOfHealth(error: Error): boolean {
  return isAppError(error) && !isAppError(error, "aborted", "model_rejected_request", "model_budget_spent");
}
