import type { Router } from "express";
import { requireAdmin } from "../admin-key.ts";
import type { ConsoleFunctions } from "../console-functions.ts";
import { endpoint } from "../endpoint.ts";
import { hangUpSignal } from "../event-stream.ts";
import { readInput } from "../request-input.ts";
import { languageSchema } from "./ledger.ts";

export interface HealthOptions {
  consoleFunctions: Pick<ConsoleFunctions, "health" | "checks">;
  adminKey: string | undefined;
}

/** `/v1/health…` (admin key): how the service is, and what `doctor` says of it. */
export function healthRoutes({ consoleFunctions, adminKey }: HealthOptions): Router[] {
  const admin = requireAdmin(adminKey);
  return [
    endpoint("/v1/health", {
      get: [
        admin,
        async (_request, response) => {
          const { index, ...health } = await consoleFunctions.health();
          response.json({
            version: health.version,
            started_at: health.startedAt,
            node: health.node,
            memory_bytes: health.memoryBytes,
            event_loop_ms: health.eventLoopMs,
            index:
              index === undefined
                ? null
                : {
                    documents: index.documents,
                    chunks: index.chunks,
                    failed: index.failed,
                    built_at: index.builtAt,
                  },
            store: health.store,
            channels: health.channels,
            queue_depth: health.queueDepth,
            usage: health.usage,
            answerer: health.answerer,
          });
        },
      ],
    }),
    endpoint("/v1/health/checks", {
      post: [
        admin,
        async (request, response) => {
          const { language } = readInput(languageSchema, request.query);
          response.json({ checks: await consoleFunctions.checks({ language }, hangUpSignal(response)) });
        },
      ],
    }),
  ];
}
