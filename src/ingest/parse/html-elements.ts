/** Which HTML elements end a line of text, which are never read, and how an element says it is not shown. */

export const BLOCK_ELEMENTS = new Set(
  (
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer form " +
    "frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre search section " +
    "summary table tbody tfoot thead tr td th caption ul"
  ).split(" "),
);

const UNREAD_ELEMENTS = new Set(
  (
    "script style template noscript head title iframe object embed applet canvas audio video svg map datalist rp base link meta " +
    "param source track noframes"
  ).split(" "),
);

interface ElementLike {
  readonly localName: string;
  getAttribute(name: string): string | null;
}

/** True for scripts, styles and elements that a browser would not show. */
export function isUnread(element: ElementLike): boolean {
  if (UNREAD_ELEMENTS.has(element.localName)) return true;
  if (element.getAttribute("hidden") !== null) return true;
  const style = element.getAttribute("style");
  return style !== null && /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(style);
}

/** Language of a code block from the classes that highlighters use; "" when unknown. */
export function codeLanguage(element: ElementLike): string {
  const classes = element.getAttribute("class") ?? "";
  const named = /(?:^|\s)(?:lang(?:uage)?-|highlight-(?:source-)?|brush:\s*)([\w+#.-]+)/i.exec(classes)?.[1];
  const language = (
    named ??
    element.getAttribute("data-lang") ??
    element.getAttribute("data-language") ??
    ""
  ).toLowerCase();
  return /^(?:[\w+#.-]{1,20})$/.test(language) && !/^(?:none|default|text|plaintext|notranslate)$/.test(language)
    ? language
    : "";
}

/** The address of a link that says more than its text: an absolute web or mail address that the text does not show. */
export function informativeAddress(href: string, text: string): string | undefined {
  const address = href.trim();
  const mail = /^mailto:([^?]+)/i.exec(address)?.[1];
  if (mail !== undefined) return text.includes(mail) ? undefined : mail;
  if (!/^https?:\/\//i.test(address)) return undefined;
  const shown = text.trim().replace(/^https?:\/\//i, "");
  const bare = address.replace(/^https?:\/\//i, "").replace(/\/$/, "");
  if (shown === "" || shown.includes(bare) || bare.replace(/^www\./, "") === shown.replace(/\/$/, "")) return undefined;
  return address;
}
