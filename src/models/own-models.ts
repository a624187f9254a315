import type { ChatModel, ModelLimits } from "../core/model.ts";
import type { Clock, Fetch, Logger, Random } from "../core/runtime.ts";
import { guardModel } from "./guard-model.ts";
import { createLangChainModel, type LangChainChatModel } from "./langchain-model.ts";
import { RateLimiter } from "./limits.ts";
import { createOpenAiChat } from "./openai-chat.ts";
import { createRedactor } from "../core/redact.ts";
import { contextTokensOf, type Vendor } from "./vendors.ts";

/** What a model is given by the program it becomes part of. */
export interface ModelRuntime {
  fetch: Fetch;
  clock: Clock;
  random: Random;
  logger: Logger;
}

/** A model that code brings along instead of an `[[llm]]` entry. */
export type OwnModel = (runtime: ModelRuntime) => ChatModel;

export interface OwnModelOptions {
  /** Prompt and reply together, in tokens. Default: what the model is known for, else 8192. */
  contextTokens?: number;
  /** Longest reply, in tokens. Default 1024. */
  maxTokens?: number;
  /** Longest wait for one reply, in milliseconds. Default 60000. */
  timeoutMs?: number;
  /** Default: no limit. */
  requestsPerMinute?: number;
  /** Default true. */
  stream?: boolean;
}

/**
 * A chat model of LangChain, made elsewhere. Its temperature and length of reply are those that it was made with; make it
 * with `maxRetries: 0`, for tries after a fault are ours.
 * @param name `vendor/model`, for messages and logs
 */
export function fromLangChain(model: LangChainChatModel, name: string, options: OwnModelOptions = {}): OwnModel {
  const limits = limitsOf(name.slice(name.indexOf("/") + 1), options);
  return (runtime) => {
    const { timeoutMs = 60_000, stream = true } = options;
    const bare = createLangChainModel({
      gateway: { id: name, fetch: runtime.fetch, clock: runtime.clock, redact: createRedactor([]) },
      limits,
      timeoutMs,
      baseUrl: `https://${name}`,
      stream,
      endsWithReason: false,
      modelFor: async () => ({ model, warnings: [] }),
    });
    return guarded(bare, options, runtime);
  };
}

export interface VendorModelOptions extends OwnModelOptions {
  /** `vendor` in messages and logs. */
  name: string;
  /** Default: the vendor's own. */
  model?: string;
  /** Absent: none is sent. */
  apiKey?: string;
}

/**
 * A model behind an OpenAI-compatible address.
 * @throws Error when neither the options nor the row name a model
 */
export function fromVendor(vendor: Vendor, options: VendorModelOptions): OwnModel {
  const { name, model = vendor.defaultModel, apiKey, timeoutMs = 60_000, stream = true } = options;
  if (model === undefined) throw new Error(`fromVendor: "${name}" has no default model; name one`);
  const limits = limitsOf(model, { contextTokens: contextTokensOf(model, vendor), ...options });
  return (runtime) => {
    const bare = createOpenAiChat({
      gateway: {
        id: `${name}/${model}`,
        fetch: runtime.fetch,
        clock: runtime.clock,
        redact: createRedactor(apiKey === undefined ? [] : [apiKey]),
      },
      baseUrl: vendor.baseUrl,
      model,
      autoModels: vendor.autoModels,
      apiKey,
      limits,
      timeoutMs,
      stream,
      hasStreamUsage: vendor.hasStreamUsage,
      minTemperature: vendor.minTemperature,
    });
    return guarded(bare, options, runtime);
  };
}

function limitsOf(
  model: string,
  { contextTokens = contextTokensOf(model), maxTokens = 1024 }: OwnModelOptions,
): ModelLimits {
  return { contextTokens, replyTokens: Math.min(maxTokens, Math.floor(contextTokens / 2)) };
}

function guarded(
  bare: ChatModel,
  { requestsPerMinute = 0, timeoutMs = 60_000 }: OwnModelOptions,
  { clock, random, logger }: ModelRuntime,
): ChatModel {
  const limiter = new RateLimiter({ requestsPerMinute, tokensPerMinute: 0 }, clock);
  return guardModel(bare, { limiter, clock, random, logger, timeoutMs });
}
