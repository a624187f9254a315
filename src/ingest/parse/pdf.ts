import type { Block, ParsedDocument, ParseInput, Parser } from "../../core/document.ts";
import { AppError, errorMessage, isAppError } from "../../core/errors.ts";
import { finishDocument } from "./finish-document.ts";
import { cleanPdfText } from "./pdf-characters.ts";
import { openPdf, type OpenPdf } from "./pdf-file.ts";
import { readPageContent } from "./pdf-fragments.ts";
import { layOut, type PageText } from "./pdf-layout.ts";

/** Pages above this are not read; 5,000 pages are a shelf of books. */
const MAX_PAGES = 5000;
/** So many unreadable pages in a row mean a broken page tree. */
const MAX_FAULTS_IN_A_ROW = 20;

/** Reads the text of pages that have no text layer. */
export type PageRecogniser = (input: ParseInput, pages: readonly number[]) => Promise<PageText[]>;

export interface PdfParserOptions {
  /** Text recognition for scanned pages; left out, they are named in a warning. */
  recognise?: PageRecogniser;
}

/** Reads the text layer of PDF files: pages, columns, headings, lists and tables. */
export const pdfParser: Parser = createPdfParser();

export function createPdfParser(options: PdfParserOptions = {}): Parser {
  return { name: "pdf", parse: (input) => parsePdf(input, options) };
}

async function parsePdf(input: ParseInput, { recognise }: PdfParserOptions): Promise<ParsedDocument> {
  const { bytes, name } = input;
  if (bytes.length === 0) throw new AppError("document_empty", `"${name}" has 0 bytes.`);
  const pdf = await openPdf(bytes, name);
  try {
    const warnings: string[] = [];
    const { pages, withoutText } = await readPages(pdf, name, warnings);
    if (withoutText.length > 0 && recognise !== undefined) {
      const recognised = new Map((await recognise(input, withoutText)).map((text) => [text.page, text]));
      for (const [index, { page }] of pages.entries())
        pages[index] = recognised.get(page) ??
          pages[index] ?? { page, height: 0, groups: [], drawing: { rules: [], dots: [] } };
      warnings.push(`${pageList(withoutText)}: text recognised from the picture; it may hold errors.`);
    }
    const { blocks, titleLine } = layOut(pages);
    if (withoutText.length > 0 && recognise === undefined) {
      warnings.push(`${pageList(withoutText)} without text (a scan or a picture); text recognition (OCR) is off.`);
    }
    if (blocks.length === 0) throw noText(name, pages.length, recognise !== undefined);
    const title = (await metadataTitle(pdf, name)) ?? titleLine;
    settleDoors(blocks);
    return finishDocument(
      {
        ...(title === undefined ? {} : { title }),
        mediaType: "application/pdf",
        blocks,
        pages: pdf.document.numPages,
        warnings,
      },
      name,
    );
  } finally {
    await pdf.close();
  }
}

interface ReadPages {
  pages: PageText[];
  /** Numbers of readable pages that have no text. */
  withoutText: number[];
}

async function readPages({ document }: OpenPdf, name: string, warnings: string[]): Promise<ReadPages> {
  const last = Math.min(document.numPages, MAX_PAGES);
  if (document.numPages > MAX_PAGES)
    warnings.push(`Only the first ${MAX_PAGES} of ${document.numPages} pages were read.`);
  const pages: PageText[] = [];
  const withoutText: number[] = [];
  const unreadable: number[] = [];
  let faultsInARow = 0;
  let fault: unknown;
  for (let number = 1; number <= last && faultsInARow < MAX_FAULTS_IN_A_ROW; number++) {
    try {
      const page = await document.getPage(number);
      const { groups, drawing } = await readPageContent(page);
      pages.push({ page: number, height: page.getViewport({ scale: 1 }).height, groups, drawing });
      if (groups.length === 0) withoutText.push(number);
      page.cleanup();
      faultsInARow = 0;
    } catch (error) {
      if (isAppError(error)) throw error;
      fault = error;
      faultsInARow++;
      unreadable.push(number);
    }
  }
  if (pages.length === 0) {
    const reason = errorMessage(fault).replace(/\.$/, "");
    throw new AppError(
      "document_damaged",
      `No page of "${name}" can be read (${reason}); export or download it again.`,
      { cause: fault },
    );
  }
  if (unreadable.length > 0) warnings.push(`${pageList(unreadable)} damaged and left out.`);
  return { pages, withoutText };
}

