import { Router } from "express";
import { z } from "zod";
import type { LedgerRecord } from "../../core/store.ts";
import { requireAdmin } from "../admin-key.ts";
import type { ApiFunctions } from "../api-functions.ts";
import { endpoint } from "../endpoint.ts";
import { readInput } from "../request-input.ts";
import { nameText } from "../text-input.ts";

export interface LedgerOptions {
  functions: Pick<ApiFunctions, "ledger">;
  adminKey: string | undefined;
}

const RECORDS = 100;
const MAX_RECORDS = 1000;

const whole = z
  .string()
  .regex(/^\d{1,16}$/u, "must be a whole number")
  .transform(Number)
  .pipe(z.int());

export const ledgerSchema = z.strictObject({
  limit: whole.pipe(z.number().min(1).max(MAX_RECORDS)).default(RECORDS),
  /** Older than this: milliseconds since 1970. */
  before: whole.optional(),
  since: whole.optional(),
  channel: nameText(256).optional(),
  group: nameText(256).optional(),
});

/** `GET /v1/ledger` (admin key): what became of every message, newest first. */
export function ledgerRoutes({ functions, adminKey }: LedgerOptions): Router {
  return endpoint("/v1/ledger", {
    get: [
      requireAdmin(adminKey),
      async (request, response) => {
        const { limit, before, since, channel, group } = readInput(ledgerSchema, request.query);
        const records = await functions.ledger({
          limit,
          ...(before !== undefined && { before }),
          ...(since !== undefined && { since }),
          ...(channel !== undefined && { channel }),
          ...(group !== undefined && { conversationId: group }),
        });
        response.json({ records: records.map(recordDocument) });
      },
    ],
  });
}

function recordDocument(record: LedgerRecord) {
  const { id, messageId, at, channel, conversation, text, outcome, reason, code, scores, steps, model, usage } = record;
  return {
    // Over HTTP the caller was told this one.
    id: channel === "http" ? messageId : id,
    at,
    channel,
    ...(conversation.kind === "group" && { group: conversation.id }),
    senderId: record.senderId,
    mentioned: record.mentioned,
    text: text ?? null,
    outcome,
    ...((reason ?? code) !== undefined && { reason: reason ?? code }),
    scores: scores ?? null,
    steps,
    ...(model !== undefined && { model }),
    ...(usage !== undefined && { tokens: { ...usage, total: usage.prompt + usage.completion } }),
    ...(record.leadId !== undefined && { leadId: record.leadId }),
  };
}
