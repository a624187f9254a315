/** One token of the XML that callbacks are made of; there are no attributes and no comments in it. */
const TOKEN = /<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z_][\w.-]*)\s*(\/?)>|([^<]+)/y;

const DECLARATION = /^\s*<\?xml[^?<>]*\?>/;

const NAMED_CHARACTERS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Deeper than any callback; a bomb of open tags ends here. */
const MAX_DEPTH = 8;

/**
 * Reads the XML of a WeCom or WeChat callback: one root, and in it elements with text or CDATA. What lies deeper is
 * skipped; of two elements with one name the first counts. Anything else of XML (DOCTYPE, ENTITY, comments, attributes,
 * unknown entities) makes it unreadable, so that there is nothing to expand or to fetch.
 * @returns undefined where it is unreadable
 */
export function readFlatXml(xml: string): Map<string, string> | undefined {
  const text = xml.replace(DECLARATION, "");
  const fields = new Map<string, string>();
  const open: string[] = [];
  let value = "";
  let isOver = false;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text);
    if (token === null) return undefined;
    const [, data, slash, name, selfClosing, characters] = token;
    const isBlank = characters !== undefined && characters.trim() === "";
    if (isOver && !isBlank) return undefined;
    if (name === undefined) {
      const piece = data ?? decodeCharacters(characters ?? "");
      if (piece === undefined || (open.length < 2 && !isBlank)) return undefined;
      if (open.length === 2) value += piece;
    } else if (slash === "/") {
      if (open.pop() !== name) return undefined;
      if (open.length === 1 && !fields.has(name)) fields.set(name, value);
      isOver = open.length === 0;
    } else if (selfClosing === "/") {
      if (open.length === 0) return undefined;
      if (open.length === 1 && !fields.has(name)) fields.set(name, "");
    } else {
      if (open.length === MAX_DEPTH) return undefined;
      open.push(name);
      if (open.length === 2) value = "";
    }
  }
  return isOver ? fields : undefined;
}

/** Writes such XML: texts as CDATA, numbers as they are. */
export function writeFlatXml(fields: Iterable<readonly [name: string, value: string | number]>): string {
  const elements = [...fields].map(([name, value]) => {
    const content =
      typeof value === "number" ? String(value) : `<![CDATA[${value.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
    return `<${name}>${content}</${name}>`;
  });
  return `<xml>${elements.join("")}</xml>`;
}

function decodeCharacters(text: string): string | undefined {
  let isReadable = true;
  const decoded = text.replaceAll(/&(?:#x([\da-fA-F]{1,6})|#(\d{1,7})|(\w+));|&/g, (_all, hex, decimal, name) => {
    const character =
      typeof name === "string"
        ? NAMED_CHARACTERS[name]
        : characterOf(typeof hex === "string" ? Number.parseInt(hex, 16) : Number(decimal));
    if (character === undefined) isReadable = false;
    return character ?? "";
  });
  return isReadable ? decoded : undefined;
}

function characterOf(codePoint: number): string | undefined {
  const isCharacter = codePoint > 0 && codePoint <= 0x10_ff_ff && (codePoint < 0xd8_00 || codePoint > 0xdf_ff);
  return isCharacter ? String.fromCodePoint(codePoint) : undefined;
}
