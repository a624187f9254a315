import { AppError } from "../core/errors.ts";
import type { Dialect, ModelContext } from "./dialect.ts";
import { createLangChainModel, type CallSettings, type LangChainChatModel } from "./langchain-model.ts";
import { LANGCHAIN_PROVIDERS, type LangChainProvider } from "./langchain-providers.ts";
import { contextTokensOf } from "./vendors.ts";

/** Any chat model that LangChain has an integration for: `model = "anthropic:claude-…"`. */
export const langchain: Dialect = {
  baseUrl: "",
  knownModels: Object.entries(LANGCHAIN_PROVIDERS).map(([name, known]) => ({
    name: `${name}:…`,
    family: known.package,
  })),
  contextTokens: (model) => contextTokensOf(parseModel(model).name),
  create(context) {
    const { provider, known, name } = parseModel(context.model);
    const { gateway, settings, limits, timeoutMs, baseUrl } = context;
    if (settings.base_url !== undefined && known.address === undefined) {
      throw new AppError(
        "config_invalid",
        `[[llm]] base_url: LangChain's "${provider}" takes no address; leave it out`,
      );
    }
    const made = new Map<string, Promise<LangChainChatModel>>();
    return createLangChainModel({
      gateway,
      limits,
      timeoutMs,
      baseUrl: baseUrl === "" ? `https://${provider}` : baseUrl,
      stream: settings.stream,
      endsWithReason: known.endsWithReason === true,
      async modelFor(asked) {
        // Reasoning models of OpenAI refuse a temperature.
        const hasTemperature = !/^(?:o\d|gpt-5)/u.test(name);
        const given = hasTemperature ? asked : { ...asked, temperature: undefined };
        const key = JSON.stringify(given);
        const model = made.get(key) ?? initialise(context, { provider, known, name, given });
        made.set(key, model);
        model.catch(() => made.delete(key));
        const isDropped = !hasTemperature && asked.temperature !== undefined;
        return { model: await model, warnings: isDropped ? [`${name} has no temperature`] : [] };
      },
    });
  },
};

interface NamedModel {
  provider: string;
  known: LangChainProvider;
  name: string;
}

/** @throws AppError `config_invalid` for a provider that LangChain does not know, or none */
function parseModel(model: string): NamedModel {
  const colon = model.indexOf(":");
  const provider = model.slice(0, Math.max(0, colon));
  const known = Object.hasOwn(LANGCHAIN_PROVIDERS, provider) ? LANGCHAIN_PROVIDERS[provider] : undefined;
  const name = model.slice(colon + 1);
  if (known !== undefined && name !== "") return { provider, known, name };
  const names = Object.keys(LANGCHAIN_PROVIDERS).join(", ");
  throw new AppError(
    "config_invalid",
    `[[llm]] model: "${model}" is not provider:name, such as "openai:gpt-4o-mini"; LangChain's providers: ${names}`,
  );
}

async function initialise(
  { gateway, keys, settings, timeoutMs }: ModelContext,
  { provider, known, name, given }: NamedModel & { given: CallSettings },
): Promise<LangChainChatModel> {
  // Loaded at the first call: it takes a part of a second.
  const { initChatModel } = await import("langchain/chat_models/universal");
  const connection = { baseUrl: settings.base_url, apiKey: keys.api, fetch: gateway.fetch, timeoutMs };
  return initChatModel(name, {
    modelProvider: provider,
    ...(given.temperature !== undefined && { temperature: given.temperature }),
    [known.maxTokensField ?? "maxTokens"]: given.maxTokens,
    // Ours are enough, and they honour Retry-After.
    maxRetries: 0,
    ...(known.takesFetch === true && { fetch: gateway.fetch }),
    ...(known.address?.(connection) ?? (keys.api !== undefined && { apiKey: keys.api })),
  });
}
