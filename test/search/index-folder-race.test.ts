import { mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeIndexFolder } from "../../src/search/index-folder.ts";

test("many who make the same new folders at once all find them made", async () => {
  for (let round = 0; round < 30; round++) {
    const folder = join(await mkdtemp(join(tmpdir(), "xianheng-folders-")), "a", "b", "index");
    await Promise.all(Array.from({ length: 8 }, () => makeIndexFolder(folder)));
    expect((await stat(folder)).isDirectory()).toBe(true);
  }
});

test("a folder that can never be made is refused at once", async () => {
  await expect(makeIndexFolder("/proc/none/index")).rejects.toMatchObject({ code: "config_invalid" });
});
