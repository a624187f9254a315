import { request, requestJson, withQuery } from "./request.ts";

export interface Passage {
  id: string;
  headings: string[];
  page?: number;
  /** Markdown. */
  text: string;
}

export interface SourceDocument {
  source: string;
  title: string;
  mediaType: string;
  pages?: number;
  passages: Passage[];
}

/** The document that a citation is of. @throws ApiFault */
export async function readSource(source: string, signal: AbortSignal): Promise<SourceDocument> {
  return requestJson<SourceDocument>(withQuery("/v1/sources", { source }), { signal });
}

/** Hands the file to the browser to be kept. @throws ApiFault */
export async function saveSource(source: string): Promise<void> {
  const response = await request(withQuery("/v1/sources/file", { source }));
  saveBlob(await response.blob(), source.split("/").at(-1) ?? "document");
}

/** A file is fetched with the key in a header, so that the key stands in no address. */
export function saveBlob(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
