import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Channel } from "../../core/channel.ts";
import { AppError, isAppError } from "../../core/errors.ts";
import type { Locale } from "../../core/runtime.ts";
import type { Store } from "../../core/store.ts";
import type { DoctorCheck } from "../../health/checks.ts";
import type { ConsoleFunctions, HealthView } from "../../http/console-functions.ts";
import type { DayUsage } from "../../models/usage-ledger.ts";
import type { IndexManifest } from "../../search/manifest.ts";
import { systemClock } from "../runtime.ts";
import { oneAtATime } from "./one-at-a-time.ts";

export interface HealthPageParts {
  store: Pick<Store, "check" | "pendingCounts">;
  /** Of this process, in leases. */
  owner: string;
  version: () => Promise<string>;
  /** Of the present index. @throws AppError `index_*` */
  manifest: () => Promise<Pick<IndexManifest, "documents" | "chunkCount" | "failed" | "createdAt">>;
  openChannels: () => readonly { channel: Channel; ready: boolean }[];
  usage: (options: { days: number }) => Promise<DayUsage[]>;
  /** The model that writes answers; undefined without one. */
  model: () => Promise<{ id: string } | undefined>;
  doctor: (locale: Locale, signal: AbortSignal) => Promise<DoctorCheck[]>;
  locale: Locale;
}

/** How often the event loop is looked at, in milliseconds; what it comes later than that is its delay. */
const RESOLUTION_MS = 20;
const USAGE_DAYS = 7;
/** For all checks together: gateways and channels are asked over the network. */
const CHECKS_MS = 60_000;

/** How the service is, as the console shows it. The event loop is watched from now on. */
export function healthPage(parts: HealthPageParts): Pick<ConsoleFunctions, "health" | "checks"> {
  const { store, owner, locale } = parts;
  const startedAt = systemClock.now();
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const delayMs = (percentile: number): number => {
    const ms = delay.percentile(percentile) / 1e6 - RESOLUTION_MS;
    return Number.isFinite(ms) ? Math.max(0, Math.round(ms * 10) / 10) : 0;
  };
  const checking = oneAtATime();
  return {
    async health() {
      const [version, index, ready, pending, usage, model] = await Promise.all([
        parts.version(),
        readIndex(parts.manifest),
        store.check().then(
          () => true,
          () => false,
        ),
        store.pendingCounts(owner).catch(() => new Map<string, number>()),
        parts.usage({ days: USAGE_DAYS }),
        parts.model(),
      ]);
      return {
        version,
        startedAt,
        node: process.versions.node,
        memoryBytes: process.memoryUsage.rss(),
        eventLoopMs: { p50: delayMs(50), p99: delayMs(99) },
        index,
        store: { ready },
        channels: parts.openChannels().map(({ channel: { name, kind }, ready: isReady }) => ({
          name,
          kind,
          ready: isReady,
        })),
        queueDepth: [...pending.values()].reduce((sum, count) => sum + count, 0),
        usage: usage.map(({ day, models }) => ({
          day,
          models: models.map(({ model: name, calls, promptTokens: prompt, completionTokens: completion }) => ({
            model: name,
            calls,
            prompt,
            completion,
          })),
        })),
        answerer: model?.id ?? "extractive",
      };
    },
    checks: ({ language = locale }, signal) =>
      checking(async () => {
        const limit = AbortSignal.timeout(CHECKS_MS);
        try {
          return await parts.doctor(language, AbortSignal.any([signal, limit]));
        } catch (error) {
          if (!limit.aborted || signal.aborted) throw error;
          const message = `The checks took more than ${CHECKS_MS / 1000} seconds; a gateway or a channel does not answer.`;
          throw new AppError("timeout", message, { retryable: true, cause: error });
        }
      }),
  };
}

async function readIndex(manifest: HealthPageParts["manifest"]): Promise<HealthView["index"]> {
  try {
    const { documents, chunkCount: chunks, failed, createdAt: builtAt } = await manifest();
    return { documents: documents.length, chunks, failed: failed.length, builtAt };
  } catch (error) {
    // What is wrong with it, the checks say.
    if (isAppError(error) && error.code.startsWith("index_")) return undefined;
    throw error;
  }
}
