import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, expect, test } from "vitest";
import { createEmbeddings } from "../../src/app/embeddings.ts";
import { createObservation } from "../../src/app/observation.ts";
import { loadConfig } from "../../src/config/load.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";

const { signal } = new AbortController();

async function openEmbeddings() {
  const workDir = await mkdtemp(join(tmpdir(), "xianheng-embeddings-"));
  const embeddings = createEmbeddings({
    config: await loadConfig({ cwd: workDir, env: {} }),
    workDir,
    logger: createRecordingLogger(),
    locale: "en",
    fetch,
    observation: createObservation(() => 0),
  });
  onTestFinished(async () => {
    await embeddings.close();
    await rm(workDir, { recursive: true });
  });
  return embeddings;
}

test("a service embeds in threads that it shares with its ingests, to the same vectors", async () => {
  const embeddings = await openEmbeddings();
  const single = await embeddings.load();
  expect(single.warmUp).toBeUndefined();
  expect(await embeddings.forIngest()).toEqual({});
  await embeddings.useThreads();
  const shared = await embeddings.load();
  expect(shared.warmUp).toBeInstanceOf(Function);
  // On many cores an ingest starts more threads of its own.
  if (availableParallelism() <= 4) expect(await embeddings.forIngest()).toEqual({ embedding: shared });
  const [query, passage] = [["水费怎么算？"], ["水费按月结算。"]];
  expect(await shared.embed(query, "query", signal)).toEqual(await single.embed(query, "query", signal));
  expect(await shared.embed(passage, "passage", signal)).toEqual(await single.embed(passage, "passage", signal));
  expect(await embeddings.embedLines(query, signal)).toEqual(await single.embed(query, "query", signal));
});
