import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReadDocument, SourceFile } from "../../src/core/document.ts";
import { isAppError } from "../../src/core/errors.ts";
import type { WorkerEntry } from "../../src/core/runtime.ts";
import {
  createDocumentReader,
  type DocumentReader,
  type DocumentReaderOptions,
} from "../../src/ingest/read-document.ts";
import { sha256 } from "../../src/ingest/sha256.ts";
import { documentId } from "../../src/ingest/to-document.ts";
import { makePdf } from "../fixtures/ingest/make-pdf.ts";

let folder: string;
let warm: DocumentReader;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xianheng-read-"));
  warm = createDocumentReader();
});

afterAll(async () => {
  await warm.close();
  await rm(folder, { recursive: true, force: true });
});

const signal = new AbortController().signal;

function file(name: string): SourceFile {
  return { path: join(folder, name), source: `docs/${name}`, size: 0, modifiedMs: 0 };
}

async function written(name: string, content: string | Uint8Array): Promise<SourceFile> {
  await writeFile(join(folder, name), content);
  return file(name);
}

/** A reading thread in plain JavaScript: `handle(order)` does what a parser would. */
function faultyWorker(handle: string): WorkerEntry {
  const source = `const { parentPort } = require("node:worker_threads");
    const read = (text) => parentPort.postMessage({ kind: "read", file: { document: { id: "0", source: "a.txt", title: "a", hash: "00", mediaType: "text/plain", blocks: [{ kind: "paragraph", text }] }, markdown: text, chunks: [], warnings: [] } });
    const handle = ${handle};
    parentPort.on("message", handle);
    parentPort.postMessage({ kind: "ready" });`;
  return { source, options: { eval: true } };
}

async function withReader<T>(options: DocumentReaderOptions, use: (reader: DocumentReader) => Promise<T>): Promise<T> {
  const reader = createDocumentReader(options);
  try {
    return await use(reader);
  } finally {
    await reader.close();
  }
}

const textOf = ({ document }: ReadDocument): string => document.blocks.map((block) => block.text).join("\n");

test("reads a PDF with title, page count, identity and hash", async () => {
  const bytes = makePdf(
    [[{ text: "The key is returned.", x: 72, y: 90 }], [{ text: "The room is cleaned.", x: 72, y: 90 }]],
    { title: "House guide" },
  );
  const { document, pages, warnings } = await warm.read(await written("guide.pdf", bytes), signal);
  expect(pages).toBe(2);
  expect(warnings).toEqual([]);
  expect(document).toMatchObject({
    id: documentId("docs/guide.pdf"),
    source: "docs/guide.pdf",
    title: "House guide",
    mediaType: "application/pdf",
    hash: sha256(bytes),
  });
  expect(document.id).toMatch(/^[0-9a-f]{16}$/);
});

test("takes the file name for a title where the document has none", async () => {
  const { document } = await warm.read(
    await written("押金 v1.2.pdf", makePdf([[{ text: "Text.", x: 72, y: 90 }]])),
    signal,
  );
  expect(document.title).toBe("押金 v1.2");
});

test("reads text files and files in other languages", async () => {
  const result = await warm.read(await written("note.txt", "退宿前三个工作日发邮件。\n"), signal);
  expect(textOf(result)).toContain("退宿前三个工作日发邮件。");
});

test("hands the parser's own fault across the thread", async () => {
  const attempt = warm.read(await written("empty.pdf", ""), signal);
  await expect(attempt).rejects.toSatisfy((error) => isAppError(error, "document_empty"));
});

test("says in words why a file cannot be read", async () => {
  await expect(warm.read(file("gone.txt"), signal)).rejects.toMatchObject({
    code: "document_unreadable",
    message: expect.stringContaining("no longer there"),
  });
  await expect(warm.read({ ...file("x"), path: folder }, signal)).rejects.toMatchObject({
    code: "document_unreadable",
    message: expect.stringContaining("folder"),
  });
  await written("plain", "text");
  await expect(warm.read(file("plain/note.txt"), signal)).rejects.toMatchObject({
    code: "document_unreadable",
    message: expect.stringContaining("not a folder"),
  });
  await symlink(join(folder, "ring"), join(folder, "ring"));
  await expect(warm.read(file("ring"), signal)).rejects.toMatchObject({
    code: "document_unreadable",
    message: expect.stringContaining("circle"),
  });
});

test.runIf(process.platform !== "win32")("never opens a pipe or a device", async () => {
  execFileSync("mkfifo", [join(folder, "pipe.txt")]);
  await expect(warm.read(file("pipe.txt"), signal)).rejects.toMatchObject({
    code: "document_unreadable",
    message: expect.stringContaining("pipe"),
  });
  await expect(warm.read({ ...file("zero.txt"), path: "/dev/zero" }, signal)).rejects.toMatchObject({
    code: "document_unreadable",
  });
});

test("refuses a text file of 200 MB before it is read", async () => {
  const large = await written("large.txt", "");
  await truncate(large.path, 200_000_000);
  await expect(warm.read(large, signal)).rejects.toMatchObject({
    code: "document_too_large",
    message: expect.stringContaining("191 MiB"),
  });
});

