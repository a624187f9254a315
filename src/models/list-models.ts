import { z } from "zod";
import type { DialectContext, ListedModel } from "./dialect.ts";
import { badReply } from "./gateway-errors.ts";
import { requestJson } from "./http.ts";

const text = z.string().min(1).optional().catch(undefined);
const tokens = z.number().int().positive().optional().catch(undefined);

const entry = z.union([
  z.string().transform((name) => ({ name, contextTokens: undefined, family: undefined })),
  z
    .object({
      id: text,
      name: text,
      model: text,
      owned_by: text,
      // vLLM, OpenRouter and Moonshot, PPIO, Groq, in this order.
      max_model_len: tokens,
      context_length: tokens,
      context_size: tokens,
      context_window: tokens,
    })
    .transform((one) => ({
      name: one.id ?? one.name ?? one.model,
      contextTokens: one.max_model_len ?? one.context_length ?? one.context_size ?? one.context_window,
      family: one.owned_by,
    })),
]);
const entries = z.array(entry);
/** OpenAI `{data: [{id}]}`, Ollama `{models: [{name}]}`, and a plain list. */
const listing = z.union([
  entries,
  z.object({ data: entries }).transform(({ data }) => data),
  z.object({ models: entries }).transform(({ models }) => models),
]);

/**
 * `GET {base}/models` of OpenAI's dialect, in whatever shape it comes, sorted by name.
 * @throws AppError `model_*`, `timeout`, `aborted`
 */
export async function listOpenAiModels(context: DialectContext, signal: AbortSignal): Promise<ListedModel[]> {
  const { gateway, baseUrl, keys, timeoutMs } = context;
  const value = await requestJson(gateway, {
    method: "GET",
    url: `${baseUrl}/models`,
    headers: keys.api === undefined ? {} : { authorization: `Bearer ${keys.api}` },
    timeoutMs,
    signal,
  });
  const result = listing.safeParse(value);
  if (!result.success) {
    throw badReply(gateway, "listed no models (data[].id)", { got: JSON.stringify(value) });
  }
  const byName = new Map<string, ListedModel>();
  for (const { name, contextTokens, family } of result.data) {
    if (name === undefined) continue;
    byName.set(name, {
      name,
      ...(contextTokens !== undefined && { contextTokens }),
      ...(family !== undefined && { family }),
    });
  }
  return [...byName.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
}
