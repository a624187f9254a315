/** What a quote or a shared link holds; fields that are missing are undefined. */
export interface QuotedMessage {
  /** The platform's id of the message that is quoted. */
  id: string | undefined;
  text: string | undefined;
  authorId: string | undefined;
}

export interface SharedLink {
  url: string;
  title: string | undefined;
}

const MAX_XML_CHARS = 200_000;

/** The fields of a quote, wherever in the XML they are. */
export function readQuote(xml: string): QuotedMessage {
  const inner = rawElement(xml, "refermsg") ?? xml;
  const content = element(inner, "content");
  // A quoted link, picture or quote is XML once more; what a member saw of it is its title.
  const isMarkup = content?.trimStart().startsWith("<") === true;
  return {
    id: element(inner, "svrid"),
    text: isMarkup && content !== undefined ? element(content, "title") : content,
    authorId: element(inner, "chatusr"),
  };
}

/** The link of a shared page; undefined where there is no address in it. */
export function readLink(xml: string): SharedLink | undefined {
  const url = element(xml, "url");
  return url === undefined ? undefined : { url, title: element(xml, "title") };
}

/**
 * The text of the first element of this name. The XML of these messages has attributes and levels that nobody documents,
 * so it is searched, not parsed; nothing in it is expanded or fetched.
 */
function element(xml: string, name: string): string | undefined {
  const raw = rawElement(xml, name)?.trim();
  if (raw === undefined) return undefined;
  const data = /^<!\[CDATA\[([\s\S]*?)\]\]>$/.exec(raw)?.[1];
  const text = (data ?? decodeEntities(raw)).trim();
  return text === "" ? undefined : text;
}

function rawElement(xml: string, name: string): string | undefined {
  if (xml.length > MAX_XML_CHARS || /<!(?:DOCTYPE|ENTITY)/i.test(xml)) return undefined;
  const open = new RegExp(`<${name}(?:\\s[^<>]*)?>`).exec(xml);
  if (open === null) return undefined;
  const start = open.index + open[0].length;
  const end = xml.indexOf(`</${name}>`, start);
  return end === -1 ? undefined : xml.slice(start, end);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w{1,8}));/g, (all, decimal, hex, name) => {
    if (typeof name === "string") return ENTITIES[name] ?? all;
    const code = typeof decimal === "string" ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10_ff_ff && (code < 0xd8_00 || code > 0xdf_ff) ? String.fromCodePoint(code) : "";
  });
}
