/** One `[[llm]]` entry; keys are spelt as in the config. */
export interface LlmSettings {
  provider: string;
  /** alles-apin only. */
  api?: string | undefined;
  model?: string | undefined;
  base_url?: string | undefined;
  /** Name of the variable that holds the key. */
  api_key_env?: string | undefined;
  /** qianfan only: names of the variables that hold AK and SK. */
  access_key_env?: string | undefined;
  secret_key_env?: string | undefined;
  /** qianfan only: last part of the deployed service's address. */
  endpoint?: string | undefined;
  /** qianfan only. */
  auth?: "token" | "iam" | undefined;
  /** alles-apin only. */
  region?: string | undefined;
  /** 0 = no limit. */
  requests_per_minute: number;
  /** 0 = no limit. */
  tokens_per_minute: number;
  /** 0 = no limit. */
  max_tokens_per_day?: number | undefined;
  /** Of a million tokens, in any one currency. */
  price_per_million_prompt?: number | undefined;
  price_per_million_completion?: number | undefined;
  timeout_s: number;
  stream: boolean;
  context_tokens?: number | undefined;
  max_tokens: number;
}
