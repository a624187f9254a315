import type { ConsoleFunctions } from "../../http/console-functions.ts";
import { ledgerPages, type LedgerPagesParts } from "./ledger-pages.ts";

export type ConsoleParts = LedgerPagesParts;

/** What the admin's routes need, from the store and the assistant. */
export function consoleFunctions(parts: ConsoleParts): ConsoleFunctions {
  return { ...ledgerPages(parts) };
}
