import { parseHTML } from "linkedom";

/** The part of the DOM that reading a page needs. */
export interface HtmlNode {
  readonly nodeType: number;
  readonly firstChild: HtmlNode | null;
  readonly nextSibling: HtmlNode | null;
  readonly parentNode: HtmlNode | null;
  readonly nodeValue: string | null;
}

export interface HtmlElement extends HtmlNode {
  readonly localName: string;
  getAttribute(name: string): string | null;
}

export interface HtmlVisitor {
  /** Called before an element's children; `false` leaves the whole element out, without a call of `leave`. */
  enter(element: HtmlElement): boolean;
  leave(element: HtmlElement): void;
  text(text: string): void;
}

const ELEMENT = 1;
const TEXT = 3;

/** Parses a page or a fragment of one; the result's children are its top-level nodes. */
export function parseHtmlTree(html: string): HtmlNode {
  // linkedom's document type node has no next sibling, which would end the walk before the page.
  return parseHTML(html.replace(/<!doctype[^>]*>/gi, "")).document;
}

export function isElement(node: HtmlNode): node is HtmlElement {
  return node.nodeType === ELEMENT;
}

/** Visits what is below `root` in document order. Pages nest without limit, so this does not recurse. */
export function walkHtml(root: HtmlNode, visitor: HtmlVisitor): void {
  let node = root.firstChild;
  while (node !== null) {
    if (isElement(node)) {
      if (visitor.enter(node)) {
        if (node.firstChild !== null) {
          node = node.firstChild;
          continue;
        }
        visitor.leave(node);
      }
    } else if (node.nodeType === TEXT) visitor.text(node.nodeValue ?? "");
    while (node !== null && node.nextSibling === null) {
      node = node.parentNode;
      if (node === null || node === root) return;
      if (isElement(node)) visitor.leave(node);
    }
    node = node?.nextSibling ?? null;
  }
}
