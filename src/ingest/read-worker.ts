import { basename } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { Document, ParsedDocument, Parser, ParseInput, ReadDocument } from "../core/document.ts";
import { AppError, errorMessage } from "../core/errors.ts";
import { chooseParser } from "./parse/choose-parser.ts";
import { assertNameFits } from "./parse/name-fits.ts";
import { readBytes } from "./read-bytes.ts";
import type { ReadOrder, ReadReply, ReadWorkerSettings } from "./read-protocol.ts";
import { sha256 } from "./sha256.ts";
import { splitDocument } from "./split.ts";
import { toDocument } from "./to-document.ts";
import { toMarkdown } from "./to-markdown.ts";

/** Runs in a worker thread: reads and parses one file an order, so that a file that hangs or fills the memory takes only this thread along. */
const port = parentPort;
if (port === null) throw new Error("read-worker runs in a worker thread only.");

const settings: ReadWorkerSettings = workerData;
const withRecognition = settings.ocr ? recognisingParsers() : Promise.resolve(new Map<string, Parser>());

port.on("message", (order: ReadOrder) => void answer(order));
send({ kind: "ready" });

function send(reply: ReadReply): void {
  port?.postMessage(reply);
}

async function answer({ path, source, maxBytes }: ReadOrder): Promise<void> {
  try {
    const bytes = await readBytes({ path, source, maxBytes });
    send({ kind: "opened", bytes: bytes.byteLength });
    const hash = sha256(bytes);
    const input = { bytes, name: basename(path) };
    if (settings.namesMustFit) assertNameFits(input);
    const parsed = await (await parserFor(input)).parse(input);
    send({ kind: "read", file: cut(toDocument(source, parsed, hash), parsed) });
  } catch (error) {
    send({ kind: "failed", ...faultOf(error, source) });
  }
}

/** Cutting a long document takes a second or more, so it is done here too. */
function cut(document: Document, { pages, warnings }: ParsedDocument): ReadDocument {
  return {
    document,
    markdown: toMarkdown(document.blocks).markdown,
    chunks: splitDocument(document, { chunkChars: settings.chunkChars }),
    ...(pages === undefined ? {} : { pages }),
    warnings,
  };
}

async function parserFor(input: ParseInput): Promise<Parser> {
  const parser = await chooseParser(input);
  return (await withRecognition).get(parser.name) ?? parser;
}

/** Loaded only where text recognition is on: pdf.js takes half a second to load. */
async function recognisingParsers(): Promise<Map<string, Parser>> {
  const [{ createTextRecogniser }, { createPdfParser }, { createImageParser }] = await Promise.all([
    import("./parse/ocr.ts"),
    import("./parse/pdf.ts"),
    import("./parse/image.ts"),
  ]);
  const recogniser = createTextRecogniser({ onPage: () => send({ kind: "alive" }) });
  return new Map([
    ["pdf", createPdfParser({ recognise: (input, pages) => recogniser.recognisePages(input, pages) })],
    ["image", createImageParser({ recognise: (bytes, name) => recogniser.recogniseImage(bytes, name) })],
  ]);
}

/** A parser that breaks on a file says something about the file; the run goes on with the next one. */
function faultOf(error: unknown, source: string): { code: AppError["code"]; message: string } {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ERR_MODULE_NOT_FOUND" || code === "ERR_DLOPEN_FAILED") {
    return {
      code: "package_missing",
      message: `A part of this program is missing (${errorMessage(error)}); install it again.`,
    };
  }
  if (error instanceof RangeError && /string length|array buffer|allocation/i.test(error.message)) {
    return {
      code: "document_too_large",
      message: `"${source}" needs more memory than there is; split it into smaller files.`,
    };
  }
  const reason = errorMessage(error).replace(/\.$/, "");
  return { code: "document_damaged", message: `"${source}" cannot be read (${reason}); open and save it again.` };
}
