import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPipe } from "../../src/cli/read-pipe.ts";

function namedPipe(): string {
  const path = join(mkdtempSync(join(tmpdir(), "xianheng-pipe-")), "pipe");
  execFileSync("mkfifo", [path]);
  return path;
}

async function readAll(path: string, signal: AbortSignal): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of readPipe(path, signal)) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

test.skipIf(process.platform === "win32")("reads a named pipe until its writer closes it", async () => {
  const path = namedPipe();
  const reading = readAll(path, new AbortController().signal);
  const writer = await open(path, "w");
  await writer.write("one\n");
  await new Promise((resolve) => setTimeout(resolve, 60));
  await writer.write("two\n");
  await writer.close();
  expect(await reading).toBe("one\ntwo\n");
});

test.skipIf(process.platform === "win32")(
  "ends the wait for a writer, or for a silent one, when it is told to",
  async () => {
    const path = namedPipe();
    const first = new AbortController();
    const nobody = readAll(path, first.signal);
    first.abort();
    await expect(nobody).rejects.toMatchObject({ name: "AbortError" });
    const second = new AbortController();
    const silent = readAll(path, second.signal);
    const writer = await open(path, "w");
    second.abort();
    await expect(silent).rejects.toMatchObject({ name: "AbortError" });
    await writer.close();
  },
);
