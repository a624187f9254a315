import { AppError, isAppError } from "../core/errors.ts";
import { nearestName } from "../core/nearest-name.ts";
import { createGateways, type ChatModelsOptions, type ConfiguredGateway } from "./create-chat-model.ts";
import type { ListedModel } from "./dialect.ts";
import { dialectOf, modelsOfDocument, PROVIDERS } from "./dialects.ts";

/** What one gateway offers. */
export interface GatewayListing {
  provider: string;
  baseUrl: string;
  models: (ListedModel & { configured: boolean })[];
  /** Whether the gateway said so itself just now, or its document did some day. */
  source: "gateway" | "document";
  /** Configured models that the gateway did not list, each with the nearest that it did. */
  missing: { name: string; nearest: string | undefined }[];
  /** Why the gateway could not be asked; `models` are its document's then. */
  error?: AppError;
}

/** Asks each gateway once, however many entries it has; one that fails spoils no other. @throws AppError `aborted` */
export async function listGateways(
  gateways: readonly ConfiguredGateway[],
  signal: AbortSignal,
): Promise<GatewayListing[]> {
  const groups = new Map<string, ConfiguredGateway[]>();
  for (const gateway of gateways) {
    const key = [gateway.provider, gateway.baseUrl, ...gateway.keyVariables].join("|");
    groups.set(key, [...(groups.get(key) ?? []), gateway]);
  }
  return Promise.all([...groups.values()].map(async (group) => listGroup(group, signal)));
}

async function listGroup(group: ConfiguredGateway[], signal: AbortSignal): Promise<GatewayListing> {
  const [first] = group;
  if (first === undefined) throw new Error("a group without a gateway");
  const { provider, baseUrl, listModels } = first;
  const names = [...new Set(group.map(({ modelName }) => modelName))];
  // LangChain's are patterns (`openai:…`), of use to somebody who has not chosen yet.
  const named = group.flatMap(({ knownModels }) => knownModels.filter(({ name }) => !name.endsWith("…")));
  const known = new Map(named.map((model) => [model.name, model]));
  for (const name of names) {
    if (name !== "auto" && !known.has(name)) known.set(name, { name });
  }
  const document: GatewayListing = {
    provider,
    baseUrl,
    models: [...known.values()].map((model) => ({ ...model, configured: isConfigured(model, names) })),
    source: "document",
    missing: [],
  };
  if (listModels === undefined) return document;
  try {
    const models = await listModels(signal);
    const offered = models.map(({ name }) => name);
    return {
      ...document,
      models: models.map((model) => ({
        ...model,
        contextTokens: model.contextTokens ?? known.get(model.name)?.contextTokens,
        configured: isConfigured(model, names),
      })),
      source: "gateway",
      missing: names
        .filter((name) => name !== "auto" && !offered.includes(name))
        .map((name) => ({ name, nearest: nearestName(name, offered) })),
    };
  } catch (error) {
    if (!isAppError(error) || error.code === "aborted") throw error;
    return { ...document, error };
  }
}

function isConfigured({ name }: ListedModel, names: string[]): boolean {
  return names.includes(name);
}

/**
 * What a provider offers that no entry is configured for: by its document, else (a server of one's own) by itself.
 * @throws AppError `usage` for a provider that there is not, `aborted`
 */
export async function listProvider(
  provider: string,
  options: Omit<ChatModelsOptions, "llm">,
  signal: AbortSignal,
): Promise<GatewayListing[]> {
  if (!PROVIDERS.includes(provider)) {
    throw new AppError("usage", `There is no provider "${provider}"; there are: ${PROVIDERS.join(", ")}.`);
  }
  const { defaultModel, baseUrl } = await dialectOf({ provider });
  const knownModels = await modelsOfDocument(provider);
  if (knownModels.length > 0) {
    const models = knownModels.map((model) => ({ ...model, configured: false }));
    return [{ provider, baseUrl, models, source: "document", missing: [] }];
  }
  const entry = { provider, model: defaultModel ?? "auto", requests_per_minute: 0, tokens_per_minute: 0 };
  const gateways = await createGateways({
    ...options,
    llm: [{ ...entry, timeout_s: 20, stream: false, max_tokens: 16 }],
  });
  const [listing] = await listGateways(gateways, signal);
  if (listing === undefined) return [];
  return [{ ...listing, models: listing.models.map((model) => ({ ...model, configured: false })), missing: [] }];
}
