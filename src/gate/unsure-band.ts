import { toLogOdds } from "./calibrate.ts";
import { sigmoid } from "./logistic.ts";
import type { Judged } from "./measures.ts";

/** The probabilities between which a gate is wrong most often; a line in between may be put to a model. */
export interface UnsureBand {
  /** At most the threshold. */
  low: number;
  /** At least the threshold. */
  high: number;
}

/** Share of the unseen mistakes that a band is to hold. */
const MISTAKES_HELD = 0.5;
/** Largest share of all lines that a band may cover: each may cost a call. */
const MOST_LINES = 0.1;
/** Fewer mistakes say nothing of where they lie. */
const LEAST_MISTAKES = 10;
/** What the shipped prior's band reaches to either side of its threshold, in log-odds; chosen with `bench/judge.ts`. */
const PRIOR_REACH = { below: 0.35, above: 0.35 };

/** The band of a gate whose mistakes are not known. */
export function priorBand(threshold: number): UnsureBand {
  const middle = toLogOdds(threshold);
  return {
    low: Math.min(threshold, sigmoid(middle - PRIOR_REACH.below)),
    high: Math.max(threshold, sigmoid(middle + PRIOR_REACH.above)),
  };
}

export interface BandOptions {
  threshold: number;
  /** The threshold keeps a promise on wrong answers: the band then lies above it, so that a model can only silence. */
  silenceOnly?: boolean;
  /** Default: what `tune` takes. */
  mistakesHeld?: number;
  mostLines?: number;
}

/**
 * The interval around the threshold with the fewest lines that holds half of the mistakes made on unseen lines; where it
 * would cover more than a tenth of all lines, the one within that bound with the most mistakes. A line with probability 0 was
 * silenced by its face and counts as a line only. With few mistakes: the prior's reach.
 */
export function unsureBand(judged: readonly Judged[], options: BandOptions): UnsureBand {
  const { threshold, silenceOnly = false, mistakesHeld = MISTAKES_HELD, mostLines = MOST_LINES } = options;
  const mistakes = judged
    .filter(({ probability, positive }) => probability > 0 && positive !== probability >= threshold)
    .map(({ probability }) => probability)
    .toSorted((a, b) => a - b);
  const lines = judged.map(({ probability }) => probability).toSorted((a, b) => a - b);
  const room = mostLines * lines.length;
  const wanted = Math.ceil(mistakesHeld * mistakes.length);
  const prior = priorBand(threshold);
  const few = mistakes.length < LEAST_MISTAKES;
  const reach = few ? [prior.low, prior.high] : mistakes;
  const lows = silenceOnly ? [threshold] : [...reach.filter((value) => value < threshold), threshold];
  const highs = [threshold, ...reach.filter((value) => value > threshold)];
  let best = { low: threshold, high: threshold, held: 0, covered: 0 };
  for (const low of lows) {
    for (const high of highs) {
      const covered = countBetween(lines, low, high);
      if (covered > room) continue;
      const held = few ? covered : Math.min(wanted, countBetween(mistakes, low, high));
      if (held > best.held || (held === best.held && !few && covered < best.covered))
        best = { low, high, held, covered };
    }
  }
  return { low: best.low, high: best.high };
}

/** How many of the rising values lie in the closed interval. */
function countBetween(rising: readonly number[], low: number, high: number): number {
  return firstAtLeast(rising, high, true) - firstAtLeast(rising, low, false);
}

/** Index of the first value that is at least `bound`, or with `beyond` above it. */
function firstAtLeast(rising: readonly number[], bound: number, beyond: boolean): number {
  let from = 0;
  let to = rising.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const value = rising[middle] ?? 0;
    if (value < bound || (beyond && value === bound)) from = middle + 1;
    else to = middle;
  }
  return from;
}
