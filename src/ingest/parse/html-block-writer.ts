import type { Block } from "../../core/document.ts";
import { BLOCK_ELEMENTS, codeLanguage, informativeAddress, isUnread } from "./html-elements.ts";
import { type HtmlCell, layOutTable, withoutEmptyLines } from "./html-table.ts";
import { type HtmlElement, type HtmlVisitor, isElement } from "./html-tree.ts";
import { markdownTable } from "./markdown-table.ts";
import { NestedLines } from "./nested-lines.ts";

interface OpenTable {
  rows: HtmlCell[][];
  cell?: HtmlCell | undefined;
  /** Tables open inside this one; their cells are flattened into the outer cell. */
  inner: number;
}

/** Turns the visited elements into blocks. Keeps the open structure itself, so that depth costs no stack. */
export class HtmlBlockWriter implements HtmlVisitor {
  readonly #layoutTables: ReadonlySet<HtmlElement>;
  readonly #isLeftOut: (element: HtmlElement) => boolean;
  readonly #blocks: Block[] = [];
  readonly #nested = new NestedLines();
  readonly #links: { href: string; start: number }[] = [];
  #inline = "";
  #headingLevel: number | undefined;
  #code: { text: string; language: string } | undefined;
  #table: OpenTable | undefined;

  constructor(layoutTables: ReadonlySet<HtmlElement>, isLeftOut: (element: HtmlElement) => boolean) {
    this.#layoutTables = layoutTables;
    this.#isLeftOut = isLeftOut;
  }

  /** The blocks of everything that was visited. */
  finish(): Block[] {
    this.#flush();
    for (const kind of ["list", "quote"] as const) this.#push(this.#nested.close(kind));
    return this.#blocks;
  }

