/** How one of LangChain's integrations is set up; the field names are those of its class. */
export interface LangChainProvider {
  /** What the owner has to install. */
  package: string;
  /** Fields for address, key and our fetch, where the class takes them; absent where it takes no address. */
  address?: (connection: Connection) => Record<string, unknown>;
  /** Name of the field for the longest reply. Default `maxTokens`. */
  maxTokensField?: string;
  /** Its streams tell why they end, so that one without a reason was cut. */
  endsWithReason?: boolean;
  /** Takes `fetch` as a field. */
  takesFetch?: boolean;
}

export interface Connection {
  baseUrl: string | undefined;
  apiKey: string | undefined;
  /** The fetch that knows of proxies. */
  fetch: unknown;
  timeoutMs: number;
}

/** Built on OpenAI's client, which takes address and fetch in `configuration`. */
const openAiClient: Pick<LangChainProvider, "address" | "endsWithReason"> = {
  endsWithReason: true,
  address: ({ baseUrl, apiKey, fetch, timeoutMs }) => ({
    ...(apiKey !== undefined && { apiKey }),
    configuration: { ...(baseUrl !== undefined && { baseURL: baseUrl }), fetch },
    timeout: timeoutMs,
  }),
};

/** An integration with a field of its own for the address. */
function addressField(name: string): Pick<LangChainProvider, "address"> {
  return {
    address: ({ baseUrl, apiKey }) => ({
      ...(apiKey !== undefined && { apiKey }),
      ...(baseUrl !== undefined && { [name]: baseUrl }),
    }),
  };
}

/** Every provider that `initChatModel` of langchain 1.5 knows, by the name before the colon. */
export const LANGCHAIN_PROVIDERS: Readonly<Record<string, LangChainProvider>> = {
  openai: { package: "@langchain/openai", ...openAiClient },
  anthropic: {
    package: "@langchain/anthropic",
    endsWithReason: true,
    address: ({ baseUrl, apiKey, fetch, timeoutMs }) => ({
      ...(apiKey !== undefined && { apiKey }),
      ...(baseUrl !== undefined && { anthropicApiUrl: baseUrl }),
      clientOptions: { fetch, timeout: timeoutMs },
    }),
  },
  azure_openai: {
    package: "@langchain/openai",
    address: ({ baseUrl, apiKey, fetch, timeoutMs }) => ({
      ...(apiKey !== undefined && { azureOpenAIApiKey: apiKey }),
      ...(baseUrl !== undefined && { azureOpenAIEndpoint: baseUrl }),
      configuration: { fetch },
      timeout: timeoutMs,
    }),
  },
  langsmith: { package: "@langchain/openai", ...openAiClient },
  cohere: { package: "@langchain/cohere" },
  google: { package: "@langchain/google", maxTokensField: "maxOutputTokens" },
  "google-vertexai": { package: "@langchain/google-vertexai", maxTokensField: "maxOutputTokens" },
  "google-vertexai-web": { package: "@langchain/google-vertexai-web", maxTokensField: "maxOutputTokens" },
  "google-genai": {
    package: "@langchain/google-genai",
    maxTokensField: "maxOutputTokens",
    ...addressField("baseUrl"),
  },
  ollama: {
    package: "@langchain/ollama",
    maxTokensField: "numPredict",
    endsWithReason: true,
    takesFetch: true,
    address: ({ baseUrl, apiKey }) => ({
      ...(baseUrl !== undefined && { baseUrl }),
      ...(apiKey !== undefined && { headers: { authorization: `Bearer ${apiKey}` } }),
    }),
  },
  mistralai: { package: "@langchain/mistralai", ...addressField("serverURL") },
  mistral: { package: "@langchain/mistralai", ...addressField("serverURL") },
  groq: { package: "@langchain/groq", takesFetch: true, ...addressField("baseUrl") },
  bedrock: { package: "@langchain/aws", ...addressField("endpointHost") },
  aws: { package: "@langchain/aws", ...addressField("endpointHost") },
  deepseek: { package: "@langchain/deepseek", ...openAiClient },
  xai: { package: "@langchain/xai", ...addressField("baseURL") },
  cerebras: { package: "@langchain/cerebras", takesFetch: true },
  fireworks: { package: "@langchain/fireworks" },
  together: { package: "@langchain/together-ai" },
  perplexity: { package: "@langchain/perplexity" },
};
