import { posix } from "node:path";
import type { Block, Parser } from "../../core/document.ts";
import { AppError } from "../../core/errors.ts";
import { finishDocument } from "./finish-document.ts";
import { htmlToBlocks } from "./html-blocks.ts";
import { readPart } from "./ooxml.ts";
import { attributeOf, childAt, childElements, decodeXml, descendants, textContent, type XmlElement } from "./xml.ts";
import { openZip, type ZipArchive } from "./zip.ts";

const MEDIA_TYPE = "application/epub+zip";
/** Ways of scrambling fonts that every reader undoes; they protect no text. */
const FONT_SCRAMBLERS = new Set(["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"]);
const VOID_ELEMENTS = /^(area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)$/i;

/** Electronic books (.epub), chapters in reading order. */
export const epubParser: Parser = {
  name: "epub",
  async parse(input) {
    const zip = openZip(input);
    refuseProtected(zip, input.name);
    const rootFile = descendants(readPart(zip, "META-INF/container.xml"), "rootfile")[0];
    const opfPart = attributeOf(rootFile, "full-path") ?? zip.names.find((name) => name.endsWith(".opf")) ?? "";
    const book = childAt(readPart(zip, opfPart), "package");
    if (book === undefined) {
      throw new AppError("document_damaged", `"${input.name}" has no list of chapters; copy it again from its source.`);
    }
    const warnings: string[] = [];
    const names = chapterNames(zip, book, opfPart);
    const blocks = chapterParts(book, opfPart).flatMap((part) => {
      const bytes = zip.read(part);
      if (bytes === undefined) {
        warnings.push(`Chapter "${part}" is missing from the file.`);
        return [];
      }
      return chapterBlocks(decodeXml(bytes), names.get(part));
    });
    const title = textContent(childAt(book, "metadata", "title")).trim();
    return finishDocument({ mediaType: MEDIA_TYPE, title, blocks, warnings }, input.name);
  },
};

function refuseProtected(zip: ZipArchive, name: string): void {
  for (const data of descendants(readPart(zip, "META-INF/encryption.xml"), "EncryptedData")) {
    const algorithm = attributeOf(childAt(data, "EncryptionMethod"), "Algorithm") ?? "";
    const target = attributeOf(descendants(data, "CipherReference")[0], "URI") ?? "";
    if (FONT_SCRAMBLERS.has(algorithm) || /\.(ttf|otf|woff2?)$/i.test(target)) continue;
    throw new AppError("document_encrypted", `"${name}" is copy-protected; get a copy without protection.`);
  }
}

/** Part names of the chapters by the spine; the table of contents is no chapter. */
function chapterParts(book: XmlElement, opfPart: string): string[] {
  const items = new Map(
    childElements(childAt(book, "manifest"), "item").map((item) => [attributeOf(item, "id"), item]),
  );
  return childElements(childAt(book, "spine"), "itemref").flatMap((reference) => {
    const item = items.get(attributeOf(reference, "idref"));
    const isContents = (attributeOf(item, "properties") ?? "").split(/\s+/).includes("nav");
    const isText = /html|xml/.test(attributeOf(item, "media-type") ?? "html");
    return item === undefined || isContents || !isText ? [] : [resolveHref(opfPart, attributeOf(item, "href") ?? "")];
  });
}

/** What the table of contents calls the chapters, from the EPUB 3 navigation or the EPUB 2 NCX. */
function chapterNames(zip: ZipArchive, book: XmlElement, opfPart: string): Map<string, string> {
  const names = new Map<string, string>();
  const add = (from: string, href: string | undefined, name: string) => {
    const part = resolveHref(from, href ?? "");
    if (!names.has(part) && name.trim() !== "") names.set(part, name.replace(/\s+/g, " ").trim());
  };
  for (const item of childElements(childAt(book, "manifest"), "item")) {
    const part = resolveHref(opfPart, attributeOf(item, "href") ?? "");
    if ((attributeOf(item, "properties") ?? "").split(/\s+/).includes("nav")) {
      for (const link of descendants(readPart(zip, part), "a")) add(part, attributeOf(link, "href"), textContent(link));
    } else if (attributeOf(item, "media-type") === "application/x-dtbncx+xml") {
      for (const point of descendants(readPart(zip, part), "navPoint")) {
        add(part, attributeOf(childAt(point, "content"), "src"), textContent(childAt(point, "navLabel", "text")));
      }
    }
  }
  return names;
}

/** A chapter whose heading is a picture gets its name from the table of contents. */
function chapterBlocks(xhtml: string, name: string | undefined): Block[] {
  const blocks = htmlToBlocks(openEmptyElements(xhtml));
  const isNamed = name === undefined || blocks.length === 0 || blocks.some((block) => block.kind === "heading");
  return isNamed ? blocks : [{ kind: "heading", level: 1, text: name }, ...blocks];
}

/** `<title/>` and `<a id="x"/>` are empty in XHTML, but would swallow what follows in HTML. */
function openEmptyElements(xhtml: string): string {
  return xhtml.replace(/<([A-Za-z][\w:-]*)(\s[^<>]*)?\/>/g, (whole, name: string, attributes: string | undefined) =>
    VOID_ELEMENTS.test(name) ? whole : `<${name}${attributes ?? ""}></${name}>`,
  );
}

function resolveHref(from: string, href: string): string {
  const [path = ""] = href.split("#");
  let decoded = path;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    // A stray percent sign: the name is meant as it stands.
  }
  return posix.join("/", posix.dirname(from), decoded).slice(1);
}
