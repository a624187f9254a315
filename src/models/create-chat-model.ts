import { AppError } from "../core/errors.ts";
import type { ChatModel, ModelLimits } from "../core/model.ts";
import type { Clock, Fetch, Logger, Random } from "../core/runtime.ts";
import { ALLES_APIN_BASE_URL } from "./alles-apin/envelope.ts";
import { ALLES_APIN_OPENAI_MODEL, createAllesApinOpenAi } from "./alles-apin/openai.ts";
import type { Gateway } from "./gateway.ts";
import { unauthorised } from "./gateway-errors.ts";
import { guardModel } from "./guard-model.ts";
import { RateLimiter } from "./limits.ts";
import { createOpenAiChat } from "./openai-chat.ts";
import { createRedactor } from "./redact.ts";
import { contextTokensOf, VENDORS } from "./vendors.ts";

/** One `[[llm]]` entry; keys are spelt as in the config. */
export interface LlmSettings {
  provider: string;
  /** alles-apin only. */
  api?: string | undefined;
  model?: string | undefined;
  base_url?: string | undefined;
  /** Name of the variable that holds the key. */
  api_key_env?: string | undefined;
  region?: string | undefined;
  /** 0 = no limit. */
  requests_per_minute: number;
  /** 0 = no limit. */
  tokens_per_minute: number;
  timeout_s: number;
  stream: boolean;
  context_tokens?: number | undefined;
  max_tokens: number;
}

export interface ChatModelsOptions {
  /** In the order they are to be tried. */
  llm: readonly LlmSettings[];
  /** Value of a variable; undefined when unset. */
  secret: (variable: string) => string | undefined;
  fetch: Fetch;
  clock: Clock;
  random: Random;
  logger: Logger;
}

/**
 * Makes a model of each entry, with limits, retries and redaction. An entry whose key is unset gives a model that says
 * so when it is asked, so that the next in line has its turn.
 * @throws AppError `config_invalid` for a provider or interface that this version does not have
 */
export function createChatModels(options: ChatModelsOptions): ChatModel[] {
  const keys = options.llm.flatMap(({ api_key_env: name }) => (name && options.secret(name)) ?? []);
  const redact = createRedactor(keys);
  const limiters = new Map<string, RateLimiter>();
  return options.llm.map((settings, position) => {
    const { provider, model } = identify(settings, position);
    const { fetch, clock, random, logger } = options;
    const keyVariable = settings.api_key_env;
    const gateway: Gateway = { id: `${provider}/${model}`, keyVariable, fetch, clock, redact };
    const limits = limitsOf(settings, model);
    const key = keyVariable === undefined ? undefined : options.secret(keyVariable);
    const bare = createBareModel({ settings, model, gateway, limits, key });
    const limiter = limiterOf(settings, { limiters, clock });
    return guardModel(bare, { limiter, clock, random, logger, timeoutMs: settings.timeout_s * 1000 });
  });
}

/** Names of entry and model, so that a missing gateway is told before anything is built. */
function identify(settings: LlmSettings, position: number): { provider: string; model: string } {
  const { provider, api } = settings;
  const vendor = VENDORS[provider];
  const isAllesApin = provider === "alles-apin" && api === "openai";
  const model = settings.model ?? (isAllesApin ? ALLES_APIN_OPENAI_MODEL : vendor?.defaultModel);
  if (vendor === undefined && !isAllesApin) {
    const what = provider === "alles-apin" ? `alles-apin with api "${api ?? ""}"` : `"${provider}"`;
    throw new AppError(
      "config_invalid",
      `[[llm]] #${position + 1}: provider ${what} is not available in this version; take another or leave it out`,
    );
  }
  if (model === undefined) {
    throw new AppError("config_invalid", `[[llm]] #${position + 1} model: missing key; "${provider}" has no default`);
  }
  return { provider, model };
}

function limitsOf(settings: LlmSettings, model: string): ModelLimits {
  const contextTokens = settings.context_tokens ?? contextTokensOf(model, VENDORS[settings.provider]);
  return { contextTokens, replyTokens: Math.min(settings.max_tokens, Math.floor(contextTokens / 2)) };
}

interface BareModelOptions {
  settings: LlmSettings;
  model: string;
  gateway: Gateway;
  limits: ModelLimits;
  key: string | undefined;
}

function createBareModel({ settings, model, gateway, limits, key }: BareModelOptions): ChatModel {
  const fault = keyFault(settings, gateway, key);
  if (fault !== undefined) {
    return { id: gateway.id, limits, complete: () => Promise.reject(fault()) };
  }
  const timeoutMs = settings.timeout_s * 1000;
  if (settings.provider === "alles-apin") {
    const connection = {
      gateway,
      baseUrl: settings.base_url ?? ALLES_APIN_BASE_URL,
      token: key ?? "",
      region: settings.region,
      timeoutMs,
    };
    return createAllesApinOpenAi({ connection, model, limits });
  }
  const vendor = VENDORS[settings.provider];
  return createOpenAiChat({
    gateway,
    baseUrl: settings.base_url ?? vendor?.baseUrl ?? "",
    model,
    autoModels: vendor?.autoModels,
    apiKey: key,
    limits,
    timeoutMs,
    stream: settings.stream,
    hasStreamUsage: vendor?.hasStreamUsage,
    minTemperature: vendor?.minTemperature,
  });
}

/** What is wrong with the key before any call: unset, or characters that no header can carry (a pasted line break). */
function keyFault(settings: LlmSettings, gateway: Gateway, key: string | undefined): (() => AppError) | undefined {
  const variable = settings.api_key_env;
  if (key === undefined) {
    return variable === undefined ? undefined : () => unauthorised(gateway, `has no key: ${variable} is not set`);
  }
  return /^[\x21-\x7e]+$/.test(key)
    ? undefined
    : () => unauthorised(gateway, "has a key with blanks, line breaks or letters outside ASCII");
}

/** Model families that alles-apin counts together. */
const FAMILIES: [pattern: RegExp, family: string][] = [
  [/^openai/, "openai"],
  [/^claude/, "claude"],
  [/^(palm|gemini)/, "google"],
];

/** Entries that draw on one account share its limit, the strictest of theirs. */
function limiterOf(
  settings: LlmSettings,
  { limiters, clock }: { limiters: Map<string, RateLimiter>; clock: Clock },
): RateLimiter {
  const { api = "" } = settings;
  const family = FAMILIES.find(([pattern]) => pattern.test(api))?.[1] ?? api;
  const account = [settings.provider, family, settings.base_url, settings.api_key_env].join("|");
  const limits = {
    requestsPerMinute: settings.requests_per_minute,
    tokensPerMinute: settings.tokens_per_minute,
  };
  const known = limiters.get(account);
  if (known !== undefined) {
    known.tighten(limits);
    return known;
  }
  const limiter = new RateLimiter(limits, clock);
  limiters.set(account, limiter);
  return limiter;
}
