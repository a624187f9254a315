import type { Locale } from "../../core/runtime.ts";
import type { Messages } from "./en.ts";

/** Loads the sentences of one language only: start-up time counts. */
export async function loadMessages(locale: Locale): Promise<Messages> {
  return locale === "zh" ? (await import("./zh.ts")).zh : (await import("./en.ts")).en;
}
