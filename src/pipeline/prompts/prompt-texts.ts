import type { Language } from "../turn.ts";

/** The sentences of the answer prompt in one language. `{…}` is filled in by `buildPrompt`. */
export interface PromptTexts {
  system: string;
  materialIntro: string;
  question: string;
  closing: string;
  languageName: Record<Language, string>;
}
