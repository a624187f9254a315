import type { Messages } from "./messages/en.ts";

/** What `init` was told. */
export interface InitAnswers {
  language: "auto" | "zh" | "en";
  /** Undefined = the sample documents of the package. */
  corpus: string | undefined;
  llm: LlmAnswers | undefined;
  unasked: boolean;
  /** Posts an hour in one group. */
  perHour: number;
}

export interface LlmAnswers {
  provider: "openai" | "alles-apin";
  model: string;
  baseUrl: string;
  /** Name of the environment variable. */
  apiKeyEnv: string;
}

export const DEFAULT_ANSWERS: InitAnswers = {
  language: "auto",
  corpus: undefined,
  llm: undefined,
  unasked: true,
  perHour: 12,
};

/** A `config.ini` of the keys that were asked for; everything else keeps its default. */
export function writeToml({ language, corpus, llm, unasked, perHour }: InitAnswers, words: Messages["init"]): string {
  const lines = [
    `# ${words.header}`,
    "",
    "[corpus]",
    ...(corpus === undefined
      ? [`# ${words.sampleCorpus}`, '# paths = ["corpus"]']
      : [`paths = [${tomlString(corpus)}]`]),
    "",
    "[answer]",
    `language = ${tomlString(language)}`,
  ];
  if (llm !== undefined) {
    lines.push("", "[[llm]]", `provider = ${tomlString(llm.provider)}`);
    if (llm.provider === "alles-apin") lines.push('api = "openai"');
    lines.push(
      `model = ${tomlString(llm.model)}`,
      `base_url = ${tomlString(llm.baseUrl)}`,
      `api_key_env = ${tomlString(llm.apiKeyEnv)}   # ${words.keyComment}`,
    );
  }
  lines.push("", "[group]", `unasked = ${unasked}`, "", "[attention]", `per_hour = ${perHour}`, "");
  return lines.join("\n");
}

/** JSON's escapes are TOML's, but for DEL, which TOML wants escaped. */
function tomlString(value: string): string {
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}
