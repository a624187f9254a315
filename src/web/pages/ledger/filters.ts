import { signal } from "@preact/signals";
import type { LedgerFilters } from "../../api/ledger.ts";

export const NO_FILTERS: LedgerFilters = { outcome: "", reason: "", channel: "", group: "", q: "" };

/** Kept while other pages are looked at, so that the way back leads to the same list. */
export const filters = signal(NO_FILTERS);

export function hasFilters(chosen: LedgerFilters): boolean {
  return Object.values(chosen).some((value) => value !== "");
}
