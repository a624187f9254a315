import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildHnsw, openHnsw } from "../../src/search/hnsw.ts";
import { clusteredVectors, describeVectorIndex } from "../conformance/vector-index.ts";

let folder = "";
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hnsw-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(vectors: Float32Array, dimensions: number): Promise<string> {
  const path = join(folder, `${files++}.bin`);
  await buildHnsw(vectors, dimensions, path);
  return path;
}

describeVectorIndex({
  name: "graph",
  create: async (vectors, dimensions) =>
    openHnsw(await written(vectors, dimensions), { dimensions, count: vectors.length / dimensions }),
  recall: 0.98,
});

test("hands on an error of the filter, which would end the process inside the native call", async () => {
  const path = await written(clusteredVectors(50, 16), 16);
  const graph = await openHnsw(path, { dimensions: 16, count: 50 });
  const failing = (): boolean => {
    throw new Error("no rights");
  };
  expect(() => graph.search(clusteredVectors(1, 16), 5, failing)).toThrow("no rights");
});

test("refuses a graph of another shape, cut short, or missing", async () => {
  const path = await written(clusteredVectors(500, 16), 16);
  const damaged = { name: "AppError", code: "index_damaged" };
  await expect(openHnsw(path, { dimensions: 18, count: 500 })).rejects.toMatchObject(damaged);
  await expect(openHnsw(path, { dimensions: 16, count: 400 })).rejects.toMatchObject(damaged);
  await truncate(path, 20_000);
  await expect(openHnsw(path, { dimensions: 16, count: 500 })).rejects.toMatchObject(damaged);
  await expect(openHnsw(join(folder, "absent"), { dimensions: 16, count: 1 })).rejects.toMatchObject(damaged);
});

test("refuses bytes that are no graph though their number would fit", async () => {
  const path = join(folder, "random.bin");
  await writeFile(path, Buffer.alloc(500 * (4 * 16 + 128 + 12 + 8) + 96, 0xa7));
  await expect(openHnsw(path, { dimensions: 16, count: 500 })).rejects.toMatchObject({ code: "index_damaged" });
});
