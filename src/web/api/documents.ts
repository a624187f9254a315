import { accessKey } from "../state/access-key.ts";
import { requestEvents } from "./events.ts";
import { ApiFault, faultOf, request, requestJson } from "./request.ts";
import { saveBlob, type Passage } from "./sources.ts";

export interface DocumentEntry {
  id: string;
  /** Path from the corpus, or the name it was uploaded with. */
  source: string;
  title: string;
  mediaType: string;
  /** Passages. */
  chunks: number;
  bytes: number;
  /** Milliseconds since 1970. */
  modifiedAt: number;
  pages?: number;
  warnings: string[];
  /** False for files of the corpus folder. */
  uploaded: boolean;
}

export interface UnreadFile {
  path: string;
  code: string;
  reason: string;
}

export interface DocumentList {
  documents: DocumentEntry[];
  failed: UnreadFile[];
}

export interface OpenedDocument extends DocumentEntry {
  passages: Passage[];
}

export type UploadedDocument = Pick<DocumentEntry, "id" | "source" | "title" | "mediaType" | "chunks" | "warnings">;

export interface ReindexProgress {
  filesDone: number;
  filesFound: number;
  chunksDone: number;
  chunksQueued: number;
  currentFile?: string;
  failed: number;
}

export interface Reindex {
  state: "idle" | "running" | "done" | "failed";
  /** Milliseconds since 1970. */
  startedAt?: number;
  endedAt?: number;
  progress?: ReindexProgress;
  report?: {
    added: number;
    updated: number;
    unchanged: number;
    removed: number;
    failed: number;
    chunks: number;
    seconds: number;
  };
  reason?: string;
}

const REINDEX = "/v1/documents/reindex";

/** What can be answered from, and what could not be read. @throws ApiFault */
export async function readDocuments(signal: AbortSignal): Promise<DocumentList> {
  return requestJson<DocumentList>("/v1/documents", { signal });
}

/** One document with its passages. @throws ApiFault */
export async function readDocument(id: string, signal: AbortSignal): Promise<OpenedDocument> {
  return requestJson<OpenedDocument>(documentPath(id), { signal });
}

/** @throws ApiFault */
export async function deleteDocument(id: string): Promise<void> {
  await request(documentPath(id), { method: "DELETE" });
}

/** Hands the file to the browser to be kept. @throws ApiFault */
export async function saveDocument({ id, source }: Pick<DocumentEntry, "id" | "source">): Promise<void> {
  const response = await request(`${documentPath(id)}/file`);
  saveBlob(await response.blob(), source.split("/").at(-1) ?? "document");
}

/** Reads everything anew in the background; a run that is under way is gone on with. @throws ApiFault */
export async function startReindex(): Promise<Reindex> {
  return requestJson<Reindex>(REINDEX, { method: "POST" });
}

/** @throws ApiFault */
export async function readReindex(signal: AbortSignal): Promise<Reindex> {
  return requestJson<Reindex>(REINDEX, { signal });
}

/** Each state of the run until it ends. @throws ApiFault */
export async function* followReindex(signal: AbortSignal): AsyncGenerator<Reindex> {
  for await (const { data } of requestEvents(REINDEX, { signal })) {
    if (isReindex(data)) yield data;
  }
}

/**
 * Sends a file. `onSent` hears the share that is on its way, 0 to 1; at 1 the service reads it. By `XMLHttpRequest`, as
 * `fetch` does not tell how much is sent.
 * @throws ApiFault
 */
export async function uploadDocument(file: File, onSent: (share: number) => void): Promise<UploadedDocument> {
  const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const exchange = new XMLHttpRequest();
    exchange.open("POST", "/v1/documents");
    if (accessKey.value !== "") exchange.setRequestHeader("authorization", `Bearer ${accessKey.value}`);
    exchange.upload.addEventListener("progress", ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0));
    exchange.upload.addEventListener("load", () => onSent(1));
    exchange.addEventListener("load", () => resolve({ status: exchange.status, text: exchange.responseText }));
    exchange.addEventListener("error", () =>
      reject(new ApiFault({ status: 0, code: "unreachable", detail: "The upload broke off." })),
    );
    const form = new FormData();
    form.append("file", file, file.name);
    exchange.send(form);
  });
  if (status < 200 || status > 299) throw faultOf(status, text);
  const document: UploadedDocument = JSON.parse(text);
  return document;
}

function documentPath(id: string): string {
  return `/v1/documents/${encodeURIComponent(id)}`;
}

function isReindex(data: unknown): data is Reindex {
  return typeof data === "object" && data !== null && "state" in data;
}
