import { AppError, isAppError } from "../core/errors.ts";
import type { ChatModel, ModelLimits } from "../core/model.ts";
import type { Clock, Fetch, Logger, Random } from "../core/runtime.ts";
import type { Dialect, DialectContext, DialectKeys, ListedModel } from "./dialect.ts";
import { dialectOf } from "./dialects.ts";
import { unauthorised } from "./gateway-errors.ts";
import type { Gateway } from "./gateway.ts";
import { guardModel } from "./guard-model.ts";
import { RateLimiter } from "./limits.ts";
import type { LlmSettings } from "./llm-settings.ts";
import { growingRedactor } from "../core/redact.ts";
import type { UsageLedger } from "./usage-ledger.ts";
import { UsageMeter } from "./usage-meter.ts";

export interface ChatModelsOptions {
  /** In the order they are to be tried. */
  llm: readonly LlmSettings[];
  /** Value of a variable; undefined when unset. */
  secret: (variable: string) => string | undefined;
  /** More secrets that must stand in no message: those of other parts of the configuration and of proxies. */
  secretValues?: readonly string[];
  fetch: Fetch;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Keeps what each call has used. Default: nothing is kept, and budgets do not hold. */
  ledger?: UsageLedger;
  /** Around each gateway, within limits and retries: sees every single call. */
  observe?: (model: ChatModel) => ChatModel;
}

/** The gateway of one entry, and what can be asked of it. */
export interface ConfiguredGateway {
  provider: string;
  /** As configured, else the gateway's default. */
  modelName: string;
  /** Names of the variables that hold its keys. */
  keyVariables: string[];
  baseUrl: string;
  model: ChatModel;
  /** What its document says of its models; at least the default one. */
  knownModels: ListedModel[];
  /** Absent where it cannot be asked. @throws AppError `model_*`, `timeout`, `aborted` */
  listModels?: (signal: AbortSignal) => Promise<ListedModel[]>;
}

/**
 * Makes a model of each entry, with limits, retries and redaction. An entry whose key is unset gives a model that says
 * so when it is asked, so that the next in line has its turn.
 * @throws AppError `config_invalid` for a provider or interface that there is not
 */
export async function createChatModels(options: ChatModelsOptions): Promise<ChatModel[]> {
  return (await createGateways(options)).map(({ model }) => model);
}

/** The same with what else can be asked of each gateway. @throws AppError `config_invalid` */
export async function createGateways(options: ChatModelsOptions): Promise<ConfiguredGateway[]> {
  const { llm, secret, fetch, clock, random, logger, observe = (model) => model } = options;
  const ownKeys = llm.flatMap((settings) => Object.values(keysOf(settings, secret)).filter(isText));
  const { redact, hide } = growingRedactor([...ownKeys, ...(options.secretValues ?? [])]);
  const limiters = new Map<string, RateLimiter>();
  return Promise.all(
    llm.map(async (settings, position) => {
      const { dialect, model } = await identify(settings, position);
      const gateway: Gateway = {
        id: `${settings.provider}/${model}`,
        keyVariable: settings.api_key_env ?? settings.access_key_env,
        fetch,
        clock,
        redact,
      };
      const limits = limitsOf(settings, dialect, model);
      const limiter = limiterOf(settings, { limiters, clock, minGapMs: dialect.minGapMs });
      const meter = options.ledger && meterOf(settings, gateway, options.ledger);
      const timeoutMs = settings.timeout_s * 1000;
      const keys = keysOf(settings, secret);
      const fault = keyFault(settings, gateway, keys);
      const baseUrl = settings.base_url ?? dialect.baseUrl;
      const pace = (signal: AbortSignal): Promise<void> => limiter.take(0, signal);
      const context: DialectContext = { gateway, baseUrl, keys, settings, timeoutMs, hide, pace };
      const bare: ChatModel =
        fault === undefined
          ? observe(dialect.create({ ...context, model, limits }))
          : { id: gateway.id, limits, complete: () => Promise.reject(fault()) };
      const configured: ConfiguredGateway = {
        provider: settings.provider,
        modelName: model,
        keyVariables: keyVariablesOf(settings),
        baseUrl,
        model: guardModel(bare, { limiter, clock, random, logger, timeoutMs, ...(meter && { meter }) }),
        knownModels: dialect.knownModels ?? [{ name: model, contextTokens: limits.contextTokens }],
      };
      if (dialect.listModels !== undefined) {
        const list = dialect.listModels.bind(dialect, context);
        configured.listModels = async (signal) => {
          if (fault !== undefined) throw fault();
          await pace(signal);
          return list(signal);
        };
      }
      return configured;
    }),
  );
}

