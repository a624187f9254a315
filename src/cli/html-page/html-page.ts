import type { Locale } from "../../core/runtime.ts";
import { escapeHtml } from "./escape-html.ts";
import { PAGE_STYLE } from "./page-style.ts";

export interface HtmlPage {
  locale: Locale;
  /** Plain text, as are `brand`, `facts` and `file`; they are escaped here. */
  title: string;
  brand: string;
  /** One line below the title. */
  facts: string;
  /** What the page is about. */
  file: string;
  /** When it was made, in words. */
  madeAt: string;
  /** HTML. */
  body: string;
}

/** A page that stands by itself: no script, no other file, no request. */
export function htmlPage({ locale, title, brand, facts, file, madeAt, body }: HtmlPage): string {
  return `<!doctype html>
<html lang="${locale === "zh" ? "zh-CN" : "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
<header>
<p class="brand">${escapeHtml(brand)}</p>
<h1>${escapeHtml(title)}</h1>
<p class="meta">${escapeHtml(facts)}</p>
<p class="meta"><bdi>${escapeHtml(file)}</bdi></p>
</header>
${body}
<footer>${escapeHtml(madeAt)}</footer>
</main>
</body>
</html>
`;
}
