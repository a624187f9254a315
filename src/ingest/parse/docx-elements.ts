import { textContent, type XmlElement, type XmlNode } from "./xml.ts";

/** Elements that say nothing to a reader of plain text, or say it only about looks and proofing. */
export const SILENT_ELEMENTS = new Set([
  "bookmarkEnd",
  "bookmarkStart",
  "commentRangeEnd",
  "commentRangeStart",
  "del",
  "ffData",
  "lastRenderedPageBreak",
  "moveFrom",
  "permEnd",
  "permStart",
  "proofErr",
  "rPr",
  "sectPr",
  "tblGrid",
  "tblPr",
]);

/** Children that fields are made of; their runs must stay apart. */
const FIELD_ELEMENTS = new Set(["fldChar", "instrText"]);

/** A new element in Word's namespace. */
export function wordElement(name: string, children: XmlNode[], attributes: Record<string, string> = {}): XmlElement {
  return { name, qualifiedName: `w:${name}`, attributes, children };
}

export function wordRun(text: string): XmlElement {
  return wordElement("r", [wordText(text)]);
}

export function wordText(text: string): XmlElement {
  return wordElement("t", [text], { "xml:space": "preserve" });
}

export function wordParagraph(text: string): XmlElement {
  return wordElement("p", [wordRun(text)]);
}

/** Joins neighbouring runs, and texts inside them: Word begins a new run wherever somebody once changed a letter. */
export function joinRuns(nodes: XmlNode[]): XmlNode[] {
  const joined: XmlNode[] = [];
  let open: XmlElement | undefined;
  for (const node of nodes) {
    if (!isPlainRun(node)) {
      open = undefined;
      joined.push(node);
      continue;
    }
    if (open === undefined) {
      open = wordElement("r", []);
      joined.push(open);
    }
    for (const child of node.children) appendJoined(open.children, child);
  }
  return joined;
}

function appendJoined(children: XmlNode[], child: XmlNode): void {
  if (!isText(child)) {
    children.push(child);
    return;
  }
  const last = children.at(-1);
  if (isText(last)) last.children = [textContent(last) + textContent(child)];
  else children.push(wordText(textContent(child)));
}

function isPlainRun(node: XmlNode | undefined): node is XmlElement {
  if (node === undefined || typeof node === "string" || node.name !== "r") return false;
  return node.children.every((child) => typeof child === "string" || !FIELD_ELEMENTS.has(child.name));
}

function isText(node: XmlNode | undefined): node is XmlElement {
  return node !== undefined && typeof node !== "string" && node.name === "t";
}