/** Dialect and model of an entry, so that a missing gateway is told before anything is built. */
async function identify(settings: LlmSettings, position: number): Promise<{ dialect: Dialect; model: string }> {
  const entry = `[[llm]] #${position + 1}`;
  const dialect = await dialectOf(settings).catch((error: unknown) => {
    throw isAppError(error, "config_invalid") ? new AppError(error.code, `${entry}: ${error.message}`) : error;
  });
  const model = settings.model ?? dialect.defaultModel;
  if (model === undefined) {
    throw new AppError("config_invalid", `${entry} model: missing key; "${settings.provider}" has no default`);
  }
  return { dialect, model };
}

function limitsOf(settings: LlmSettings, dialect: Dialect, model: string): ModelLimits {
  const contextTokens = settings.context_tokens ?? dialect.contextTokens(model);
  const replyTokens = Math.min(settings.max_tokens, Math.floor(contextTokens / 2));
  return { contextTokens, replyTokens, ...dialect.promptLimits?.(model) };
}

function meterOf(settings: LlmSettings, { id, keyVariable }: Gateway, ledger: UsageLedger): UsageMeter {
  return new UsageMeter({
    ledger,
    entry: id,
    account: keyVariable,
    maxTokensPerDay: settings.max_tokens_per_day ?? 0,
    pricePerMillion: { prompt: settings.price_per_million_prompt, completion: settings.price_per_million_completion },
  });
}

function keysOf(settings: LlmSettings, secret: ChatModelsOptions["secret"]): DialectKeys {
  const read = (variable: string | undefined): string | undefined =>
    variable === undefined ? undefined : secret(variable);
  return {
    api: read(settings.api_key_env),
    access: read(settings.access_key_env),
    secret: read(settings.secret_key_env),
  };
}

function keyVariablesOf({ api_key_env, access_key_env, secret_key_env }: LlmSettings): string[] {
  return [api_key_env, access_key_env, secret_key_env].filter(isText);
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}

/** What is wrong with a key before any call: unset, or characters that no header can carry (a pasted line break). */
function keyFault(settings: LlmSettings, gateway: Gateway, keys: DialectKeys): (() => AppError) | undefined {
  const named: [variable: string | undefined, key: string | undefined][] = [
    [settings.api_key_env, keys.api],
    [settings.access_key_env, keys.access],
    [settings.secret_key_env, keys.secret],
  ];
  for (const [variable, key] of named) {
    if (variable === undefined) continue;
    const about = { id: gateway.id, keyVariable: variable };
    if (key === undefined) return () => unauthorised(about, `has no key: ${variable} is not set`, "key-unset");
    if (!/^[\x21-\x7e]+$/.test(key)) {
      return () => unauthorised(about, "has a key with blanks, line breaks or letters outside ASCII", "key-malformed");
    }
  }
  return undefined;
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
  { limiters, clock, minGapMs }: { limiters: Map<string, RateLimiter>; clock: Clock; minGapMs: number | undefined },
): RateLimiter {
  const { api = "" } = settings;
  const family = FAMILIES.find(([pattern]) => pattern.test(api))?.[1] ?? api;
  const key = settings.api_key_env ?? settings.access_key_env;
  const account = [settings.provider, family, settings.base_url, key].join("|");
  const limits = {
    requestsPerMinute: settings.requests_per_minute,
    tokensPerMinute: settings.tokens_per_minute,
    ...(minGapMs !== undefined && { minGapMs }),
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
