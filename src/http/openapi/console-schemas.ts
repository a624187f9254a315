import { z } from "zod";

/** What the routes of the console answer with, beside the ledger. */

const share = z.number().min(0).max(1);
const count = z.int().min(0);
const measures = z.strictObject({ precision: share, recall: share, f1: share, auc: share });
const interval = z.strictObject({ low: share, high: share });

export const gateDocument = z.strictObject({
  kind: z.enum(["prior", "tuned"]),
  version: z.string(),
  threshold: share,
  question: share,
  tunedAt: z.number().optional(),
  labels: z.strictObject({ positive: count, negative: count, contradictory: count, skipped: count }),
  lines: z.array(
    z.strictObject({
      id: z.string(),
      text: z.string(),
      positive: z.boolean(),
      probability: share,
      speaks: z.boolean(),
    }),
  ),
  curve: z.array(z.strictObject({ threshold: share, precision: share, recall: share, f1: share })),
  measures: measures.nullable(),
  to_label: z.array(
    z.strictObject({ id: z.string(), text: z.string(), probability: share, outcome: z.string(), at: z.int() }),
  ),
});

export const tuneDocument = z.strictObject({
  threshold: share,
  crossValidated: measures,
  intervals: z.strictObject({ precision: interval, recall: interval, f1: interval, auc: interval }),
  prior: measures,
  labels: z.strictObject({ positive: count, negative: count }),
  warnings: z.array(z.string()),
});

const instant = z.number().min(0);

export const groupDocument = z.strictObject({
  id: z.string(),
  channel: z.string(),
  kind: z.string(),
  group: z.string(),
  listens: z.boolean(),
  unasked: z.boolean(),
  posts: z.strictObject({ last_hour: count, last_day: count }),
  budget: z.strictObject({ per_hour: count, per_day: count, min_gap_s: z.number().min(0), max_share: share }),
  timeline: z.array(instant),
  messages_24h: count,
  answered_24h: count,
  declined_24h: count,
  last_message_at: instant.optional(),
  muted_until: instant.optional(),
  quiet_hours: z.array(z.string()),
  quiet_hours_from: z.enum(["file", "console"]),
  timezone: z.string(),
  quiet_now: z.boolean(),
});

export const groupsDocument = z.strictObject({ groups: z.array(groupDocument) });

export const healthDocument = z.strictObject({
  version: z.string(),
  started_at: instant,
  node: z.string(),
  memory_bytes: count,
  event_loop_ms: z.strictObject({ p50: z.number().min(0), p99: z.number().min(0) }),
  index: z.strictObject({ documents: count, chunks: count, failed: count, built_at: instant }).nullable(),
  store: z.strictObject({ ready: z.boolean() }),
  channels: z.array(z.strictObject({ name: z.string(), kind: z.string(), ready: z.boolean() })),
  queue_depth: count,
  usage: z.array(
    z.strictObject({
      day: z.string(),
      models: z.array(z.strictObject({ model: z.string(), calls: count, prompt: count, completion: count })),
    }),
  ),
  answerer: z.string(),
});

export const checksDocument = z.strictObject({
  checks: z.array(
    z.strictObject({
      check: z.string(),
      name: z.string(),
      status: z.enum(["ok", "warning", "failed", "skipped"]),
      detail: z.string(),
      remedy: z.string(),
    }),
  ),
});
