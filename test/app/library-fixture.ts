import { mkdir, mkdtemp, readdir, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { createAssistant } from "../../src/app.ts";
import type { Assistant, AskResult, IngestReport, ReadyOptions } from "../../src/app/assistant.ts";
import { createCurrentIndex } from "../../src/app/current-index.ts";
import { createDocumentLibrary, type DocumentLibrary } from "../../src/app/document-library.ts";
import { ingestDocuments } from "../../src/app/documents.ts";
import { fingerprintOf, indexFolderOf } from "../../src/app/index-fingerprint.ts";
import { loadEmbedding } from "../../src/app/models.ts";
import { createObservation } from "../../src/app/observation.ts";
import { once } from "../../src/app/runtime.ts";
import { loadConfig } from "../../src/config/load.ts";
import { openSearch } from "../../src/search/open-search.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";

export interface LibraryRoom {
  folder: string;
  workDir: string;
  assistant: Assistant;
  library: DocumentLibrary;
  logged: string[];
  /** Brings the index up to date as the command line does, with a model that is loaded already. */
  ingest(paths?: string[]): Promise<IngestReport>;
  ask(question: string, paths?: string[]): Promise<AskResult>;
  /** Receives a file as the route does, at a time of any age, and hands it over. */
  upload(name: string, content: string | Uint8Array, receivedAt?: Date): ReturnType<DocumentLibrary["add"]>;
  /** What lies in the folder of uploads, in order. */
  kept(): Promise<string[]>;
}

/** A corpus with its index, an assistant, and the library beside it. */
export async function openLibrary(
  files: Record<string, string>,
  {
    config = '[corpus]\npaths = ["corpus"]\n',
    corpusPaths,
    waitMs = 0,
  }: { config?: string; corpusPaths?: (folder: string, group: string) => string[] | undefined; waitMs?: number } = {},
): Promise<LibraryRoom> {
  const folder = await mkdtemp(join(tmpdir(), "xianheng-library-"));
  for (const [name, text] of Object.entries({ "config.ini": config, ...files })) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const logger = createRecordingLogger();
  const workDir = join(folder, "workdir");
  const loaded = await loadConfig({ cwd: folder, env: {} });
  const options: ReadyOptions = {
    config: loaded,
    workDir,
    logger,
    locale: "zh",
    fetch: async () => Response.error(),
    observation: createObservation(() => 0),
  };
  const assistant = createAssistant(options);
  const lazyEmbedding = once(() => loadEmbedding(options));
  const index = createCurrentIndex(async () => {
    const embedding = await lazyEmbedding();
    const fingerprint = await fingerprintOf(embedding, loaded.config);
    return openSearch(indexFolderOf(workDir), { fingerprint, embedding, onNote: () => undefined });
  });
  const library = createDocumentLibrary(options, {
    index,
    embedding: lazyEmbedding,
    settingsOf: ({ conversationId }) => ({ corpusPaths: corpusPaths?.(folder, conversationId) }),
    waitMs,
  });
  onTestFinished(async () => {
    await library.close();
    await index.close();
    await assistant.close();
  });
  return {
    folder,
    workDir,
    assistant,
    library,
    logged: logger.lines,
    async ingest(paths) {
      const run = { embedding: await lazyEmbedding(), ...(paths !== undefined && { paths }) };
      return ingestDocuments(options, run, new AbortController().signal);
    },
    ask: async (question, paths) => {
      const group = paths && { group: { id: "g", gate: loaded.config.gate, paths } };
      return assistant.ask(question, { ...group }, new AbortController().signal);
    },
    async upload(name, content, receivedAt = new Date()) {
      const incoming = await library.openIncoming();
      const path = join(incoming, name);
      await writeFile(path, content);
      await utimes(path, receivedAt, receivedAt);
      return library.add({ name, path });
    },
    kept: async () => (await readdir(join(workDir, "uploads"))).filter((name) => !name.startsWith(".")).toSorted(),
  };
}

/** The sources of an answer; undefined when there was none. */
export function sourcesIn({ outcome }: AskResult): string[] | undefined {
  return outcome.kind === "answered" ? outcome.citations.map(({ source }) => source) : undefined;
}
