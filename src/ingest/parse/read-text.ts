import type { ParseInput } from "../../core/document.ts";
import { AppError, isAppError } from "../../core/errors.ts";
import { type DecodedText, decodeText, type DecodeTextOptions } from "./decode-text.ts";

/** What can be read, for messages to owners. */
export const READ_FORMATS =
  "PDF, Word, PowerPoint, Excel, EPUB, RTF, HTML, Markdown, CSV, JSON, plain text and source code are read";

/**
 * `decodeText` with messages that name the file.
 * @throws AppError `document_empty`, `document_unsupported`
 */
export function readText({ bytes, name }: ParseInput, options: DecodeTextOptions = {}): DecodedText {
  if (bytes.length === 0) throw new AppError("document_empty", `"${name}" has no bytes; restore it from its source.`);
  try {
    return decodeText(bytes, options);
  } catch (error) {
    if (!isAppError(error, "document_unsupported")) throw error;
    const message = `"${name}" is binary data of an unknown kind; ${READ_FORMATS}.`;
    throw new AppError("document_unsupported", message, { cause: error });
  }
}
