import { Parser } from "htmlparser2";
import { AppError } from "../../core/errors.ts";
import { cleanText } from "./finish-document.ts";

/** An element without its namespace prefix: Office, OPF and NCX names do not clash inside one part. */
export interface XmlElement {
  name: string;
  /** The name with its prefix, as it stands in the file. */
  qualifiedName: string;
  /** By the names that stand in the file, prefix included. */
  attributes: Record<string, string>;
  children: XmlNode[];
}

export type XmlNode = XmlElement | string;

export interface XmlHandlers {
  open?: (name: string, attributes: Record<string, string>, qualifiedName: string) => void;
  text?: (text: string) => void;
  close?: (name: string) => void;
}

/** Far above what Office writes; a recursion of this depth still fits the stack. */
const MAX_DEPTH = 400;
const MAX_NODES = 2_000_000;
const CHUNK_BYTES = 1 << 16;

/**
 * Streams an XML part to `handlers`. Entities other than XML's own are never expanded and nothing external is read;
 * ill-formed XML is read as far as it goes.
 * @throws AppError `document_damaged` when elements nest deeper than 400
 */
export function walkXml(bytes: Uint8Array, place: string, handlers: XmlHandlers): void {
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        depth += 1;
        if (depth > MAX_DEPTH) {
          throw new AppError("document_damaged", `${place} nests deeper than ${MAX_DEPTH} levels; save it again.`);
        }
        handlers.open?.(localName(name), attributes, name);
      },
      ontext: (text) => handlers.text?.(text),
      onclosetag(name) {
        depth -= 1;
        handlers.close?.(localName(name));
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  const decoder = xmlDecoder(bytes);
  for (let offset = 0; offset < bytes.length; offset += CHUNK_BYTES) {
    parser.write(decoder.decode(bytes.subarray(offset, offset + CHUNK_BYTES), { stream: true }));
  }
  parser.end(decoder.decode());
}

/**
 * Reads an XML part into a tree under a nameless root.
 * @throws AppError `document_damaged` (too deep) or `document_too_large` (over two million nodes)
 */
export function parseXml(bytes: Uint8Array, place: string): XmlElement {
  const root: XmlElement = { name: "", qualifiedName: "", attributes: {}, children: [] };
  const open = [root];
  let nodes = 0;
  const append = (node: XmlNode) => {
    nodes += 1;
    if (nodes > MAX_NODES) throw new AppError("document_too_large", `${place} is too large; split the document.`);
    open.at(-1)?.children.push(node);
  };
  walkXml(bytes, place, {
    open(name, attributes, qualifiedName) {
      const element: XmlElement = { name, qualifiedName, attributes, children: [] };
      append(element);
      open.push(element);
    },
    text: append,
    close: () => void open.pop(),
  });
  return root;
}

/** Child elements named `name`, or all child elements. */
export function childElements(element: XmlElement | undefined, name?: string): XmlElement[] {
  return (element?.children ?? []).filter(
    (child): child is XmlElement => typeof child !== "string" && (name === undefined || child.name === name),
  );
}

/** The element reached by following the first child of each name. */
export function childAt(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  let found = element;
  for (const name of path) found = childElements(found, name)[0];
  return found;
}

/** All elements below `element` named `name`, in document order. */
export function descendants(element: XmlElement | undefined, name: string): XmlElement[] {
  const found: XmlElement[] = [];
  collect(element, name, { isNested: true }, found);
  return found;
}

/** The elements below `element` named `name` that are not inside another of that name. */
export function outermost(element: XmlElement | undefined, name: string): XmlElement[] {
  const found: XmlElement[] = [];
  collect(element, name, { isNested: false }, found);
  return found;
}

function collect(
  element: XmlElement | undefined,
  name: string,
  options: { isNested: boolean },
  found: XmlElement[],
): void {
  for (const child of childElements(element)) {
    if (child.name === name) found.push(child);
    if (child.name !== name || options.isNested) collect(child, name, options, found);
  }
}

/** The element's text, markup left out. */
export function textContent(node: XmlNode | undefined): string {
  if (node === undefined || typeof node === "string") return node ?? "";
  return node.children.map(textContent).join("");
}

/** Part after the namespace prefix. */
export function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** An attribute by its name without the prefix: `id` finds `r:id` whatever prefix the file chose. */
export function attributeOf(element: XmlElement | undefined, name: string): string | undefined {
  const attributes = element?.attributes ?? {};
  return attributes[name] ?? Object.entries(attributes).find(([key]) => key.endsWith(`:${name}`))?.[1];
}

/** Names Office uses; others are of no use to a reader of Office files. */
const XML_NAME = /^[A-Za-z_][\w.-]*(:[A-Za-z_][\w.-]*)?$/;

/** Writes a tree as well-formed XML: characters and attribute names that XML cannot hold are left out, as are bad tags. */
export function serializeXml(node: XmlNode): string {
  if (typeof node === "string") return escapeXml(node);
  const content = node.children.map(serializeXml).join("");
  if (!XML_NAME.test(node.qualifiedName)) return content;
  const attributes = Object.entries(node.attributes)
    .filter(([name]) => XML_NAME.test(name))
    .map(([name, value]) => ` ${name}="${escapeXml(value)}"`);
  return `<${node.qualifiedName}${attributes.join("")}>${content}</${node.qualifiedName}>`;
}

function escapeXml(text: string): string {
  if (/^[\w .:/#-]*$/.test(text)) return text;
  return cleanText(text).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Text of an XML part in the encoding it declares. */
export function decodeXml(bytes: Uint8Array): string {
  return xmlDecoder(bytes).decode(bytes);
}

function xmlDecoder(bytes: Uint8Array): InstanceType<typeof TextDecoder> {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be");
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  const declared = /^[^<]*<\?xml[^>]*encoding=["']([\w.-]+)["']/.exec(head)?.[1] ?? "utf-8";
  try {
    return new TextDecoder(declared);
  } catch {
    // A label nobody knows: UTF-8 is what XML falls back on.
    return new TextDecoder();
  }
}
