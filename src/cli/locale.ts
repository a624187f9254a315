import type { Locale } from "../core/runtime.ts";

/** Language of messages: `--lang`, else the system's. Read before the options are, since help and errors need it. */
export function chooseLocale(args: string[], systemLanguage = systemLocale()): Locale {
  const asked = languageOption(args);
  if (asked === "zh" || asked === "en") return asked;
  return /^zh\b/i.test(systemLanguage) ? "zh" : "en";
}

/** ICU has read LC_ALL, LC_MESSAGES and LANG in the right order already; C and POSIX become English. */
function systemLocale(): string {
  return new Intl.DateTimeFormat().resolvedOptions().locale;
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
