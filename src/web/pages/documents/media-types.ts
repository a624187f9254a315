import { documentsWords } from "./words.ts";

const NAMES: Record<string, string> = {
  "application/pdf": "PDF",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
  "application/msword": "Word",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
  "application/vnd.ms-excel": "Excel",
  "application/epub+zip": "EPUB",
  "application/rtf": "RTF",
  "application/json": "JSON",
  "application/x-ndjson": "JSON",
  "text/markdown": "Markdown",
  "text/csv": "CSV",
  "text/tab-separated-values": "TSV",
};

/** What people call a kind of file. */
export function mediaTypeName(mediaType: string): string {
  const words = documentsWords.value.types;
  const known = NAMES[mediaType];
  if (known !== undefined) return known;
  if (mediaType === "text/html" || mediaType === "application/xhtml+xml") return words.html;
  if (mediaType === "text/plain") return words.text;
  if (mediaType.startsWith("image/")) return words.image;
  if (mediaType.startsWith("text/x-")) return words.code;
  return mediaType.split("/").at(-1) ?? mediaType;
}
