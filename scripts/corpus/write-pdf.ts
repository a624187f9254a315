import PdfDocument from "pdfkit";

import { plainText } from "./read-source.ts";
import type { SourceBlock } from "./read-source.ts";
import { BUILT_AT } from "./settle-zip.ts";
import { breakLines } from "./break-lines.ts";

const MARGIN = 64;
const FOOT = 84;
const LINE = 1.55;
const BODY = 10.5;
const TABLE = 9.5;
const CODE = 8.5;
const HEADING = { 1: 24, 2: 17, 3: 13 } as const;

/**
 * A PDF with a text layer of the very characters of the source, bookmarks and page numbers.
 * Lines are broken here and not by pdfkit, which would cut addresses and identifiers at every hyphen and slash.
 * Streams stay uncompressed: zlib's output differs between Node versions, and the file must not.
 */
export async function writePdf(title: string, blocks: SourceBlock[], font: Uint8Array): Promise<Uint8Array> {
  const document = new PdfDocument({
    size: "A4",
    margin: MARGIN,
    compress: false,
    bufferPages: true,
    lang: "zh-CN",
    info: { Title: title, Author: "Xianheng", CreationDate: new Date(BUILT_AT), ModDate: new Date(BUILT_AT) },
  });
  const bytes = collect(document);
  document.registerFont("text", Buffer.from(font));
  const pen = new Pen(document);
  for (const block of blocks) draw(pen, block);
  pen.numberPages();
  document.end();
  return bytes;
}

function draw(pen: Pen, block: SourceBlock): void {
  if (block.kind === "heading") {
    pen.heading(block.level, block.text);
  } else if (block.kind === "paragraph") {
    pen.lines(plainText(block.runs), { size: BODY, indent: 0 });
    pen.gap(9);
  } else if (block.kind === "list") {
    for (const [index, runs] of block.items.entries()) {
      pen.lines(plainText(runs), { size: BODY, indent: 18, mark: block.ordered ? `${index + 1}.` : "•" });
    }
    pen.gap(9);
  } else if (block.kind === "table") {
    pen.table(block.rows);
    pen.gap(10);
  } else {
    pen.code(block.lines);
    pen.gap(10);
  }
}

/** Writes down the page and on to the next. */
class Pen {
  #document: PDFKit.PDFDocument;
  #y = MARGIN;
  #chapter: PDFKit.PDFOutline | undefined;

  constructor(document: PDFKit.PDFDocument) {
    this.#document = document;
  }

  get #width(): number {
    return this.#document.page.width - 2 * MARGIN;
  }

  gap(points: number): void {
    this.#y += points;
  }

  heading(level: 1 | 2 | 3, text: string): void {
    const size = HEADING[level];
    this.#y += level === 1 ? 0 : size * 0.7;
    // A heading alone at the foot of a page would be parted from its text.
    this.#need(size * LINE + (level === 3 ? 5 : 9) * BODY * LINE);
    this.lines(text, { size, indent: 0 });
    this.gap(size * 0.25);
    if (level === 2) this.#chapter = this.#document.outline.addItem(text);
    if (level === 3) this.#chapter?.addItem(text);
  }

  lines(text: string, options: { size: number; indent: number; mark?: string }): void {
    const measure = (piece: string): number => this.#document.font("text").fontSize(options.size).widthOfString(piece);
    for (const [index, line] of breakLines(text, this.#width - options.indent, measure).entries()) {
      this.#need(options.size * LINE);
      this.#document.font("text").fontSize(options.size);
      if (index === 0 && options.mark !== undefined) this.#write(options.mark, MARGIN + 4);
      this.#write(line, MARGIN + options.indent);
      this.#y += options.size * LINE;
    }
  }

  /**
   * Draws a table, whole on one page, whose cells are one line each.
   * @throws Error naming the row that is too wide for the page.
   */
  table(rows: string[][]): void {
    this.#document.font("text").fontSize(TABLE);
    const padding = 6;
    const height = TABLE * 1.9;
    const widths = (rows[0] ?? []).map((_, column) =>
      Math.max(...rows.map((row) => this.#document.widthOfString(row[column] ?? "") + 2 * padding)),
    );
    const total = widths.reduce((sum, width) => sum + width, 0);
    if (total > this.#width)
      throw new Error(`Table too wide by ${Math.ceil(total - this.#width)} points: ${rows[0]?.join(" | ")}`);
    const stretch = (this.#width - total) / widths.length;
    this.#need(rows.length * height);
    for (const [index, row] of rows.entries()) {
      let x = MARGIN;
      for (const [column, width] of widths.entries()) {
        const box = this.#document.rect(x, this.#y, width + stretch, height).lineWidth(0.5);
        if (index === 0) box.fillAndStroke("#eeeeee", "#999999");
        else box.stroke("#999999");
        this.#document.fillColor("#000000").font("text").fontSize(TABLE);
        this.#write(row[column] ?? "", x + padding, this.#y + TABLE * 0.3);
        x += width + stretch;
      }
      this.#y += height;
    }
  }

  code(lines: string[]): void {
    const height = CODE * 1.5;
    this.#need(lines.length * height + 8);
    this.#document.rect(MARGIN, this.#y, this.#width, lines.length * height + 8).fill("#f4f4f4");
    this.#document.fillColor("#000000").font("Courier").fontSize(CODE);
    this.#y += 5;
    for (const line of lines) {
      this.#write(line, MARGIN + 8);
      this.#y += height;
    }
    this.#y += 3;
  }

  numberPages(): void {
    const { start, count } = this.#document.bufferedPageRange();
    for (let page = start; page < start + count; page += 1) {
      this.#document.switchToPage(page);
      // The foot lies in the margin, where pdfkit would open a new page.
      this.#document.page.margins.bottom = 0;
      this.#document.font("text").fontSize(9);
      const number = `${page + 1} / ${count}`;
      const x = (this.#document.page.width - this.#document.widthOfString(number)) / 2;
      this.#write(number, x, this.#document.page.height - 48);
    }
  }

  #need(points: number): void {
    if (this.#y + points <= this.#document.page.height - FOOT) return;
    this.#document.addPage();
    this.#y = MARGIN;
  }

  #write(text: string, x: number, y = this.#y): void {
    this.#document.text(text, x, y, { lineBreak: false });
  }
}

function collect(document: PDFKit.PDFDocument): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    document.on("data", (part: Uint8Array) => parts.push(part));
    document.on("end", () => resolve(Buffer.concat(parts)));
    document.on("error", reject);
  });
}
