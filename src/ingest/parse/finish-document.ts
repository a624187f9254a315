import type { Block, ParsedDocument } from "../../core/document.ts";
import { AppError } from "../../core/errors.ts";

/**
 * Cleans the texts of a parsed document (NFC, `\n` only, no control characters, no lone surrogates) and leaves out
 * blocks without text.
 * @throws AppError `document_no_text` when no block is left
 */
export function finishDocument(document: ParsedDocument, name: string): ParsedDocument {
  const blocks: Block[] = [];
  for (const block of document.blocks) {
    const cleaned = cleanText(block.text);
    const text = block.kind === "heading" ? cleaned.replace(/\s+/g, " ").trim() : cleaned.replace(/^\n+|\s+$/g, "");
    if (text.trim() !== "") blocks.push({ ...block, text });
  }
  if (blocks.length === 0) {
    throw new AppError("document_no_text", `"${name}" holds no text that can be read; add text or leave it out.`);
  }
  const title = cleanText(document.title ?? "")
    .replace(/\s+/g, " ")
    .trim();
  const { title: _, ...rest } = document;
  return { ...rest, ...(title === "" ? {} : { title }), blocks, warnings: document.warnings.map(cleanText) };
}

/** NFC, `\n` as the only line end, no control or zero-width filler characters, no lone surrogates. */
export function cleanText(text: string): string {
  return (
    text
      .replace(/\r\n?|\u2028|\u2029/g, "\n")
      // eslint-disable-next-line no-control-regex -- they are what is removed
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f\u00ad\ufeff\u200b]/g, "")
      .toWellFormed()
      .normalize("NFC")
  );
}
