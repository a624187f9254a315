import { mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeIndexFolder } from "../../src/search/index-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "index-folder-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

test("makes a folder with those around it, and takes one that is there", async () => {
  const directory = join(folder, "a", "b", "index");
  await Promise.all([makeIndexFolder(directory), makeIndexFolder(directory)]);
  await makeIndexFolder(directory);
  expect((await stat(directory)).isDirectory()).toBe(true);
});

test("names the folder and the remedy where something else is in the way", async () => {
  await writeFile(join(folder, "file"), "");
  await symlink(join(folder, "nowhere"), join(folder, "dangling"));
  for (const way of ["file", join("file", "below"), join("file", "deep", "below"), "dangling"]) {
    await expect(makeIndexFolder(join(folder, way))).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("--work-dir"),
    });
  }
});

test.skipIf(process.platform !== "linux")("gives up where no folder can be made at all", async () => {
  await expect(makeIndexFolder("/proc/xianheng/index")).rejects.toMatchObject({ code: "config_invalid" });
});
