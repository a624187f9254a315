import type { EvalReport, TuneReport } from "../app.ts";
import type { Messages } from "./messages/en.ts";
import { printable } from "./output.ts";

type Words = Messages["gate"];

/** Precision, recall, F1 and AUC with their intervals, a line each. */
export function measureLines(
  measures: TuneReport["crossValidated"],
  intervals: TuneReport["intervals"],
  words: Words,
): string[] {
  return (["precision", "recall", "f1", "auc"] as const).map((name) => {
    const { low, high } = intervals[name];
    return `  ${words.measures[name]}  ${measures[name].toFixed(3)}  [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  });
}

/** Lines that were judged wrongly, a line each. */
export function wrongLines(wrong: EvalReport["wrong"], words: Words): string[] {
  return wrong.map(({ line, positive, probability, text }) => {
    const label = positive ? words.shouldSpeak : words.shouldBeSilent;
    return `  ${probability.toFixed(2)}  ${line} (${label}): ${printable(text)}`;
  });
}
