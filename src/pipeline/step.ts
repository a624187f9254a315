import type { Outcome } from "../core/outcome.ts";

/** What a step returns: the enriched turn, or the end of it. */
export type StepResult<Out> = { next: Out } | { end: Outcome };

/** Enriches a turn or ends it. A terminal step has `Out = never`. */
export type Step<In, Out> = (turn: In, signal: AbortSignal) => Promise<StepResult<Out>>;

/** Reports the time a named step took, in milliseconds. */
export type StepTimer = (name: string, ms: number) => void;

/** Runs a named piece of work, and may look at how long it takes and how it ends. */
export type StepAround = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Steps joined by type: a step that needs hits cannot stand before the one that finds them. */
export interface Pipeline<In, Out> {
  step<Next>(name: string, next: Step<Out, Next>): Pipeline<In, Next>;
  /** The whole as one step, which reports each part's time; each part runs within `around`, where there is one. */
  build(
    now: () => number,
    around?: StepAround,
  ): (turn: In, signal: AbortSignal, onStep?: StepTimer) => Promise<StepResult<Out>>;
}

interface NamedRun<In, Out> {
  (turn: In, signal: AbortSignal, timed: TimedRunner): Promise<StepResult<Out>>;
}

type TimedRunner = <A, B>(name: string, step: Step<A, B>, turn: A, signal: AbortSignal) => Promise<StepResult<B>>;

/** Begins a pipeline with its first step. */
export function pipeline<In, Out>(name: string, first: Step<In, Out>): Pipeline<In, Out> {
  return chain((turn, signal, timed) => timed(name, first, turn, signal));
}

function chain<In, Out>(run: NamedRun<In, Out>): Pipeline<In, Out> {
  return {
    step(name, next) {
      return chain(async (turn, signal, timed) => {
        const result = await run(turn, signal, timed);
        return "end" in result ? result : timed(name, next, result.next, signal);
      });
    },
    build(now, around = async (_name, work) => work()) {
      return (turn, signal, onStep) =>
        run(turn, signal, async (name, step, input, stepSignal) => {
          stepSignal.throwIfAborted();
          const startedAt = now();
          try {
            return await around(name, () => step(input, stepSignal));
          } finally {
            onStep?.(name, now() - startedAt);
          }
        });
    },
  };
}
