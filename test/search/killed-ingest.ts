// Run by build-killed.test.ts in a process of its own: one slow ingest that says on stdout how far it is.
import { setTimeout as sleep } from "node:timers/promises";
import { walk } from "../../src/ingest/walk.ts";
import { buildIndex } from "../../src/search/build.ts";
import { FINGERPRINT, hashVector, readParagraphs } from "./small-corpus.ts";

const [, , folder = "", directory = "", delayMs = "4"] = process.argv;
const { signal } = new AbortController();
const result = await buildIndex(
  {
    directory,
    fingerprint: FINGERPRINT,
    files: walk({ roots: [folder], baseFolder: folder }, signal),
    read: readParagraphs,
    async embed(texts) {
      await sleep(Number(delayMs));
      return texts.map((text) => hashVector(text));
    },
    batchSize: 4,
    now: () => Date.now(),
    onProgress: ({ chunksDone }) => process.stdout.write(`embedded ${chunksDone}\n`),
  },
  signal,
);
process.stdout.write(`result ${JSON.stringify(result)}\n`);
