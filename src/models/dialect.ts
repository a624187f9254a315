import type { ChatModel, ModelLimits } from "../core/model.ts";
import type { Gateway } from "./gateway.ts";
import type { LlmSettings } from "./llm-settings.ts";

/** Secrets of one entry; each is set when its config key is, and fit for a header. */
export interface DialectKeys {
  /** Value behind `api_key_env`. */
  api?: string | undefined;
  /** Value behind `access_key_env`. */
  access?: string | undefined;
  /** Value behind `secret_key_env`. */
  secret?: string | undefined;
}

/** What a dialect needs to reach its gateway. */
export interface DialectContext {
  gateway: Gateway;
  /** As far as the gateway's document says, without a slash at its end. */
  baseUrl: string;
  keys: DialectKeys;
  settings: LlmSettings;
  /** Longest wait for one reply, in milliseconds. */
  timeoutMs: number;
  /** Takes a secret that was learnt on the way (a token) out of every message from now on. */
  hide: (secret: string) => void;
  /**
   * Waits until one more call may go out. `guardModel` does so before each attempt; a dialect that needs several calls for
   * one reply does so before every further one.
   * @throws AppError `aborted`
   */
  pace: (signal: AbortSignal) => Promise<void>;
}

export interface ModelContext extends DialectContext {
  /** As the gateway spells it; may be `auto` where the dialect knows what to do with it. */
  model: string;
  limits: ModelLimits;
}

/** A model that a gateway offers. */
export interface ListedModel {
  name: string;
  /** Prompt and reply together, in tokens. */
  contextTokens?: number | undefined;
  /** Maker or family, where the gateway or its document says. */
  family?: string | undefined;
}

/** How one kind of gateway is spoken to. A file a dialect; `dialects.ts` finds it by the config entry. */
export interface Dialect {
  /** Used when the entry has no `base_url`. */
  baseUrl: string;
  /** Absent where the owner has to choose. */
  defaultModel?: string;
  /** Prompt and reply together of a model, in tokens, when the entry does not say. */
  contextTokens(model: string): number;
  /** Bounds of the prompt beyond the context, where the gateway's document has any. */
  promptLimits?(model: string): Pick<ModelLimits, "promptTokens" | "promptChars">;
  /** Least time between two calls, in milliseconds, where the document limits calls a second. */
  minGapMs?: number;
  /** A model that makes one attempt a call: `guardModel` adds limits, retries and trimming. */
  create(context: ModelContext): ChatModel;
  /** Models that the gateway's document names, for where nobody can be asked. */
  knownModels?: ListedModel[];
  /**
   * Asks the gateway for its models.
   * @throws AppError `model_*`, `timeout`, `aborted`
   */
  listModels?(context: DialectContext, signal: AbortSignal): Promise<ListedModel[]>;
}

/** Models by name, each with its window. */
export function namedModels(names: readonly string[], contextTokens: (model: string) => number): ListedModel[] {
  return names.map((name) => ({ name, contextTokens: contextTokens(name) }));
}
