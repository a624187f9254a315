import type { ParseInput } from "../../core/document.ts";
import { AppError, errorMessage } from "../../core/errors.ts";
import { pdfResources } from "./pdf-file.ts";
import type { Fragment } from "./pdf-fragments.ts";
import type { PageText } from "./pdf-layout.ts";
import { median } from "./pdf-median.ts";

/** Recognises the text of pictures with PaddleOCR's Chinese and English models, on this machine. */
export interface TextRecogniser {
  /** @throws AppError `package_missing`, `document_damaged` */
  recogniseImage(bytes: Uint8Array, name: string): Promise<PageText>;
  /** Draws the pages of a PDF and recognises their text. @throws AppError `package_missing`, `document_damaged` */
  recognisePages(input: ParseInput, pages: readonly number[]): Promise<PageText[]>;
}

export interface TextRecogniserOptions {
  /** Called after each page or picture, so that a deadline can count from there. */
  onPage?: () => void;
}

/** About 330 MB with its runtime, so it is installed only where it is wanted. */
export const OCR_PACKAGE = "@gutenye/ocr-node";
const OCR_INSTALL = `npm install ${OCR_PACKAGE}@1.4.8`;
/** Pixels; an A4 page at 190 dpi, where small print is still read and a page takes seconds. */
const PAGE_WIDTH = 1600;
/** Recognised heights of one font differ by this share. */
const HEIGHT_NOISE = 0.3;

interface RecognisedLine {
  text: string;
  box: [number, number][];
}

type Engine = (image: Uint8Array) => Promise<RecognisedLine[]>;

/** Loads the package on first use. */
export function createTextRecogniser({ onPage }: TextRecogniserOptions = {}): TextRecogniser {
  let engine: Promise<Engine> | undefined;

  async function recognise(image: Uint8Array, page: number, name: string): Promise<PageText> {
    const detect = await (engine ??= loadEngine());
    try {
      return toPageText(await detect(image), page);
    } catch (error) {
      throw new AppError("document_damaged", `The picture in "${name}" cannot be read (${errorMessage(error)}).`, {
        cause: error,
      });
    } finally {
      onPage?.();
    }
  }

  return {
    recogniseImage: (bytes, name) => recognise(bytes, 1, name),
    async recognisePages({ bytes, name }, pages) {
      const { PDFParse, VerbosityLevel } = await import("pdf-parse");
      const parser = new PDFParse({
        data: bytes.slice(),
        ...pdfResources(),
        isEvalSupported: false,
        useSystemFonts: false,
        verbosity: VerbosityLevel.ERRORS,
      });
      try {
        const texts: PageText[] = [];
        for (const page of pages) {
          const shot = await parser.getScreenshot({
            partial: [page],
            desiredWidth: PAGE_WIDTH,
            imageBuffer: true,
            imageDataUrl: false,
          });
          const image = shot.pages[0]?.data;
          if (image !== undefined) texts.push(await recognise(image, page, name));
        }
        return texts;
      } finally {
        await parser.destroy();
      }
    },
  };
}

async function loadEngine(): Promise<Engine> {
  // By a variable, because the compiler must not ask for a package that need not be there.
  const name: string = OCR_PACKAGE;
  let loaded: unknown;
  try {
    loaded = await import(name);
  } catch (error) {
    const message = `Text recognition (OCR) is on, but its package cannot be loaded; run \`${OCR_INSTALL}\` or switch it off.`;
    throw new AppError("package_missing", message, { cause: error });
  }
  const ocr: unknown = await callMethod(property(loaded, "default"), "create", {});
  return async (image) =>
    linesOf(await callMethod(ocr, "detect", Buffer.from(image.buffer, image.byteOffset, image.byteLength)));
}

function property(value: unknown, key: string): unknown {
  return (typeof value === "object" || typeof value === "function") && value !== null
    ? Reflect.get(value, key)
    : undefined;
}

function callMethod(target: unknown, key: string, argument: unknown): unknown {
  const method = property(target, key);
  if (typeof method !== "function")
    throw new AppError("package_missing", `${OCR_PACKAGE} has no ${key}(); run \`${OCR_INSTALL}\`.`);
  return Reflect.apply(method, target, [argument]);
}

function linesOf(value: unknown): RecognisedLine[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((line: unknown) => {
    const text = property(line, "text");
    const box = property(line, "box");
    return typeof text === "string" && text.trim() !== "" && Array.isArray(box)
      ? [{ text, box: box.map(pointOf) }]
      : [];
  });
}

function pointOf(value: unknown): [number, number] {
  return Array.isArray(value) ? [Number(value[0]), Number(value[1])] : [0, 0];
}

/** Lines as text runs, so that recognised pages are laid out like printed ones. */
function toPageText(lines: readonly RecognisedLine[], page: number): PageText {
  const heights = lines.map(({ box }) => heightOf(box));
  const usual = median(heights);
  const fragments = lines.map(({ text, box }, order): Fragment => {
    const height = heights[order] ?? usual;
    const bottom = Math.max(...box.map(([, y]) => y));
    return {
      text: text.trim(),
      left: Math.min(...box.map(([x]) => x)),
      right: Math.max(...box.map(([x]) => x)),
      baseline: bottom - 0.2 * height,
      size: Math.abs(height - usual) < HEIGHT_NOISE * usual ? usual : height,
      bold: false,
      mono: false,
      rightToLeft: false,
      order,
    };
  });
  const height = Math.max(0, ...fragments.map((fragment) => fragment.baseline));
  return {
    page,
    height,
    drawing: { rules: [], dots: [] },
    groups: fragments.length === 0 ? [] : [{ direction: "horizontal", fragments }],
  };
}

function heightOf(box: readonly [number, number][]): number {
  const ys = box.map(([, y]) => y);
  return Math.max(1, Math.max(...ys) - Math.min(...ys));
}
