import { z } from "zod";
import { amount, flag, oneOf, text, variableName, webAddress, wholeNumber } from "./fields.ts";

/** Interfaces of the alles-apin gateway, one model family each. */
const ALLES_APIN_APIS = [
  "minimax",
  "openai-v1",
  "openai-completions",
  "openai",
  "openai-assistants",
  "palm-chat",
  "palm-text",
  "gemini",
  "claude",
  "claude-slack",
  "wenxin",
  "spark",
] as const;

/** Vendors that speak OpenAI's dialect and have a default model. */
const HOSTED_VENDORS = [
  "kimi",
  "step",
  "deepseek",
  "zhipu",
  "siliconflow",
  "ppio",
  "internlm",
  "dashscope",
  "xi-api",
] as const;

/** OpenAI's dialect where the owner names the model, and a server of one's own may need no key. */
const OPEN_VENDORS = ["openai", "vllm", "ollama"] as const;

const model = text("Model name as the gateway spells it. Default: the gateway's own (see README).");
const requiredModel = text("Model name as the gateway spells it.");
const apiKey = variableName("Environment variable that holds the key.");

function price(description: string) {
  return amount(0, 1_000_000, "per 1M tokens", description).optional();
}

function callSettings(requestsPerMinute: number) {
  return {
    base_url: webAddress("Address of the gateway, as far as its document says. Default: the gateway's own.").optional(),
    requests_per_minute: wholeNumber(
      0,
      100_000,
      "requests/min",
      "Calls a minute that we allow ourselves; 0 = no limit.",
    ).default(requestsPerMinute),
    tokens_per_minute: wholeNumber(
      0,
      100_000_000,
      "tokens/min",
      "Tokens a minute that we allow ourselves; 0 = no limit.",
    ).default(0),
    max_tokens_per_day: wholeNumber(
      0,
      1_000_000_000_000,
      "tokens/day",
      "Tokens a day, prompt and reply; over it the next entry is asked. 0 = no limit.",
    ).default(0),
    price_per_million_prompt: price("Price of a million prompt tokens, in your currency; for the figures only."),
    price_per_million_completion: price("Price of a million reply tokens, in your currency; for the figures only."),
    timeout_s: wholeNumber(1, 3600, "s", "Longest wait for one whole reply.").default(60),
    stream: flag("Streams every call where the gateway can.").default(true),
    context_tokens: wholeNumber(
      256,
      10_000_000,
      "tokens",
      "Prompt and reply together. Default: what the model is known for, else 8192.",
    ).optional(),
    max_tokens: wholeNumber(16, 1_000_000, "tokens", "Longest reply.").default(1024),
  };
}

/** One `[[llm]]` entry; the provider decides which keys it has. */
export const llmSchema = z.discriminatedUnion("provider", [
  z.strictObject({
    provider: z.literal("alles-apin"),
    api: oneOf(ALLES_APIN_APIS, "Interface of the gateway.").default("openai"),
    model: model.optional(),
    api_key_env: apiKey,
    region: oneOf(["cn1", "us1"], "Cluster: Shanghai or Silicon Valley. Default: the gateway chooses.").optional(),
    ...callSettings(30),
  }),
  z.strictObject({
    provider: z.literal("aimhub"),
    model: model.optional(),
    api_key_env: apiKey,
    ...callSettings(60),
  }),
  z.strictObject({
    provider: z.literal("qianfan"),
    model: model.optional(),
    access_key_env: variableName("Environment variable that holds the access key (AK)."),
    secret_key_env: variableName("Environment variable that holds the secret key (SK)."),
    endpoint: text("Last part of the address of your deployed service."),
    auth: oneOf(["token", "iam"], "OAuth access token, or IAM signature of each request.").default("token"),
    ...callSettings(60),
  }),
  z.strictObject({
    provider: z.literal("puyu"),
    model: model.optional(),
    api_key_env: apiKey,
    ...callSettings(60),
  }),
  z.strictObject({
    provider: z.enum(HOSTED_VENDORS),
    model: model.optional(),
    api_key_env: apiKey,
    ...callSettings(60),
  }),
  z.strictObject({
    provider: z.enum(OPEN_VENDORS),
    model: requiredModel,
    api_key_env: apiKey.optional(),
    ...callSettings(60),
  }),
  z.strictObject({
    provider: z.literal("langchain"),
    model: requiredModel,
    api_key_env: apiKey.optional(),
    ...callSettings(60),
  }),
]);
