import type { ListedModel } from "../dialect.ts";

const K = 1024;

/** Models of Aimhub's document by family; windows by their names or their makers' pages. */
const FAMILIES: Readonly<Record<string, [contextTokens: number, names: string[]][]>> = {
  OpenAI: [
    [4 * K, ["gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613"]],
    [
      16 * K,
      ["gpt-3.5-turbo", "gpt-3.5-turbo-1106", "gpt-3.5-turbo-0125", "gpt-3.5-turbo-16k", "gpt-3.5-turbo-16k-0613"],
    ],
    [8 * K, ["gpt-4", "gpt-4-0314", "gpt-4-0613"]],
    [
      125 * K,
      [
        "gpt-4-1106-preview",
        "gpt-4-0125-preview",
        "gpt-4-turbo-preview",
        "gpt-4-vision-preview",
        "gpt-4-1106-vision-preview",
      ],
    ],
    [32 * K, ["gpt-4-32k", "gpt-4-32k-0314", "gpt-4-32k-0613"]],
  ],
  Qwen: [
    [8 * K, ["qwen-turbo", "qwen-max", "qwen-max-1201"]],
    [32 * K, ["qwen-plus"]],
    [30 * K, ["qwen-max-longcontext"]],
  ],
  ERNIE: [
    [5 * K, ["ERNIE-Bot-4", "ERNIE-Bot"]],
    [11 * K, ["ERNIE-Bot-turbo"]],
  ],
  Zhipu: [
    [32 * K, ["chatglm_lite", "chatglm_std", "chatglm_pro", "chatglm_turbo"]],
    [128 * K, ["glm-3-turbo", "glm-4"]],
    [2 * K, ["glm-4v"]],
  ],
  Tencent: [[16 * K, ["hunyuan"]]],
  iFlytek: [
    [4 * K, ["SparkDeskv1.1"]],
    [8 * K, ["SparkDeskv2.1", "SparkDeskv3.1", "SparkDeskv3.5"]],
  ],
  Moonshot: [
    [8 * K, ["moonshot-v1-8k"]],
    [32 * K, ["moonshot-v1-32k"]],
    [128 * K, ["moonshot-v1-128k"]],
  ],
  Google: [
    [32 * K, ["gemini-pro"]],
    [16 * K, ["gemini-pro-vision"]],
  ],
  Claude: [
    [100_000, ["claude-2.0"]],
    [
      200_000,
      [
        "claude-2.1",
        "claude-3-haiku-20240229",
        "claude-3-opus-20240229",
        "claude-3-sonnet-20240229",
        "claude-3-5-sonnet-20240620",
      ],
    ],
  ],
  StepFun: [
    [32 * K, ["step-1-32k", "step-1v-32k"]],
    [200 * K, ["step-1-200k"]],
  ],
};

/** Every model of the document. */
export const AIMHUB_MODELS: readonly ListedModel[] = Object.entries(FAMILIES).flatMap(([family, rows]) =>
  rows.flatMap(([contextTokens, names]) => names.map((name) => ({ name, family, contextTokens }))),
);

/** What the document says of a model. */
export function aimhubModel(name: string): ListedModel | undefined {
  return AIMHUB_MODELS.find((model) => model.name === name);
}
