import { computed, effect } from "@preact/signals";
import { en, type Texts } from "../text/en.ts";
import { zh } from "../text/zh.ts";
import { storedSignal } from "./stored.ts";

export type Locale = "zh" | "en";

const chosen = storedSignal(() => localStorage, "xianheng.locale", "");

/** Chosen by whoever sits here, else the browser's first language. */
export const locale = computed<Locale>(() => {
  const wanted = chosen.value === "" ? (navigator.languages[0] ?? navigator.language) : chosen.value;
  return /^zh\b/iu.test(wanted) ? "zh" : "en";
});

/** All words of the console in the present language. */
export const texts = computed<Texts>(() => (locale.value === "zh" ? zh : en));

export function switchLocale(): void {
  chosen.value = locale.value === "zh" ? "en" : "zh";
}

effect(() => {
  document.documentElement.lang = locale.value === "zh" ? "zh-CN" : "en";
});
