import { z } from "zod";
import { ERROR_CODES } from "../../core/errors.ts";
import { DECLINE_REASONS } from "../../core/outcome.ts";

/** What the routes answer with, for `/openapi.json` and for the test that compares it with what they do. */

const probability = z.number().min(0).max(1);
const count = z.int().min(0);
const scores = z.strictObject({ question: probability, answerable: probability, threshold: probability });
const tokens = z.strictObject({ prompt: count, completion: count, total: count });

const citation = z.strictObject({
  n: z.int().min(1),
  source: z.string(),
  title: z.string(),
  headings: z.array(z.string()),
  page: z.int().optional(),
  quote: z.string(),
});

/** What `ask --json` prints. */
export const askDocument = z.strictObject({
  outcome: z.enum(["answered", "declined", "failed"]),
  reason: z.enum([...DECLINE_REASONS, ...ERROR_CODES]).optional(),
  message: z.string().optional(),
  answer: z.string(),
  citations: z.array(citation),
  scores: scores.nullable(),
  judge: z.strictObject({ score: z.number().nullable(), speaks: z.boolean(), model: z.string() }).optional(),
  model: z.string(),
  tokens,
  timings: z.record(z.string(), z.number()),
});

export const answerDocument = z.strictObject({ id: z.string(), ...askDocument.shape });

export const searchDocument = z.strictObject({
  hits: z.array(
    z.strictObject({
      rank: z.int().min(1),
      score: z.number(),
      dense: z.number(),
      lexical: z.number(),
      source: z.string(),
      title: z.string(),
      headings: z.array(z.string()),
      page: z.int().optional(),
      chunk: z.string(),
      text: z.string(),
    }),
  ),
});

export const scoreDocument = z.strictObject({
  lines: z.array(
    z.strictObject({
      text: z.string(),
      question: probability,
      answerable: probability,
      speak: z.boolean(),
      reason: z.enum(DECLINE_REASONS).nullable(),
      explanation: z.array(z.strictObject({ feature: z.string(), words: z.string(), share: z.number() })).optional(),
    }),
  ),
});

const ledgerEntry = {
  id: z.string(),
  at: z.int(),
  channel: z.string(),
  group: z.string().optional(),
  senderId: z.string(),
  mentioned: z.boolean(),
  text: z.string().nullable(),
  outcome: z.string(),
  reason: z.string().optional(),
  scores: scores.nullable(),
  steps: z.array(z.looseObject({ name: z.string(), durationMs: z.number() })),
  model: z.string().optional(),
  tokens: tokens.optional(),
  leadId: z.string().optional(),
  label: z.strictObject({ right: z.boolean(), source: z.string() }).nullable(),
  answer: z.string().optional(),
  citations: z.array(citation).optional(),
};

export const ledgerDocument = z.strictObject({ records: z.array(z.strictObject(ledgerEntry)) });

export const explainedDocument = z.strictObject({
  ...ledgerEntry,
  why: z.array(z.string()),
  explanation: z.array(z.strictObject({ feature: z.string(), words: z.string(), share: z.number() })),
});

export const facetsDocument = z.strictObject({
  groups: z.array(z.strictObject({ channel: z.string(), group: z.string(), count })),
  outcomes: z.record(z.string(), count),
  reasons: z.record(z.string(), count),
});

export const queuedDocument = z.strictObject({ id: z.string() });

const own = z.strictObject({
  outcome: z.enum(["answered", "declined"]),
  reason: z.enum(DECLINE_REASONS).optional(),
  citations: z.array(citation),
  scores: scores.nullable(),
});

export const completionDocument = z.strictObject({
  id: z.string(),
  object: z.literal("chat.completion"),
  created: z.int(),
  model: z.string(),
  choices: z.array(
    z.strictObject({
      index: z.literal(0),
      message: z.strictObject({ role: z.literal("assistant"), content: z.string(), refusal: z.null() }),
      logprobs: z.null(),
      finish_reason: z.literal("stop"),
    }),
  ),
  usage: z.strictObject({ prompt_tokens: count, completion_tokens: count, total_tokens: count }),
  xianheng: own,
});

const model = z.strictObject({
  id: z.string(),
  object: z.literal("model"),
  created: z.int(),
  owned_by: z.string(),
});
export const modelDocument = model;
export const modelsDocument = z.strictObject({ object: z.literal("list"), data: z.array(model) });

export const embeddingsDocument = z.strictObject({
  object: z.literal("list"),
  data: z.array(
    z.strictObject({
      object: z.literal("embedding"),
      index: count,
      embedding: z.union([z.array(z.number()), z.string()]),
    }),
  ),
  model: z.string(),
  usage: z.strictObject({ prompt_tokens: count, total_tokens: count }),
});

export const problemSchema = z.strictObject({
  type: z.literal("about:blank"),
  title: z.string(),
  status: z.int(),
  detail: z.string().optional(),
  instance: z.string(),
  code: z.string().optional(),
  errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).optional(),
  checks: z.array(z.strictObject({ check: z.string(), ready: z.boolean() })).optional(),
});

export const openAiErrorSchema = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.enum(["invalid_request_error", "rate_limit_exceeded", "server_error"]),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});

export const fastApiErrorSchema = z.strictObject({
  detail: z.union([
    z.string(),
    z.array(
      z.strictObject({
        type: z.string(),
        loc: z.array(z.union([z.string(), z.int()])),
        msg: z.string(),
        input: z.unknown(),
      }),
    ),
  ]),
});

export const statusDocument = z.strictObject({ status: z.literal("ok") });
export const readyDocument = z.strictObject({
  status: z.literal("ok"),
  checks: z.array(z.strictObject({ check: z.string(), ready: z.boolean(), detail: z.string().optional() })),
});

export const openApiSchema = z.looseObject({ openapi: z.literal("3.1.0") });

const serialStep = z.strictObject({ state: z.string(), response: z.string(), refs: z.array(z.string()) });

/** Of HuixiangDou's parallel pipeline, or of its serial one. */
export const huixiangdouAnswer = z.union([
  z.string(),
  z.strictObject({
    step: z.array(serialStep).min(1),
    debug: z.strictObject({ scores: scores.nullable(), timings: z.record(z.string(), z.number()) }),
  }),
]);
