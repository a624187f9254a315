import { access, mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import * as prompts from "@clack/prompts";
import { DEFAULT_ANSWERS } from "./init-toml.ts";
import type { InitAnswers, LlmAnswers } from "./init-toml.ts";
import type { Messages } from "./messages/en.ts";

export interface QuestionOptions {
  text: Messages;
  /** Absolute path of the file to be written. */
  file: string;
  /** The path as the user gave it. */
  shownFile: string;
  /** Whether to ask before the file is overwritten. */
  confirmOverwrite: boolean;
}

/** Thrown when a question is left by Ctrl-C or Escape. */
class Cancelled extends Error {}

/** Some terminals (serial lines, expect scripts) say that they have no columns; a question would take a line for each character. */
export function assumeSize(terminal: { columns: number; rows: number }): void {
  if (!(terminal.columns > 0)) terminal.columns = 80;
  if (!(terminal.rows > 0)) terminal.rows = 24;
}

/** Asks in the terminal. @returns undefined when the user gave up */
export async function askForConfig(options: QuestionOptions): Promise<InitAnswers | undefined> {
  assumeSize(process.stdout);
  prompts.intro(options.text.init.title);
  try {
    return await askAll(options);
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    throw error;
  }
}

async function askAll({ text, file, shownFile, confirmOverwrite }: QuestionOptions): Promise<InitAnswers> {
  const words = text.init;
  if (confirmOverwrite) {
    const agreed = answered(await prompts.confirm({ message: words.overwrite(shownFile), initialValue: false }));
    if (!agreed) throw new Cancelled();
  }
  const language = answered(
    await prompts.select<InitAnswers["language"]>({
      message: words.language,
      options: [
        { value: "auto", label: words.languageAuto },
        { value: "zh", label: "中文" },
        { value: "en", label: "English" },
      ],
    }),
  );
  const corpus = answered(
    await prompts.text({ message: words.corpus, initialValue: "corpus", validate: filled(words.required) }),
  );
  await offerFolder(resolve(dirname(file), corpus), words);
  const llm = await askForGateway(words);
  const unasked = answered(await prompts.confirm({ message: words.unasked, initialValue: DEFAULT_ANSWERS.unasked }));
  const perHour = answered(
    await prompts.text({
      message: words.perHour,
      initialValue: String(DEFAULT_ANSWERS.perHour),
      validate: (value = "") => (/^[1-9]\d{0,3}$/.test(value) && Number(value) <= 1000 ? undefined : words.badNumber),
    }),
  );
  return { language, corpus, llm, unasked, perHour: Number(perHour) };
}

async function offerFolder(folder: string, words: Messages["init"]): Promise<void> {
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  if (there) return;
  if (answered(await prompts.confirm({ message: words.corpusCreate(folder), initialValue: true }))) {
    await mkdir(folder, { recursive: true });
  }
}

async function askForGateway(words: Messages["init"]): Promise<LlmAnswers | undefined> {
  const provider = answered(
    await prompts.select<LlmAnswers["provider"] | "none">({
      message: words.gateway,
      options: [
        { value: "none", label: words.gatewayNone },
        { value: "openai", label: words.gatewayOpenai },
        { value: "alles-apin", label: words.gatewayAllesApin },
      ],
    }),
  );
  if (provider === "none") return undefined;
  const baseUrl = answered(
    await prompts.text({
      message: words.baseUrl,
      placeholder: provider === "openai" ? "https://api.openai.com/v1" : "https://…/gw/alles-apin-hub",
      validate: (value = "") => (/^https?:\/\/[^\s?#@]+$/.test(value.trim()) ? undefined : words.badUrl),
    }),
  );
  const model = answered(
    await prompts.text({ message: words.model, placeholder: "gpt-4", validate: filled(words.required) }),
  );
  const apiKeyEnv = answered(
    await prompts.text({
      message: words.keyVariable,
      initialValue: provider === "openai" ? "OPENAI_API_KEY" : "ALLES_APIN_TOKEN",
      validate: (value = "") => (/^[A-Z][A-Z0-9_]*$/.test(value) ? undefined : words.badVariable),
    }),
  );
  return { provider, model: model.trim(), baseUrl: baseUrl.trim(), apiKeyEnv };
}

function filled(fault: string) {
  return (value = ""): string | undefined => (value.trim() === "" ? fault : undefined);
}

type CancelSymbol = Extract<Awaited<ReturnType<typeof prompts.text>>, symbol>;

/** An answer, or the end of the questions. */
function answered<Value>(value: Value | CancelSymbol): Value {
  if (prompts.isCancel(value)) throw new Cancelled();
  return value;
}
