import type { HealthCheck, HealthDocument } from "../../api/health.ts";
import { numberText } from "../../ui/quantities.ts";
import { healthWords } from "./words.ts";

/** Above this, in milliseconds, people notice that answers stall. */
const SLOW_LOOP_MS = 200;

export interface Concern {
  text: string;
  /** Whether the Documents page has what to do. */
  isOfDocuments: boolean;
}

/** What somebody should do something about, the worst first; empty when all is well. */
export function concernsOf(
  { index, store, channels, event_loop_ms: { p99 } }: HealthDocument,
  checks: readonly HealthCheck[],
): Concern[] {
  const words = healthWords.value;
  const failedChecks = checks.filter(({ status }) => status === "failed").length;
  return [
    ...(store.ready ? [] : [other(words.storeDown)]),
    ...(index === null ? [{ text: words.noIndex, isOfDocuments: true }] : []),
    ...channels.filter(({ ready }) => !ready).map(({ name }) => other(words.channelDown(name))),
    ...(failedChecks > 0 ? [other(words.checksFailed(failedChecks))] : []),
    ...(p99 > SLOW_LOOP_MS ? [other(words.slow(words.milliseconds(numberText(Math.round(p99)))))] : []),
    ...(index !== null && index.failed > 0 ? [{ text: words.unread(index.failed), isOfDocuments: true }] : []),
  ];
}

function other(text: string): Concern {
  return { text, isOfDocuments: false };
}
