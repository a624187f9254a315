import type { ConsoleFunctions } from "../../http/console-functions.ts";
import type { IndexManifest } from "../../search/manifest.ts";
import { corpusDigest } from "../evidence.ts";
import { gatePage, type GatePageParts } from "./gate-page.ts";
import { groupPages, type GroupPagesParts } from "./group-pages.ts";
import { healthPage, type HealthPageParts } from "./health-page.ts";
import { ledgerPages, type LedgerPagesParts } from "./ledger-pages.ts";

/** What only the console asks of the assistant. */
export interface AssistantParts extends Pick<HealthPageParts, "usage" | "model" | "doctor"> {
  gate: GatePageParts["gate"];
  /** Of the present index. @throws AppError `index_*` */
  manifest: () => Promise<IndexManifest>;
}

export type ConsoleParts = AssistantParts &
  LedgerPagesParts &
  Omit<GatePageParts, "corpusVersion"> &
  GroupPagesParts &
  HealthPageParts;

/** What the admin's routes need, from the store and the assistant. */
export function consoleFunctions(parts: ConsoleParts): ConsoleFunctions {
  const corpusVersion = async (): Promise<string> => corpusDigest(await parts.manifest());
  return {
    ...ledgerPages(parts),
    ...gatePage({ ...parts, corpusVersion }),
    ...groupPages(parts),
    ...healthPage(parts),
  };
}
