import { AppError } from "../core/errors.ts";
import { namedModels, type Dialect, type ListedModel } from "./dialect.ts";
import type { LlmSettings } from "./llm-settings.ts";
import { VENDORS } from "./vendors.ts";

/** Loads a dialect's file only when an entry speaks it. */
type LoadDialect = () => Promise<Dialect>;

/** Gateways with a dialect of their own, by `provider`. */
const GATEWAYS: Readonly<Record<string, LoadDialect>> = {
  aimhub: async () => (await import("./aimhub/aimhub.ts")).aimhub,
  qianfan: async () => (await import("./qianfan/qianfan.ts")).qianfan,
  puyu: async () => (await import("./puyu.ts")).puyu,
  langchain: async () => (await import("./langchain.ts")).langchain,
};

/** Interfaces of alles-apin, by `api`. */
const ALLES_APIN: Readonly<Record<string, LoadDialect>> = {
  minimax: async () => (await import("./alles-apin/minimax.ts")).minimax,
  "openai-v1": async () => (await import("./alles-apin/openai-v1.ts")).openAiV1,
  "openai-completions": async () => (await import("./alles-apin/openai-completions.ts")).openAiCompletions,
  openai: async () => (await import("./alles-apin/openai.ts")).allesApinOpenAi,
  "openai-assistants": async () => (await import("./alles-apin/openai-assistants.ts")).openAiAssistants,
  "palm-chat": async () => (await import("./alles-apin/palm.ts")).palmChat,
  "palm-text": async () => (await import("./alles-apin/palm.ts")).palmText,
  gemini: async () => (await import("./alles-apin/gemini.ts")).gemini,
  claude: async () => (await import("./alles-apin/claude.ts")).claude,
  "claude-slack": async () => (await import("./alles-apin/claude-slack.ts")).claudeSlack,
  wenxin: async () => (await import("./alles-apin/wenxin.ts")).wenxin,
  spark: async () => (await import("./alles-apin/spark.ts")).spark,
};

/** Names of every provider that an entry may have. */
export const PROVIDERS = ["alles-apin", ...Object.keys(GATEWAYS), ...Object.keys(VENDORS)];

/** What a provider's document says of its models; of alles-apin by interface. @throws AppError `config_invalid` */
export async function modelsOfDocument(provider: string): Promise<ListedModel[]> {
  if (provider !== "alles-apin") return (await dialectOf({ provider })).knownModels ?? [];
  const interfaces = Object.entries(ALLES_APIN).map(async ([api, load]) => {
    const dialect = await load();
    const { knownModels, defaultModel = api } = dialect;
    const models = knownModels ?? namedModels([defaultModel], (model) => dialect.contextTokens(model));
    return models.map((model) => ({ ...model, family: api }));
  });
  return (await Promise.all(interfaces)).flat();
}

/**
 * Finds how an entry's gateway is spoken to.
 * @throws AppError `config_invalid` for a provider or interface that there is not
 */
export async function dialectOf({ provider, api = "openai" }: Pick<LlmSettings, "provider" | "api">): Promise<Dialect> {
  const load = provider === "alles-apin" ? ALLES_APIN[api] : GATEWAYS[provider];
  if (load !== undefined) return load();
  const vendor = VENDORS[provider];
  if (vendor !== undefined) return (await import("./openai-chat.ts")).openAiDialect(vendor);
  const what = provider === "alles-apin" ? `alles-apin with api "${api}"` : `"${provider}"`;
  throw new AppError("config_invalid", `provider ${what} is not available; take another or leave it out`);
}
