import { signal } from "@preact/signals";
import { uploadDocument, type UploadedDocument } from "../../api/documents.ts";
import { ApiFault, request } from "../../api/request.ts";
import { texts } from "../../state/locale.ts";
import { faultText } from "../../ui/fault-text.ts";
import { documentsWords } from "./words.ts";

export type UploadStage =
  | { name: "waiting" | "reading" }
  /** Share on its way, 0 to 1. */
  | { name: "sending"; share: number }
  | { name: "done"; document: UploadedDocument }
  | { name: "failed"; reason: string; canRetry: boolean };

export interface Upload {
  id: number;
  name: string;
  /** Undefined for what is no file. */
  file: File | undefined;
  stage: UploadStage;
}

/** Sending more at once only makes each slower: the service reads one document after the other. */
const AT_ONCE = 2;

/** What was chosen for upload, oldest first. It goes on while another page of the console is open. */
export const uploads = signal<readonly Upload[]>([]);

/** Counts uploads that are done, so that lists know when to read again. */
export const uploadsDone = signal(0);

let lastId = 0;

addEventListener("beforeunload", (event) => {
  if (uploads.peek().some(({ stage }) => isUnderWay(stage))) event.preventDefault();
});

/** Sends files in the order given; folders are named as what cannot be sent. */
export function addUploads(chosen: readonly { name: string; file: File | undefined }[]): void {
  const added = chosen.map(({ name, file }): Upload => {
    lastId += 1;
    const stage: UploadStage =
      file === undefined
        ? { name: "failed", reason: documentsWords.peek().isFolder, canRetry: false }
        : { name: "waiting" };
    return { id: lastId, name, file, stage };
  });
  uploads.value = [...uploads.peek(), ...added];
  sendNext();
}

export function retryUpload(id: number): void {
  enter(id, { name: "waiting" });
  sendNext();
}

export function dismissUpload(id: number): void {
  uploads.value = uploads.peek().filter((one) => one.id !== id);
}

/** Failed ones stay: they still want something done. */
export function dismissDone(): void {
  uploads.value = uploads.peek().filter(({ stage }) => stage.name !== "done");
}

export function isUnderWay({ name }: UploadStage): boolean {
  return name === "waiting" || name === "sending" || name === "reading";
}

function sendNext(): void {
  const all = uploads.peek();
  const free = AT_ONCE - all.filter(({ stage: { name } }) => name === "sending" || name === "reading").length;
  const next = all.filter(({ stage }) => stage.name === "waiting").slice(0, Math.max(0, free));
  for (const { id, file } of next) if (file !== undefined) void send(id, file);
}

async function send(id: number, file: File): Promise<void> {
  enter(id, { name: "sending", share: 0 });
  try {
    const document = await uploadDocument(file, (share) =>
      enter(id, share < 1 ? { name: "sending", share } : { name: "reading" }),
    );
    enter(id, { name: "done", document });
    uploadsDone.value += 1;
  } catch (error) {
    enter(id, { name: "failed", reason: await reasonOf(error), canRetry: true });
  }
  sendNext();
}

async function reasonOf(error: unknown): Promise<string> {
  if (!(error instanceof ApiFault) || error.status !== 0) return faultText(error, texts.peek());
  // Whether the service is gone or only this request broke off is seen from another one.
  return request("/healthz").then(
    () => documentsWords.peek().brokeOff,
    (fault: unknown) => faultText(fault, texts.peek()),
  );
}

function enter(id: number, stage: UploadStage): void {
  uploads.value = uploads.peek().map((one) => (one.id === id ? { ...one, stage } : one));
}