  enter(element: HtmlElement): boolean {
    if (isUnread(element) || this.#isLeftOut(element)) return false;
    const name = element.localName;
    if (this.#code !== undefined) {
      if (name === "br") this.#code.text += "\n";
      else if (name === "code") this.#code.language ||= codeLanguage(element);
      return true;
    }
    if (BLOCK_ELEMENTS.has(name)) {
      this.#flush();
      this.#openBlock(name, element);
    } else this.#openInline(name, element);
    return true;
  }

  leave(element: HtmlElement): void {
    const name = element.localName;
    if (this.#code !== undefined) {
      if (name === "pre") this.#closeCode();
    } else if (name === "a") this.#closeLink(element);
    else if (name === "rt") this.#inline += ")";
    else if (BLOCK_ELEMENTS.has(name)) {
      if (this.#headingLevel !== undefined && /^h[1-6]$/.test(name)) this.#closeHeading();
      else this.#flush();
      this.#closeBlock(name, element);
    }
  }

  text(text: string): void {
    if (this.#code !== undefined) this.#code.text += text;
    else this.#append(collapse(text));
  }

  #append(text: string): void {
    const isAtStart = this.#inline === "" || /[ \n]$/.test(this.#inline);
    this.#inline += isAtStart && text.startsWith(" ") ? text.slice(1) : text;
  }

  #openInline(name: string, element: HtmlElement): void {
    if (name === "br") this.#inline = `${this.#inline.trimEnd()}\n`.replace(/\n{3,}$/, "\n\n");
    else if (name === "a") this.#links.push({ href: element.getAttribute("href") ?? "", start: this.#inline.length });
    else if (name === "img") this.#append(collapse(element.getAttribute("alt") ?? ""));
    else if (name === "math") this.#append(collapse(element.getAttribute("alttext") ?? ""));
    else if (name === "rt") this.#inline += "(";
    else if (name === "input" && element.getAttribute("type") === "checkbox" && this.#nested.isInItem()) {
      this.#append(element.getAttribute("checked") === null ? "[ ] " : "[x] ");
    }
  }

  #openBlock(name: string, element: HtmlElement): void {
    if (/^h[1-6]$/.test(name)) this.#headingLevel = Number(name[1]);
    else if (name === "pre") this.#code = { text: "", language: languageAround(element) };
    else if (this.#table !== undefined) this.#openInTable(this.#table, name, element);
    else if (name === "table" && !this.#layoutTables.has(element)) this.#table = { rows: [], inner: 0 };
    else if (name === "ul" || name === "menu" || name === "dir") this.#nested.openList();
    else if (name === "ol") this.#nested.openList(numberOf(element, "start") ?? 1);
    else if (name === "dl") this.#nested.openList();
    else if (name === "li") this.#nested.openItem(numberOf(element, "value"));
    else if (name === "blockquote") this.#nested.openQuote();
    else if (name === "dt") {
      if (this.#nested.isInItem()) this.#push(this.#nested.close("item"));
      this.#nested.openItem();
    } else if (name === "dd" && !this.#nested.isInItem()) this.#nested.openItem();
  }

  #closeBlock(name: string, element: HtmlElement): void {
    if (this.#table !== undefined) this.#closeInTable(this.#table, name);
    else if (name === "ul" || name === "ol" || name === "dl" || name === "menu" || name === "dir") {
      this.#push(this.#nested.close("list"));
    } else if (name === "li") {
      const hasList = element.parentNode !== null && isElement(element.parentNode) && isList(element.parentNode);
      this.#push(this.#nested.close(hasList ? "item" : "list"));
    } else if (name === "blockquote") this.#push(this.#nested.close("quote"));
  }

  #openInTable(table: OpenTable, name: string, element: HtmlElement): void {
    if (name === "table") table.inner++;
    if (table.inner > 0) return;
    if (name === "tr") table.rows.push([]);
    else if (name === "td" || name === "th") {
      if (table.rows.length === 0) table.rows.push([]);
      table.cell = { text: "", columns: spanOf(element, "colspan"), rows: spanOf(element, "rowspan") };
      table.rows.at(-1)?.push(table.cell);
    }
  }

  #closeInTable(table: OpenTable, name: string): void {
    if (name === "table" && table.inner > 0) table.inner--;
    else if (name === "table") this.#closeTable(table);
    else if ((name === "td" || name === "th") && table.inner === 0) table.cell = undefined;
  }

  #closeTable(table: OpenTable): void {
    this.#table = undefined;
    let grid = withoutEmptyLines(layOutTable(table.rows));
    // A title that spans all columns is no header.
    while (grid.length > 1 && (grid[0]?.length ?? 0) > 1 && grid[0]?.slice(1).every((text) => text === "")) {
      this.#write({ kind: "paragraph", text: grid[0][0] ?? "" });
      grid = grid.slice(1);
    }
    const isColumn = grid.every((row) => row.length <= 1);
    if (isColumn) for (const row of grid) this.#write({ kind: "paragraph", text: row[0] ?? "" });
    else this.#write({ kind: "table", text: markdownTable(grid) });
  }

  #closeHeading(): void {
    const level = this.#headingLevel ?? 1;
    this.#headingLevel = undefined;
    const text = this.#inline.replace(/\s+/g, " ").trim();
    this.#inline = "";
    if (text === "") return;
    if (this.#table?.cell !== undefined) addToCell(this.#table.cell, text);
    else if (this.#nested.isOpen) this.#nested.add(text);
    else this.#blocks.push({ kind: "heading", level, text });
  }

  #closeCode(): void {
    const { text, language } = this.#code ?? { text: "", language: "" };
    this.#code = undefined;
    const code = text.replaceAll("\u00a0", " ").replace(/^\n+|\s+$/g, "");
    if (code.trim() === "") return;
    if (this.#table?.cell !== undefined) addToCell(this.#table.cell, code);
    else this.#write({ kind: "code", text: fenced(code, language) });
  }

  #closeLink(element: HtmlElement): void {
    const link = this.#links.pop();
    if (link === undefined) return;
    const text = this.#inline.slice(link.start);
    const isAnchor = /^\s*[¶#§🔗]+\s*$/u.test(text) && link.href.startsWith("#");
    if (isAnchor || /\bheaderlink\b/.test(element.getAttribute("class") ?? "")) {
      this.#inline = this.#inline.slice(0, link.start);
      return;
    }
    const address = this.#headingLevel === undefined ? informativeAddress(link.href, text) : undefined;
    if (address !== undefined) this.#inline += this.#inline.endsWith(" ") ? `(${address})` : ` (${address})`;
  }

  /** Ends the current line of text. */
  #flush(): void {
    if (this.#headingLevel !== undefined) {
      this.#append(" ");
      return;
    }
    const inline = this.#inline.trim();
    this.#inline = "";
    if (inline === "") return;
    if (this.#table?.cell !== undefined) addToCell(this.#table.cell, inline);
    else for (const text of inline.split(/\n\s*\n/)) this.#write({ kind: "paragraph", text: text.trim() });
  }

  #write(block: Block): void {
    if (block.text.trim() === "") return;
    if (this.#nested.isOpen) this.#nested.add(block.text);
    else this.#blocks.push(block);
  }

  #push(block: Block | undefined): void {
    if (block !== undefined) this.#blocks.push(block);
  }
}

/** A fence longer than any run of backticks inside. */
function fenced(code: string, language: string): string {
  const longest = (code.match(/`{3,}/g) ?? []).reduce((length, run) => Math.max(length, run.length), 2);
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}

function addToCell(cell: HtmlCell, text: string): void {
  const line = text.replace(/\s+/g, " ").trim();
  cell.text = cell.text === "" ? line : `${cell.text} ${line}`;
}

/** White space as a browser shows it, except that a line break between two Chinese characters leaves no gap. */
function collapse(text: string): string {
  return text
    .replace(
      /(?<=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60])[ \t]*\r?\n\s*(?=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60])/g,
      "",
    )
    .replace(/\u00ad/g, "")
    .replace(/[\s\u00a0]+/g, " ");
}

function isList(element: HtmlElement): boolean {
  return ["ul", "ol", "menu", "dir"].includes(element.localName);
}

/** Sphinx and GitHub name the language on an element around the `pre`. */
function languageAround(element: HtmlElement): string {
  let language = codeLanguage(element);
  let parent = element.parentNode;
  for (let level = 0; language === "" && level < 2 && parent !== null && isElement(parent); level++) {
    language = codeLanguage(parent);
    parent = parent.parentNode;
  }
  return language;
}

function numberOf(element: HtmlElement, attribute: string): number | undefined {
  const value = element.getAttribute(attribute);
  return value !== null && /^-?\d{1,9}$/.test(value.trim()) ? Number(value) : undefined;
}

function spanOf(element: HtmlElement, attribute: string): number {
  return Math.min(Math.max(numberOf(element, attribute) ?? 1, 1), 1000);
}
