import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { passageText } from "../../src/core/document.ts";
import type { Chunk, ReadDocument, SourceFile } from "../../src/core/document.ts";
import { walk } from "../../src/ingest/walk.ts";
import { buildIndex } from "../../src/search/build.ts";
import type { BuildOptions, BuildResult } from "../../src/search/build.ts";
import { buildDataFiles } from "../../src/search/data-files.ts";
import type { IndexReader } from "../../src/search/index-files.ts";
import type { IndexFingerprint } from "../../src/search/fingerprint.ts";

export const DIMENSIONS = 16;

export const FINGERPRINT: IndexFingerprint = {
  embedding: "fake/hash",
  dimensions: DIMENSIONS,
  chunking: "paragraphs",
  tokenizer: "1",
  parsing: "1",
};

/** A folder of documents and an index folder beside it. */
export interface SmallCorpus {
  folder: string;
  directory: string;
  /** Texts embedded so far. */
  embedded: string[];
  /** Sources read so far. */
  read: string[];
  write(files: Record<string, string>): Promise<void>;
  /** Empties `embedded` and `read`. */
  forget(): void;
  /** The files below a folder of the corpus. */
  walk(folder: string): BuildOptions["files"];
  /** A reader that first does something of the test's own. */
  reading(first: (file: SourceFile) => Promise<void>): BuildOptions["read"];
  build(changes?: Partial<BuildOptions>, signal?: AbortSignal): Promise<BuildResult>;
  remove(): Promise<void>;
}

export async function createSmallCorpus(): Promise<SmallCorpus> {
  const parent = await mkdtemp(join(tmpdir(), "small-corpus-"));
  const folder = join(parent, "corpus");
  const directory = join(parent, "index");
  const embedded: string[] = [];
  const read: string[] = [];
  await mkdir(folder);
  const never = new AbortController().signal;
  return {
    folder,
    directory,
    embedded,
    read,
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        const path = join(folder, name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, text);
      }
    },
    forget() {
      embedded.length = 0;
      read.length = 0;
    },
    walk: (below) => walk({ roots: [join(folder, below)], baseFolder: folder }, never),
    reading: (first) => async (file) => {
      await first(file);
      return await readParagraphs(file);
    },
    build(changes = {}, signal = never) {
      const options: BuildOptions = {
        directory,
        fingerprint: FINGERPRINT,
        files: walk({ roots: [folder], baseFolder: folder }, signal),
        async read(file) {
          read.push(file.source);
          return await readParagraphs(file);
        },
        async embed(texts) {
          embedded.push(...texts);
          return texts.map((text) => hashVector(text));
        },
        now: () => Date.now(),
        // A thread per build would make up most of the tests' time.
        finish: (request) => buildDataFiles(request),
        ...changes,
      };
      return buildIndex(options, signal);
    },
    async remove() {
      await rm(parent, { recursive: true, force: true });
    },
  };
}

/** The passages of an index as they were embedded, in row order. */
export function textsOf(index: IndexReader): string[] {
  return Array.from({ length: index.chunkCount }, (_, row) => {
    const chunk = index.chunk(row);
    return passageText(chunk.title, chunk);
  });
}

/** Every paragraph is a chunk; a first line `# title` is the title, else the file's name. */
export async function readParagraphs(file: SourceFile): Promise<ReadDocument> {
  const bytes = await readFile(file.path);
  const markdown = bytes.toString("utf8");
  const id = digest(file.source).slice(0, 16);
  const heading = /^# (.*)/.exec(markdown)?.[1];
  const title = heading ?? basename(file.source);
  const chunks: Chunk[] = [];
  for (const match of markdown.matchAll(/[^\n]+(?:\n[^\n]+)*/g)) {
    const [text] = match;
    const start = match.index;
    chunks.push({
      id: digest(`${file.source}\0${text}`).slice(0, 16),
      documentId: id,
      text,
      headings: heading === undefined ? [] : [heading],
      page: 1 + chunks.length,
      start,
      end: start + text.length,
    });
  }
  const document = { id, source: file.source, title, mediaType: "text/markdown", hash: digest(bytes), blocks: [] };
  return { document, markdown, chunks, pages: chunks.length, warnings: [] };
}

/** A unit vector that only depends on the text. */
export function hashVector(text: string): Float32Array {
  const bytes = createHash("sha256").update(text).digest().subarray(0, DIMENSIONS);
  const vector = Float32Array.from(bytes, (byte) => byte - 127.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function digest(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
