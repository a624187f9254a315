/** A model of an `auto` row and the window it is for. */
export interface AutoModel {
  model: string;
  contextTokens: number;
}

/** One vendor of OpenAI's dialect: data only, the dialect is in `openai-chat.ts`. */
export interface Vendor {
  /** Ends where the vendor's document says, at its version; `/chat/completions` follows. */
  baseUrl: string;
  /** Absent where the owner has to choose. `auto` picks from `autoModels` by prompt length. */
  defaultModel?: string;
  /** Prompt and reply together, for models that are not known by name. */
  contextTokens?: number;
  autoModels?: AutoModel[];
  /** Accepts `stream_options: {include_usage: true}`; elsewhere usage is read when it comes, else estimated. */
  hasStreamUsage?: boolean;
  /** Least temperature where 0 is refused. */
  minTemperature?: number;
}

export const VENDORS: Readonly<Record<string, Vendor>> = {
  openai: { baseUrl: "https://api.openai.com/v1", hasStreamUsage: true },
  kimi: {
    baseUrl: "https://api.moonshot.cn/v1",
    defaultModel: "auto",
    contextTokens: 131_072,
    autoModels: [
      { model: "moonshot-v1-8k", contextTokens: 8192 },
      { model: "moonshot-v1-32k", contextTokens: 32_768 },
      { model: "moonshot-v1-128k", contextTokens: 131_072 },
    ],
  },
  step: {
    baseUrl: "https://api.stepfun.com/v1",
    defaultModel: "auto",
    contextTokens: 262_144,
    autoModels: [
      { model: "step-1-8k", contextTokens: 8192 },
      { model: "step-1-32k", contextTokens: 32_768 },
      { model: "step-1-128k", contextTokens: 131_072 },
      { model: "step-1-256k", contextTokens: 262_144 },
    ],
  },
  deepseek: {
    baseUrl: "https://api.deepseek.com/v1",
    defaultModel: "deepseek-chat",
    contextTokens: 65_536,
    hasStreamUsage: true,
  },
  zhipu: {
    baseUrl: "https://open.bigmodel.cn/api/paas/v4",
    defaultModel: "glm-4",
    contextTokens: 131_072,
    // "temperature: (0.0, 1.0), cannot be 0" in the document of glm-4.
    minTemperature: 0.01,
  },
  siliconflow: {
    baseUrl: "https://api.siliconflow.cn/v1",
    defaultModel: "Qwen/Qwen2.5-14B-Instruct",
    contextTokens: 32_768,
    hasStreamUsage: true,
  },
  ppio: { baseUrl: "https://api.ppinfra.com/v3/openai", defaultModel: "thudm/glm-4-9b-chat", contextTokens: 32_768 },
  internlm: {
    baseUrl: "https://chat.intern-ai.org.cn/api/v1",
    defaultModel: "internlm3-latest",
    contextTokens: 32_768,
  },
  dashscope: {
    baseUrl: "https://dashscope.aliyuncs.com/compatible-mode/v1",
    defaultModel: "qwen-plus",
    contextTokens: 131_072,
    hasStreamUsage: true,
  },
  "xi-api": { baseUrl: "https://api.xi-ai.cn/v1", defaultModel: "gpt-4", contextTokens: 8192 },
  vllm: { baseUrl: "http://127.0.0.1:8000/v1", hasStreamUsage: true },
  ollama: { baseUrl: "http://127.0.0.1:11434/v1", hasStreamUsage: true },
};

/** Windows of models by name, first match wins; from the makers' pages. */
const KNOWN_WINDOWS: [pattern: RegExp, contextTokens: number][] = [
  [/^gpt-4o|^gpt-4-turbo|^gpt-4\.1|^gpt-5|^o[134]\b/, 128_000],
  [/^gpt-4/, 8192],
  [/^gpt-3\.5/, 16_385],
];

const UNKNOWN_WINDOW = 8192;

/** The window of a model: its name (`…-32k` too), else the vendor's usual one, else 8192 tokens. */
export function contextTokensOf(model: string, vendor: Pick<Vendor, "contextTokens"> = {}): number {
  const known = KNOWN_WINDOWS.find(([pattern]) => pattern.test(model))?.[1];
  const kilo = /[-_](\d{1,4})k(?:$|[-_])/i.exec(model)?.[1];
  return (kilo === undefined ? known : Number(kilo) * 1024) ?? vendor.contextTokens ?? UNKNOWN_WINDOW;
}

/** The models that a row names. */
export function knownModelsOf(vendor: Vendor): { name: string; contextTokens: number }[] {
  const { autoModels, defaultModel } = vendor;
  if (autoModels !== undefined) return autoModels.map(({ model, contextTokens }) => ({ name: model, contextTokens }));
  return defaultModel === undefined
    ? []
    : [{ name: defaultModel, contextTokens: contextTokensOf(defaultModel, vendor) }];
}

/** The smallest of the vendor's models that holds prompt and reply; the largest when none does. */
export function chooseAutoModel(models: readonly AutoModel[], neededTokens: number): string | undefined {
  return (models.find((entry) => entry.contextTokens >= neededTokens) ?? models.at(-1))?.model;
}
