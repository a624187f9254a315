import type { Citation } from "../core/outcome.ts";

/** Where something stands, as `Title, p. 3 (source)`. */
export function placeText({ title, page, source }: { title: string; page?: number; source: string }): string {
  return `${title}${page === undefined ? "" : `, p. ${page}`} (${source})`.replaceAll(/\s+/gu, " ");
}

/** `[1] Title, p. 3 (source)`, a line a citation. */
export function sourceList(citations: readonly Pick<Citation, "n" | "title" | "page" | "source">[]): string {
  return citations.map((one) => `[${one.n}] ${placeText(one)}`).join("\n");
}
