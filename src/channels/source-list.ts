import type { Citation } from "../core/outcome.ts";

/**
 * The answer with its sources below, one a line: `[1] title › heading (p. 3) — source`. It begins with the answer as it
 * is, so that a text that only grows may end with it.
 */
export function withSources(markdown: string, citations: readonly Citation[]): string {
  if (citations.length === 0) return markdown;
  const isChinese = /\p{Script=Han}/u.test(markdown);
  return `${markdown}\n\n${citations.map((citation) => sourceLine(citation, isChinese)).join("\n")}`;
}

function sourceLine({ n, title, headings, page, source }: Citation, isChinese: boolean): string {
  const path = headings[0] === title ? headings : [title, ...headings];
  const pageText = page === undefined ? "" : isChinese ? `（第 ${page} 页）` : ` (p. ${page})`;
  return oneLine(`[${n}] ${path.filter(Boolean).join(" › ")}${pageText} — ${source}`);
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ");
}
