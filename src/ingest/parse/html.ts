import type { Parser } from "../../core/document.ts";
import { finishDocument } from "./finish-document.ts";
import { findBoilerplate } from "./html-boilerplate.ts";
import { blocksOfTree } from "./html-blocks.ts";
import { type HtmlNode, isElement, parseHtmlTree, walkHtml } from "./html-tree.ts";
import { readText } from "./read-text.ts";

/** The declaration must stand in the first 1024 bytes; real pages put it later. */
const DECLARATION_BYTES = 8192;

/** Web pages: the whole body without menus and other lists of links around the content. */
export const htmlParser: Parser = {
  name: "html",
  async parse(input) {
    const declared = declaredEncoding(input.bytes);
    const { text, warnings } = readText(input, declared === undefined ? {} : { declared });
    const tree = parseHtmlTree(text);
    const boilerplate = findBoilerplate(tree);
    let blocks = blocksOfTree(tree, (element) => boilerplate.has(element));
    // A page that is nothing but links is its own content.
    if (blocks.length === 0) blocks = blocksOfTree(tree, () => false);
    const title = titleOf(tree) ?? blocks.find((block) => block.kind === "heading")?.text;
    return finishDocument(
      { ...(title === undefined ? {} : { title }), mediaType: "text/html", blocks, warnings },
      input.name,
    );
  },
};

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, DECLARATION_BYTES));
  const found =
    /<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w-]+)/i.exec(head) ??
    /<\?xml\b[^>]*?\bencoding\s*=\s*["']([\w-]+)/i.exec(head);
  return found?.[1];
}

function titleOf(tree: HtmlNode): string | undefined {
  let title: string | undefined;
  walkHtml(tree, {
    enter(element) {
      // A picture inside the page has titles too.
      if (title !== undefined || element.localName === "svg") return false;
      if (element.localName !== "title") return true;
      let text = "";
      for (let child = element.firstChild; child !== null; child = child.nextSibling) {
        if (!isElement(child)) text += child.nodeValue ?? "";
      }
      if (text.trim() !== "") title = text.replace(/\s+/g, " ").trim();
      return false;
    },
    leave() {},
    text() {},
  });
  return title;
}
