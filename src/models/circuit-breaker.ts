import type { Clock } from "../core/runtime.ts";

export interface CircuitBreakerOptions {
  clock: Clock;
  /** Failures in a row that open it. Default 3. */
  failures?: number;
  /** How long it stays open, in milliseconds. Default 30,000. */
  coolDownMs?: number;
}

/**
 * Keeps calls from a model that is down. Closed: calls pass. After some failures in a row it opens; once it has cooled
 * down, one call may probe: success closes it, failure opens it again.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #coolDownMs: number;
  #failures = 0;
  #openUntil = 0;
  #isProbing = false;

  constructor({ clock, failures = 3, coolDownMs = 30_000 }: CircuitBreakerOptions) {
    this.#clock = clock;
    this.#limit = failures;
    this.#coolDownMs = coolDownMs;
  }

  /** True when a call may go out now. Each true must be followed by `succeed`, `fail` or `abandon`. */
  tryAcquire(): boolean {
    if (this.#failures < this.#limit) {
      return true;
    }
    if (this.#isProbing || this.#clock.now() < this.#openUntil) {
      return false;
    }
    this.#isProbing = true;
    return true;
  }

  succeed(): void {
    this.#failures = 0;
    this.#isProbing = false;
  }

  fail(): void {
    this.#failures += 1;
    this.#isProbing = false;
    this.#openUntil = this.#clock.now() + this.#coolDownMs;
  }

  /** The call ended without telling anything about the model: cancelled, or its request was at fault. */
  abandon(): void {
    this.#isProbing = false;
  }
}
