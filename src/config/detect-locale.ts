import type { Locale } from "../core/runtime.ts";

/**
 * The user's language by the system's settings (LC_ALL, LC_MESSAGES, LANG, or the desktop's), as ICU reads them.
 * Loads nothing, so that `--help` stays quick.
 */
export function detectLocale(): Locale {
  return new Intl.DateTimeFormat().resolvedOptions().locale.startsWith("zh") ? "zh" : "en";
}
