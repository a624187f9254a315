import type { Locale } from "../../core/runtime.ts";
import type { en } from "./en.ts";

/** Every sentence the command line says itself; the English table is the pattern of the others. */
export type Messages = typeof en;

/** Loads the table of one language only: start-up time counts. */
export async function loadMessages(locale: Locale): Promise<Messages> {
  return locale === "zh" ? (await import("./zh.ts")).zh : (await import("./en.ts")).en;
}
