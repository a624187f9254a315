import { z } from "zod";

// Only what is read is described: every integration adds fields of its own.

const part = z.union([
  z.string(),
  z.object({ type: z.string().optional().catch(undefined), text: z.string().optional().catch(undefined) }),
]);

const count = z.number().nonnegative().optional().catch(undefined);
const reason = z.string().optional().catch(undefined);
const reasons = z
  .object({
    finish_reason: reason,
    stop_reason: reason,
    done_reason: reason,
    finishReason: reason,
    stopReason: reason,
    incomplete_details: z.object({ reason }).optional().catch(undefined),
  })
  .optional()
  .catch(undefined);

const message = z.object({
  content: z.union([z.string(), z.array(part)]),
  usage_metadata: z.object({ input_tokens: count, output_tokens: count }).optional().catch(undefined),
  response_metadata: reasons,
  // Anthropic's streams tell it here.
  additional_kwargs: reasons,
});

/** A message of LangChain, or one piece of a streamed one. */
export interface LangChainText {
  text: string;
  /** Why the model stopped, in the words of its integration. */
  reason: string | undefined;
  usage: { prompt: number | undefined; completion: number | undefined } | undefined;
}

/** What is read of a message; undefined when the value is none. Thoughts and calls of tools are no text. */
export function readLangChainMessage(value: unknown): LangChainText | undefined {
  const result = message.safeParse(value);
  if (!result.success) return undefined;
  const { content, usage_metadata: usage, response_metadata, additional_kwargs } = result.data;
  return {
    text: typeof content === "string" ? content : content.map(textOf).join(""),
    reason: reasonOf(response_metadata) ?? reasonOf(additional_kwargs),
    usage: usage && { prompt: usage.input_tokens, completion: usage.output_tokens },
  };
}

function reasonOf(said: z.output<typeof reasons>): string | undefined {
  if (said === undefined) return undefined;
  const { incomplete_details, finish_reason, stop_reason, done_reason, finishReason, stopReason } = said;
  return incomplete_details?.reason ?? finish_reason ?? stop_reason ?? done_reason ?? finishReason ?? stopReason;
}

function textOf(one: z.output<typeof part>): string {
  if (typeof one === "string") return one;
  return one.type === undefined || /^(?:text|text_delta|output_text)$/u.test(one.type) ? (one.text ?? "") : "";
}

/** `length` (OpenAI, Ollama), `max_tokens` (Anthropic, Bedrock), `MAX_TOKENS` (Google, Cohere), `model_length` (Mistral). */
export function isLengthReason(said: string | undefined): boolean {
  return said !== undefined && /^(?:length|max_tokens|model_length|max_output_tokens)$/iu.test(said);
}