/**
 * U+2F3E is Unicode's radical for 戶, but fonts for simplified Chinese draw 户 with it, and so 用户 is read as 用戶: no other radical
 * stands for two forms that are both in use.
 */
function settleDoors(blocks: readonly Block[]): void {
  const text = blocks.map((block) => block.text).join("");
  const count = (characters: RegExp): number => text.match(characters)?.length ?? 0;
  if (!text.includes("戶") || count(SIMPLIFIED_ONLY) <= count(TRADITIONAL_ONLY)) return;
  for (const block of blocks) block.text = block.text.replaceAll("戶", "户");
}

/** Frequent characters that only one of the two orthographies has. */
const SIMPLIFIED_ONLY = /[这们个来时为国说对发过动还进经问开长门间请无关处务应书话电员设认证论试语机样费单须钥]/gu;
const TRADITIONAL_ONLY = /[這們個來時為國說對發過動還進經問開長門間請無關處務應書話電員設認證論試語機樣費單須鑰]/gu;

function noText(name: string, pages: number, recognised: boolean): AppError {
  const what = `"${name}" has no text layer on its ${pages === 1 ? "page" : `${pages} pages`}: it is a scan or holds only pictures`;
  const remedy = recognised
    ? "text recognition (OCR) found nothing either."
    : "switch on text recognition with `ocr = true` under [corpus], or save it with a text layer.";
  return new AppError("document_no_text", `${what}; ${remedy}`);
}

/** "Page 3", "Pages 2–4, 9". */
function pageList(numbers: readonly number[]): string {
  const ranges: string[] = [];
  for (let index = 0; index < numbers.length;) {
    let end = index;
    while (numbers[end + 1] === (numbers[end] ?? 0) + 1) end++;
    ranges.push(end === index ? `${numbers[index]}` : `${numbers[index]}–${numbers[end]}`);
    index = end + 1;
  }
  const shown = ranges.length > 12 ? `${ranges.slice(0, 12).join(", ")} and more` : ranges.join(", ");
  return `${numbers.length === 1 ? "Page" : "Pages"} ${shown}`;
}

/** The title from the metadata, unless a program filled it in (file names, "Untitled", "Microsoft Word - …"). */
async function metadataTitle({ document }: OpenPdf, name: string): Promise<string | undefined> {
  let info: unknown;
  try {
    ({ info } = await document.getMetadata());
  } catch {
    // Damaged metadata costs the title only.
    return undefined;
  }
  const value: unknown = typeof info === "object" && info !== null ? Reflect.get(info, "Title") : undefined;
  if (typeof value !== "string") return undefined;
  const title = cleanPdfText(value)
    .replace(/^Microsoft (?:Word|PowerPoint|Excel) - /, "")
    .replace(/\s+/g, " ")
    .trim();
  const stem = name.replace(/\.[^.]*$/, "");
  const senseless =
    title.length < 2 ||
    title.length > 200 ||
    title === stem ||
    /\.(?:docx?|pptx?|xlsx?|odt|pdf|tex|dvi|indd|html?|md|txt|rtf|wps|cdr|eps)$/i.test(title) ||
    /^(?:\(?(?:anonymous|unspecified)\)?$|untitled|无标题|無題|未命名|slide 1|powerpoint presentation|about:blank|document\d*|文档\s*\d*|新建|print|https?:)/i.test(
      title,
    ) ||
    /\uFFFD|[\u0080-\u009F]/.test(title) ||
    !/\p{L}/u.test(title);
  return senseless ? undefined : title;
}
