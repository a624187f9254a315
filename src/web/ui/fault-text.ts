import { ApiFault } from "../api/request.ts";
import type { Texts } from "../text/en.ts";

/** What went wrong, for a person. */
export function faultText(error: unknown, texts: Texts): string {
  if (!(error instanceof ApiFault)) return String(error);
  if (error.status === 0) return texts.unreachable;
  return error.status === 429 ? texts.tooMany : error.message;
}
