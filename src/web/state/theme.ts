import { computed, effect, signal } from "@preact/signals";
import { storedSignal } from "./stored.ts";

export type Theme = "light" | "dark";

const chosen = storedSignal(() => localStorage, "xianheng.theme", "");
const query = matchMedia("(prefers-color-scheme: dark)");
const system = signal<Theme>(query.matches ? "dark" : "light");
query.addEventListener("change", () => (system.value = query.matches ? "dark" : "light"));

/** Chosen here, else the system's. */
export const theme = computed<Theme>(() =>
  chosen.value === "light" || chosen.value === "dark" ? chosen.value : system.value,
);

export function switchTheme(): void {
  const next = theme.value === "dark" ? "light" : "dark";
  // Who is back at the system's choice follows it again.
  chosen.value = next === system.value ? "" : next;
}

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
});
