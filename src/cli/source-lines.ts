import type { Citation } from "../core/outcome.ts";
import type { Messages } from "./messages/en.ts";
import { printable } from "./output.ts";

/** Title, headings and page of a passage on one line. */
export function placeLine(place: Pick<Citation, "title" | "headings"> & { page?: number }, text: Messages): string {
  const path = place.headings[0] === place.title ? place.headings : [place.title, ...place.headings];
  const page = place.page === undefined ? "" : text.page(place.page);
  return printable(path.filter(Boolean).join(" › ") + page).replace(/\s+/g, " ");
}

/** `[1] title › heading (p. 3) — source`, one line a citation. */
export function sourceLines(citations: Citation[], text: Messages): string[] {
  return citations.map((each) => `[${each.n}] ${placeLine(each, text)} — ${printable(each.source)}`);
}
