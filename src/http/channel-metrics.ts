import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Intake, OutboundObserver } from "../core/channel.ts";

/** What comes from chat platforms and goes to them, by the kind of channel. */
export interface ChannelMetrics {
  /** An intake whose events are counted, by what became of them. */
  countedIntake(platform: string, intake: Intake): Intake;
  /** An event that had come before. */
  countRepeated(platform: string): void;
  /** A webhook that was answered, `seconds` after it came. */
  countWebhook: (platform: string, reply: { status: number; seconds: number }) => void;
  /** For the calls of a kind of channel. */
  outboundOf: (platform: string) => OutboundObserver;
  /** A post that is going to be sent once more. */
  countRetry: () => void;
}

/** Platforms want their 200 within one second (Lark's challenge) to five (WeChat). */
const ACK_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5];

export function createChannelMetrics({
  registry,
  queueDepth,
}: {
  registry: Registry;
  queueDepth: (() => Promise<number>) | undefined;
}): ChannelMetrics {
  const registers = [registry];
  const events = new Counter({
    name: "bot_events_total",
    help: "Events of platforms; accepted: on the disk; failed: told to come again; refused: not the platform's, or unreadable",
    labelNames: ["platform", "type", "result"],
    registers,
  });
  const duplicates = new Counter({
    name: "bot_event_duplicates_total",
    help: "Events that had come before; they are among the accepted",
    labelNames: ["platform"],
    registers,
  });
  const acknowledging = new Histogram({
    name: "bot_ack_seconds",
    help: "Time from an accepted webhook to our reply, also where the reply waits for the answer",
    labelNames: ["platform"],
    buckets: ACK_SECONDS,
    registers,
  });
  const depth = new Gauge({
    name: "bot_queue_depth",
    help: "Events that nobody is done with, of all processes on this store",
    async collect() {
      this.set((await queueDepth?.().catch(() => Number.NaN)) ?? 0);
    },
    registers: [],
  });
  registry.registerMetric(depth);
  const outbound = new Counter({
    name: "bot_outbound_requests_total",
    help: "Calls of platforms, with the platform's own code, the status or the fault's code",
    labelNames: ["platform", "api", "code"],
    registers,
  });
  const retries = new Counter({
    name: "bot_outbound_retries_total",
    help: "Calls and posts that were made once more",
    registers,
  });

  return {
    countedIntake: (platform, intake) => async (event) => {
      const type = event.kind;
      try {
        await intake(event);
        events.inc({ platform, type, result: "accepted" });
      } catch (error) {
        events.inc({ platform, type, result: "failed" });
        throw error;
      }
    },
    countRepeated: (platform) => duplicates.inc({ platform }),
    countWebhook(platform, { status, seconds }) {
      if (status < 400) acknowledging.observe({ platform }, seconds);
      // 5xx asks the platform to come again, and was counted as failed where an event was read.
      if (status >= 400 && status < 500) events.inc({ platform, type: "unknown", result: "refused" });
    },
    outboundOf: (platform) => ({
      called: ({ api, code }) => outbound.inc({ platform, api, code }),
      retried: () => retries.inc(),
    }),
    countRetry: () => retries.inc(),
  };
}