test("gives up a file that takes too long and reads the next one with a fresh thread", async () => {
  const worker = faultyWorker(`(order) => { if (order.source.endsWith("endless.txt")) for (;;); read("fine"); }`);
  await withReader({ worker, timeoutMs: 300 }, async (reader) => {
    const slow = reader.read(file("endless.txt"), signal);
    const next = reader.read(file("next.txt"), signal);
    await expect(slow).rejects.toMatchObject({ code: "document_slow" });
    expect(textOf(await next)).toBe("fine");
  });
});

test("lets long work go on while it reports progress", async () => {
  const worker = faultyWorker(`(order) => {
    let left = 5;
    const step = () => { if (left-- === 0) return read("done"); parentPort.postMessage({ kind: "alive" }); setTimeout(step, 200); };
    step();
  }`);
  await withReader({ worker, timeoutMs: 800 }, async (reader) => {
    expect(textOf(await reader.read(file("scan.pdf"), signal))).toBe("done");
  });
});

test("gives a large file more time for each MiB", async () => {
  const worker = faultyWorker(`(order) => {
    if (order.source.endsWith("large.md")) parentPort.postMessage({ kind: "opened", bytes: 50 * 1024 * 1024 });
    setTimeout(() => read("done"), 700);
  }`);
  await withReader({ worker, timeoutMs: 200, timeoutMsPerMib: 1_000 }, async (reader) => {
    expect(textOf(await reader.read(file("large.md"), signal))).toBe("done");
    await expect(reader.read(file("small.md"), signal)).rejects.toMatchObject({ code: "document_slow" });
  });
});

test("calls a file too large that fills the reading thread's memory, and reads the next one", async () => {
  const worker = faultyWorker(`(order) => {
    const kept = [];
    if (order.source.endsWith("bomb.txt")) for (;;) kept.push(new Array(1000).fill(order.source + kept.length));
    read("fine");
  }`);
  await withReader({ worker, memoryMb: 32 }, async (reader) => {
    await expect(reader.read(file("bomb.txt"), signal)).rejects.toMatchObject({ code: "document_too_large" });
    expect(textOf(await reader.read(file("next.txt"), signal))).toBe("fine");
  });
});

test("calls a file damaged that crashes the reading thread, and reads the next one", async () => {
  const worker = faultyWorker(`(order) => {
    if (order.source.endsWith("exit.txt")) process.exit(3);
    if (order.source.endsWith("throw.txt")) setTimeout(() => { throw new Error("out of a callback"); });
    else read("fine");
  }`);
  await withReader({ worker }, async (reader) => {
    await expect(reader.read(file("exit.txt"), signal)).rejects.toMatchObject({ code: "document_damaged" });
    await expect(reader.read(file("throw.txt"), signal)).rejects.toMatchObject({ code: "document_damaged" });
    expect(textOf(await reader.read(file("next.txt"), signal))).toBe("fine");
  });
});

test("does not blame the file when the reading thread cannot start", async () => {
  const worker: WorkerEntry = { source: `throw new Error("not installed");`, options: { eval: true } };
  await withReader({ worker }, async (reader) => {
    await expect(reader.read(file("note.txt"), signal)).rejects.toSatisfy((error) => !isAppError(error));
  });
});

test("stops at once when it is aborted, and can read again", async () => {
  const worker = faultyWorker(`(order) => { if (order.source.endsWith("endless.txt")) for (;;); read("fine"); }`);
  await withReader({ worker }, async (reader) => {
    const stop = new AbortController();
    const attempt = reader.read(file("endless.txt"), stop.signal);
    setTimeout(() => stop.abort(), 100);
    await expect(attempt).rejects.toMatchObject({ code: "aborted" });
    await expect(reader.read(file("next.txt"), stop.signal)).rejects.toMatchObject({ code: "aborted" });
    expect(textOf(await reader.read(file("next.txt"), signal))).toBe("fine");
  });
});

test("keeps what a library prints away from the program's output", async () => {
  const worker = faultyWorker(`() => { console.log("noise"); console.error("noise"); read("fine"); }`);
  const write = process.stdout.write.bind(process.stdout);
  let printed = "";
  process.stdout.write = (chunk: string | Uint8Array) => {
    printed += String(chunk);
    return true;
  };
  try {
    await withReader({ worker }, (reader) => reader.read(file("note.txt"), signal));
    await new Promise((resolve) => setTimeout(resolve, 50));
  } finally {
    process.stdout.write = write;
  }
  expect(printed).not.toContain("noise");
});

test("names the package that text recognition needs when it is not installed", async () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]);
  const picture = await written("picture.png", png);
  await expect(warm.read(picture, signal)).rejects.toMatchObject({
    code: "document_no_text",
    message: expect.stringContaining("ocr = true"),
  });
  await withReader({ ocr: true }, async (reader) => {
    // Where the package is installed the broken picture itself is the fault.
    await expect(reader.read(picture, signal)).rejects.toSatisfy((error) =>
      isAppError(error, "package_missing", "document_damaged"),
    );
  });
});
