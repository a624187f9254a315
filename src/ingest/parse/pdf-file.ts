import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { AppError, errorMessage } from "../../core/errors.ts";

export interface OpenPdf {
  document: PDFDocumentProxy;
  close(): Promise<void>;
}

/**
 * Opens a PDF without network, without evaluating code and without decoding its images.
 * @throws AppError `document_encrypted`, `document_damaged`
 */
export async function openPdf(bytes: Uint8Array, name: string): Promise<OpenPdf> {
  const { getDocument, VerbosityLevel } = await import("pdfjs-dist/legacy/build/pdf.mjs");
  const task = getDocument({
    // pdf.js takes the buffer for itself.
    data: bytes.slice(),
    ...pdfResources(),
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    // Text is wanted, not pictures: nothing above one pixel is decoded.
    maxImageSize: 1,
    enableXfa: false,
    verbosity: VerbosityLevel.ERRORS,
  });
  try {
    const document = await task.promise;
    return { document, close: () => task.destroy() };
  } catch (error) {
    await task.destroy();
    throw openingFault(error, name);
  }
}

/**
 * Folders of pdf.js's own data. Without its CMaps, Chinese text set in a predefined encoding comes out empty and no error says so.
 */
export function pdfResources(): { cMapUrl: string; cMapPacked: true; standardFontDataUrl: string; wasmUrl: string } {
  const folder = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));
  return {
    cMapUrl: join(folder, "cmaps/"),
    cMapPacked: true,
    standardFontDataUrl: join(folder, "standard_fonts/"),
    wasmUrl: join(folder, "wasm/"),
  };
}

function openingFault(error: unknown, name: string): AppError {
  if (error instanceof Error && error.name === "PasswordException") {
    return new AppError("document_encrypted", `"${name}" is protected by a password; save a copy without one.`, {
      cause: error,
    });
  }
  const reason = errorMessage(error).replace(/\.$/, "");
  return new AppError("document_damaged", `"${name}" is not a readable PDF (${reason}); export or download it again.`, {
    cause: error,
  });
}
