import type { Request, Router } from "express";
import { z } from "zod";
import { LEDGER_OUTCOMES } from "../../core/store.ts";
import { requireAdmin } from "../admin-key.ts";
import type { ConsoleFunctions, ExplainedEntry, LedgerEntry } from "../console-functions.ts";
import { endpoint } from "../endpoint.ts";
import { hangUpSignal } from "../event-stream.ts";
import { RequestFault } from "../problem.ts";
import { jsonBody, readInput } from "../request-input.ts";
import { nameText, wellFormed } from "../text-input.ts";

export interface LedgerOptions {
  consoleFunctions: Pick<ConsoleFunctions, "ledger" | "ledgerEntry" | "labelEntry" | "ledgerFacets">;
  adminKey: string | undefined;
  maxBodyBytes: number;
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
  outcome: z.enum(LEDGER_OUTCOMES).optional(),
  /** A reason of silence, or the code of a fault. */
  reason: nameText(64).optional(),
  /** Words that all stand in the text. */
  q: nameText(256).optional(),
});

export const languageSchema = z.strictObject({ language: z.enum(["zh", "en"]).optional() });

export const labelSchema = z.strictObject({ right: z.boolean() });

/** `/v1/ledger…` (admin key): what became of every message and why, and the owner's opinion of it. */
export function ledgerRoutes({ consoleFunctions, adminKey, maxBodyBytes }: LedgerOptions): Router[] {
  const admin = requireAdmin(adminKey);
  return [
    endpoint("/v1/ledger", {
      get: [
        admin,
        async (request, response) => {
          const { group, q, ...query } = readInput(ledgerSchema, request.query);
          const given = Object.entries({ ...query, conversationId: group, text: q });
          const entries = await consoleFunctions.ledger({
            limit: query.limit,
            ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
          });
          response.json({ records: entries.map(entryDocument) });
        },
      ],
    }),
    endpoint("/v1/ledger/facets", {
      get: [
        admin,
        async (_request, response) => {
          response.json(await consoleFunctions.ledgerFacets());
        },
      ],
    }),
    endpoint("/v1/ledger/:id", {
      get: [
        admin,
        async (request, response) => {
          const { language } = readInput(languageSchema, request.query);
          const entry = await consoleFunctions.ledgerEntry(idOf(request), { language }, hangUpSignal(response));
          if (entry === undefined) throw noRecord();
          response.json(explainedDocument(entry));
        },
      ],
    }),
    endpoint("/v1/ledger/:id/label", {
      put: [
        admin,
        ...jsonBody(maxBodyBytes),
        async (request, response) => {
          const { right } = readInput(labelSchema, request.body);
          if (!(await consoleFunctions.labelEntry(idOf(request), right))) throw noRecord();
          response.status(204).end();
        },
      ],
      delete: [
        admin,
        async (request, response) => {
          if (!(await consoleFunctions.labelEntry(idOf(request), undefined))) throw noRecord();
          response.status(204).end();
        },
      ],
    }),
  ];
}

function idOf({ params }: Request): string {
  return wellFormed.parse(params["id"]);
}

function noRecord(): RequestFault {
  const detail = "The ledger has no message with this id.";
  return new RequestFault({ status: 404, title: "Not Found", detail, code: "not_found" });
}

function explainedDocument({ why, explanation, ...entry }: ExplainedEntry) {
  return {
    ...entryDocument(entry),
    why,
    explanation: explanation.map(({ feature, words, share }) => ({ feature, words, share })),
  };
}

function entryDocument({ record, label, answer }: LedgerEntry) {
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
    label: label ?? null,
    ...(answer !== undefined && {
      answer: answer.markdown,
      citations: answer.citations.map(({ n, source, title, headings, page, quote }) => ({
        n,
        source,
        title,
        headings,
        ...(page !== undefined && { page }),
        quote,
      })),
    }),
  };
}
