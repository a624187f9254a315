import type { Block, Parser } from "../../core/document.ts";
import { AppError } from "../../core/errors.ts";
import { finishDocument } from "./finish-document.ts";

/** Rich Text Format as plain paragraphs; table rows become lines with ` | ` between the cells. */
export const rtfParser: Parser = {
  name: "rtf",
  async parse({ bytes, name }) {
    if (bytes.length === 0) throw new AppError("document_empty", `"${name}" has no bytes; restore it from its source.`);
    const source = new TextDecoder("latin1").decode(bytes);
    if (!source.startsWith("{\\rtf"))
      throw new AppError("document_damaged", `"${name}" is no RTF file; copy it again.`);
    const blocks = rtfText(source)
      .split(/\n+/)
      .map((text): Block => ({ kind: "paragraph", text: text.replace(/\s*\|\s*$/, "").trim() }));
    return finishDocument({ mediaType: "application/rtf", blocks, warnings: [] }, name);
  },
};

/** Groups that hold no text of the document. */
const UNREAD_GROUPS = new Set(
  (
    "fonttbl colortbl stylesheet info pict object themedata colorschememapping datastore latentstyles listtable " +
    "listoverridetable revtbl rsidtbl generator filetbl xmlnstbl fldinst header headerl headerr headerf footer footerl " +
    "footerr footerf bkmkstart bkmkend"
  ).split(" "),
);

const WORDS: Record<string, string> = {
  par: "\n",
  line: "\n",
  sect: "\n",
  page: "\n",
  row: "\n",
  cell: " | ",
  tab: "\t",
  emdash: "—",
  endash: "–",
  lquote: "‘",
  rquote: "’",
  ldblquote: "“",
  rdblquote: "”",
  bullet: "•",
};

/** Windows code pages that the decoder knows under another name. */
const CODE_PAGES: Record<string, string> = {
  936: "gb18030",
  950: "big5",
  932: "shift_jis",
  949: "euc-kr",
  65001: "utf-8",
};

// One token: a control word with its number, an escaped byte, a control symbol, a brace, a line end, or text.
const TOKEN = /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)/gi;

interface Group {
  isUnread: boolean;
  /** Characters after a `\u` that stand in for it. */
  fallbackChars: number;
}

function rtfText(source: string): string {
  const codePage = /\\ansicpg(\d+)/.exec(source)?.[1] ?? "1252";
  const decoder = decoderOf(CODE_PAGES[codePage] ?? `windows-${codePage}`);
  const groups: Group[] = [];
  let group: Group = { isUnread: false, fallbackChars: 1 };
  const parts: string[] = [];
  let bytes: number[] = [];
  let skip = 0;
  const flush = () => {
    if (bytes.length > 0) parts.push(decoder.decode(Uint8Array.from(bytes)));
    bytes = [];
  };
  const write = (text: string) => {
    flush();
    if (!group.isUnread) parts.push(text);
  };
  for (const [, word, number, hex, symbol, brace, text] of source.matchAll(TOKEN)) {
    if (brace === "{") {
      groups.push(group);
      group = { ...group };
    } else if (brace === "}") group = groups.pop() ?? group;
    else if (hex !== undefined) {
      if (skip > 0) skip--;
      else if (!group.isUnread) bytes.push(Number.parseInt(hex, 16));
    } else if (word === "u" && number !== undefined) {
      write(String.fromCharCode((Number(number) + 0x10000) & 0xffff));
      skip = group.fallbackChars;
    } else if (word === "uc") group.fallbackChars = Number(number ?? 1);
    else if (word !== undefined) {
      if (UNREAD_GROUPS.has(word)) group.isUnread = true;
      const written = WORDS[word];
      if (written !== undefined) write(written);
    } else if (symbol === "*") group.isUnread = true;
    else if (symbol === "~") write(" ");
    else if (symbol !== undefined && "\\{}".includes(symbol)) write(symbol);
    else if (text !== undefined) {
      const shown = text.slice(Math.min(skip, text.length));
      skip -= text.length - shown.length;
      // The second byte of a Chinese character may be an ASCII letter.
      if (bytes.length > 0 && !group.isUnread)
        for (const character of shown) bytes.push(character.charCodeAt(0) & 0xff);
      else write(shown);
    }
  }
  flush();
  return parts.join("").toWellFormed();
}

function decoderOf(encoding: string) {
  try {
    return new TextDecoder(encoding);
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder("windows-1252");
    throw error;
  }
}
