import type { EndedTurn } from "../core/ask-document.ts";
import { inSpan, noTracer, type Tracer } from "../core/tracer.ts";
import type { Store } from "../core/store.ts";
import type { Metrics } from "../http/metrics.ts";
import type { AskOptions, AskResult, ReadyOptions } from "./assistant.ts";
import { openTelemetry } from "./open-telemetry.ts";
import { packageVersion } from "./package-version.ts";

type Ask = (question: string, options: AskOptions, signal: AbortSignal) => Promise<AskResult>;

/** Who watches a running service: its metrics and, where there is a collector, its traces. */
export interface ServiceWatch {
  metrics: Metrics;
  tracer: Tracer;
  /** Counts and traces the turns of a platform. */
  observedAsk: (platform: string, ask: Ask) => Ask;
  /** Hands over what is left. */
  stop(): Promise<void>;
}

/** @throws AppError `package_missing`, `config_invalid` */
export async function watchService(
  { config, logger, observation }: ReadyOptions,
  { store, instanceId }: { store: Pick<Store, "countPending">; instanceId: string },
): Promise<ServiceWatch> {
  const [{ createMetrics }, version] = await Promise.all([
    import("../http/metrics.ts"),
    packageVersion(config.packageRoot),
  ]);
  const metrics = createMetrics({ version, nodeVersion: process.version, queueDepth: () => store.countPending() });
  const telemetry = await openTelemetry({ config, logger, version, instanceId });
  const tracer = telemetry?.tracer ?? noTracer;
  observation.onModelCall((call) => metrics.countModelCall(call));
  observation.traceWith(tracer);
  return {
    metrics,
    tracer,
    observedAsk(platform, ask) {
      const start = {
        name: "turn",
        facts: { "xianheng.channel": platform },
        // A group's turn is a trace of its own: it goes on long after the call that began it, and answers many messages.
        ...(platform !== "http" && { parent: "none" as const }),
      };
      return async (question, options, signal) =>
        inSpan(tracer, start, async (span) => {
          const ended = await ask(question, options, signal);
          metrics.countTurn(platform, ended);
          span.set(factsOf(ended));
          if (ended.outcome.kind === "failed") span.fail(ended.outcome.code);
          return ended;
        });
    },
    stop: async () => telemetry?.stop(),
  };
}

/** How a turn ended, without a word of it. */
function factsOf({ outcome, scores }: EndedTurn): Record<string, string | number | undefined> {
  return {
    "xianheng.outcome": outcome.kind,
    "xianheng.reason": outcome.kind === "declined" ? outcome.reason : undefined,
    "xianheng.citations": outcome.kind === "answered" ? outcome.citations.length : undefined,
    "xianheng.model": outcome.kind === "answered" ? outcome.model : undefined,
    "xianheng.answerable": scores?.answerable,
    "xianheng.threshold": scores?.threshold,
  };
}
