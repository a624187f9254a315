import { type HtmlElement, type HtmlNode, walkHtml } from "./html-tree.ts";

interface OpenRegion {
  element: HtmlElement;
  chars: number;
  linkChars: number;
  hasHeading: boolean;
}

/** Share of a region's text that stands in links, from which on it is a menu. */
const MENU_LINK_SHARE = 0.6;

const REGIONS = new Set(["nav", "aside", "footer", "header"]);
const ROLES = new Set(["navigation", "search", "banner", "contentinfo"]);

/**
 * Navigation bars, sidebars, page heads and feet that are mostly links. One with a heading of its own is content (a
 * table of contents), and so is one that is mostly text (the office hours in a page's foot).
 */
export function findBoilerplate(root: HtmlNode): Set<HtmlElement> {
  const found = new Set<HtmlElement>();
  const open: OpenRegion[] = [];
  let links = 0;
  walkHtml(root, {
    enter(element) {
      const name = element.localName;
      if (name === "script" || name === "style" || name === "template") return false;
      if (name === "a" || name === "button") links++;
      if (isRegion(element)) open.push({ element, chars: 0, linkChars: 0, hasHeading: false });
      const region = open.at(-1);
      if (region !== undefined && /^h[1-6]$/.test(name)) region.hasHeading = true;
      return true;
    },
    leave(element) {
      if (element.localName === "a" || element.localName === "button") links--;
      const region = open.at(-1);
      if (region?.element !== element) return;
      open.pop();
      const isMenu = region.linkChars > 0 && region.linkChars >= region.chars * MENU_LINK_SHARE;
      if (isMenu && !region.hasHeading) found.add(element);
      const outer = open.at(-1);
      if (outer === undefined) return;
      outer.chars += region.chars;
      outer.linkChars += region.linkChars;
      outer.hasHeading ||= region.hasHeading;
    },
    text(text) {
      const region = open.at(-1);
      if (region === undefined) return;
      const chars = text.replace(/\s+/g, "").length;
      region.chars += chars;
      if (links > 0) region.linkChars += chars;
    },
  });
  return found;
}

function isRegion(element: HtmlElement): boolean {
  return REGIONS.has(element.localName) || ROLES.has(element.getAttribute("role") ?? "");
}
