import { detectLocale } from "../config/detect-locale.ts";
import type { Locale } from "../core/runtime.ts";

/** Language of messages: `--lang`, else the system's. Read before the options are, since help and errors need it. */
export function chooseLocale(args: string[], systemLocale: Locale = detectLocale()): Locale {
  const asked = languageOption(args);
  return asked === "zh" || asked === "en" ? asked : systemLocale;
}

function languageOption(args: string[]): string | undefined {
  const end = args.indexOf("--");
  const options = end === -1 ? args : args.slice(0, end);
  for (const [index, argument] of options.entries()) {
    if (argument === "--lang") return options[index + 1];
    if (argument.startsWith("--lang=")) return argument.slice("--lang=".length);
  }
  return undefined;
}
