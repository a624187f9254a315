import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { verifyModel } from "../../src/models/model-checksum.ts";

let parent: string;
let folder: string;
let state: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "model-check-"));
  folder = join(parent, "model");
  state = join(parent, "work", "model-check.json");
  await mkdir(join(folder, "onnx"), { recursive: true });
  await writeFile(join(folder, "onnx", "model.onnx"), "weights");
  const sha256 = createHash("sha256").update("weights").digest("hex");
  await writeFile(
    join(folder, "manifest.json"),
    JSON.stringify({ files: [{ path: "onnx/model.onnx", bytes: 7, sha256 }] }),
  );
});
afterEach(async () => {
  await rm(parent, { recursive: true });
});

test("accepts the shipped model", async () => {
  await verifyModel(resolve("models/multilingual-e5-small-zh-en"), state);
});

test("sums a file once and then goes by its size and time", async () => {
  const path = join(folder, "onnx", "model.onnx");
  await verifyModel(folder, state);
  const { atime, mtime } = await stat(path);
  await writeFile(path, "WEIGHTS");
  await utimes(path, atime, mtime);
  const noted = await stat(path);
  const text = await readFile(state, "utf8");
  // The time as read back may differ from the first one below the microsecond.
  await writeFile(state, text.replace(/"modifiedMs":[\d.]+/, `"modifiedMs":${noted.mtimeMs}`));
  await verifyModel(folder, state);
  await utimes(path, atime, new Date(mtime.getTime() + 5000));
  await expect(verifyModel(folder, state)).rejects.toMatchObject({ code: "embedding_model_damaged" });
});

test("names a changed file with what was expected and found, and the remedy", async () => {
  await writeFile(join(folder, "onnx", "model.onnx"), "weighty");
  await expect(verifyModel(folder, state)).rejects.toThrow(
    /model\.onnx is damaged \(expected sha256 9a12.*, found .*restore/,
  );
  await writeFile(join(folder, "onnx", "model.onnx"), "cut");
  await expect(verifyModel(folder, state)).rejects.toThrow(/expected 7 bytes, found 3 bytes/);
});

test("names a missing file", async () => {
  await rm(join(folder, "onnx", "model.onnx"));
  await expect(verifyModel(folder, state)).rejects.toMatchObject({ code: "embedding_model_missing" });
});

test("accepts a folder without a manifest and refuses an unreadable one", async () => {
  await writeFile(join(folder, "manifest.json"), "{");
  await expect(verifyModel(folder, state)).rejects.toMatchObject({ code: "embedding_model_damaged" });
  await writeFile(join(folder, "manifest.json"), "{}");
  await expect(verifyModel(folder, state)).rejects.toMatchObject({ code: "embedding_model_damaged" });
  await rm(join(folder, "manifest.json"));
  await verifyModel(folder, state);
  await verifyModel(join(parent, "nowhere"), state);
});

test("checks again when its notes are damaged, and notices that it cannot take notes", async () => {
  await mkdir(join(parent, "work"));
  await writeFile(state, "not JSON");
  await verifyModel(folder, state);
  expect(JSON.parse(await readFile(state, "utf8"))).toHaveProperty([join(folder, "onnx", "model.onnx"), "bytes"], 7);
});
