import type { ParsedDocument, ParseInput, Parser } from "../../core/document.ts";
import { AppError } from "../../core/errors.ts";
import { finishDocument } from "./finish-document.ts";
import { layOut, type PageText } from "./pdf-layout.ts";

export interface ImageParserOptions {
  /** Text recognition; left out, pictures have no text. */
  recognise?: (bytes: Uint8Array, name: string) => Promise<PageText>;
}

/** Pictures as documents: without text recognition each is listed as having no text. */
export const imageParser: Parser = createImageParser();

export function createImageParser({ recognise }: ImageParserOptions = {}): Parser {
  return {
    name: "image",
    async parse({ bytes, name }: ParseInput): Promise<ParsedDocument> {
      if (bytes.length === 0) throw new AppError("document_empty", `"${name}" has 0 bytes.`);
      const mediaType = imageType(bytes);
      if (mediaType === undefined) {
        throw new AppError(
          "document_damaged",
          `"${name}" is not a picture that can be read (PNG, JPEG, WebP, TIFF, GIF or BMP).`,
        );
      }
      if (recognise === undefined) {
        const remedy = "switch on text recognition (OCR) with `ocr = true` under [corpus], or leave it out";
        throw new AppError("document_no_text", `"${name}" is a picture and text recognition is off; ${remedy}.`);
      }
      if (mediaType === "image/bmp") {
        throw new AppError(
          "document_unsupported",
          `"${name}" is a BMP picture, which text recognition cannot open; save it as PNG.`,
        );
      }
      const { blocks } = layOut([await recognise(bytes, name)]);
      if (blocks.length === 0)
        throw new AppError("document_no_text", `Text recognition (OCR) found no text in "${name}".`);
      return finishDocument(
        { mediaType, blocks, warnings: ["The text was recognised from a picture; it may hold errors."] },
        name,
      );
    },
  };
}

/** First bytes of the formats in Latin-1; `?` stands for any byte. */
const SIGNATURES: [string, string][] = [
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["\xff\xd8\xff", "image/jpeg"],
  ["RIFF????WEBP", "image/webp"],
  ["II*\0", "image/tiff"],
  ["MM\0*", "image/tiff"],
  ["II+\0", "image/tiff"],
  ["MM\0+", "image/tiff"],
  ["GIF8", "image/gif"],
  ["BM????\0\0\0\0", "image/bmp"],
];

/** IANA media type of a picture by its first bytes; undefined for anything else. */
export function imageType(bytes: Uint8Array): string | undefined {
  return SIGNATURES.find(([signature]) => startsWith(bytes, signature))?.[1];
}

function startsWith(bytes: Uint8Array, signature: string): boolean {
  for (let index = 0; index < signature.length; index++) {
    if (signature[index] !== "?" && bytes[index] !== signature.charCodeAt(index)) return false;
  }
  return true;
}
