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
