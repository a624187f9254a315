import type { Block } from "../../core/document.ts";
import { cleanText } from "./finish-document.ts";
import { HtmlBlockWriter } from "./html-block-writer.ts";
import { type HtmlElement, type HtmlNode, parseHtmlTree, walkHtml } from "./html-tree.ts";

/**
 * The readable content of an HTML page or fragment in reading order: headings, paragraphs, nested lists, GFM tables,
 * fenced code and quotes. Text is plain, without marks of emphasis; entities are decoded; a link's address follows its
 * text in brackets where it says more than the text. Scripts, styles and hidden elements are left out.
 */
export function htmlToBlocks(html: string): Block[] {
  return blocksOfTree(parseHtmlTree(html), () => false);
}

/** Like `htmlToBlocks` for a parsed page; elements for which `isLeftOut` is true are skipped with all they hold. */
export function blocksOfTree(root: HtmlNode, isLeftOut: (element: HtmlElement) => boolean): Block[] {
  const writer = new HtmlBlockWriter(findLayoutTables(root), isLeftOut);
  walkHtml(root, writer);
  return writer.finish().flatMap((block) => {
    const text = cleanText(block.text);
    return text.trim() === "" ? [] : [{ ...block, text }];
  });
}

interface OpenTable {
  element: HtmlElement;
  cells: number;
  headerCells: number;
  tables: number;
  hasHeading: boolean;
  hasCode: boolean;
}

/** Tables that only place things on the page: their cells are read as ordinary content. */
function findLayoutTables(root: HtmlNode): Set<HtmlElement> {
  const found = new Set<HtmlElement>();
  const open: OpenTable[] = [];
  walkHtml(root, {
    enter(element) {
      const table = open.at(-1);
      const name = element.localName;
      if (name === "table") {
        if (table !== undefined) table.tables++;
        open.push({ element, cells: 0, headerCells: 0, tables: 0, hasHeading: false, hasCode: false });
      } else if (table !== undefined) {
        if (name === "td") table.cells++;
        else if (name === "th") table.headerCells++;
        else if (/^h[1-6]$/.test(name)) table.hasHeading = true;
        else if (name === "pre") table.hasCode = true;
      }
      return true;
    },
    leave(element) {
      if (element.localName !== "table") return;
      const table = open.pop();
      if (table !== undefined && isLayout(table)) found.add(table.element);
    },
    text() {},
  });
  return found;
}

function isLayout(table: OpenTable): boolean {
  const role = table.element.getAttribute("role");
  if (role === "presentation" || role === "none") return true;
  if (table.headerCells > 0) return false;
  return table.cells <= 1 || table.hasHeading || table.hasCode || table.tables > 1;
}
