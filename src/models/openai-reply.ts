import { z } from "zod";

// Only what is read is described; a field that is new, or odd where it does not matter, never breaks a reply.

const count = z.number().nonnegative().optional().catch(undefined);
const usage = z.object({ prompt_tokens: count, completion_tokens: count }).nullish().catch(undefined);

const part = z.object({
  type: z.string().optional().catch(undefined),
  text: z.string().optional().catch(undefined),
});

/** A string, or parts as some gateways send them; parts of type `thinking` or `reasoning` are not the answer. */
const content = z.union([
  z.string(),
  z.null(),
  z.array(part).transform((parts) =>
    parts
      .filter(({ type = "text" }) => type.endsWith("text"))
      .map(({ text = "" }) => text)
      .join(""),
  ),
]);

const choice = z.object({
  finish_reason: z.string().nullish().catch(undefined),
  message: z.object({ content: content.optional() }).optional(),
  delta: z.object({ content: content.optional() }).nullish().catch(undefined),
  usage,
});

const reply = z.object({
  model: z.string().optional().catch(undefined),
  choices: z.array(choice).optional(),
  error: z.unknown().optional(),
  usage,
});

/** A completion, or one chunk of a streamed one. */
export type OpenAiReply = z.output<typeof reply>;

/** Undefined when the value is no completion at all. */
export function readOpenAiReply(value: unknown): OpenAiReply | undefined {
  const result = reply.safeParse(value);
  return result.success ? result.data : undefined;
}

/** Usage from the reply, or from its choice (Moonshot sends it there). */
export function usageOf(data: OpenAiReply): { prompt: number | undefined; completion: number | undefined } | undefined {
  const found = data.usage ?? data.choices?.[0]?.usage;
  return found == null ? undefined : { prompt: found.prompt_tokens, completion: found.completion_tokens };
}
