import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { link, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SourceFile, UnreadFile } from "../../src/core/document.ts";
import { sourceOf, walk } from "../../src/ingest/walk.ts";
import type { WalkOptions } from "../../src/ingest/walk.ts";

const never = new AbortController().signal;

let base: string;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), "walk-")));
});
afterEach(async () => {
  await rm(base, { recursive: true });
});

async function write(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(base, name)), { recursive: true });
    await writeFile(join(base, name), name);
  }
}

async function found(options: Partial<WalkOptions> = {}): Promise<(SourceFile | UnreadFile)[]> {
  const all: (SourceFile | UnreadFile)[] = [];
  for await (const file of walk({ roots: ["corpus"], baseFolder: base, ...options }, never)) all.push(file);
  return all;
}

async function sources(options: Partial<WalkOptions> = {}): Promise<string[]> {
  return (await found(options)).map(({ source }) => source);
}

test("gives files with their source, size and time, in code unit order", async () => {
  await write("corpus/b.md", "corpus/B.md", "corpus/a/z.md", "corpus/入职/指南.md", "corpus/a.md");
  const files = await found();
  expect(files.map(({ source }) => source)).toEqual([
    "corpus/B.md",
    "corpus/a/z.md",
    "corpus/a.md",
    "corpus/b.md",
    "corpus/入职/指南.md",
  ]);
  expect(files[0]).toMatchObject({ path: join(base, "corpus", "B.md"), size: 11 });
  expect(files[0]).toHaveProperty("modifiedMs", expect.any(Number));
});

test("leaves out hidden files, packages and the lock files of office programs", async () => {
  const skipped = [
    ".git/config",
    ".hidden.md",
    "node_modules/x/README.md",
    "~$guide.docx",
    ".~lock.fees.ods#",
    "Thumbs.db",
    ".DS_Store",
    "a.md~",
    "desktop.ini",
    "__MACOSX/a.md",
  ];
  await write("corpus/a.md", "corpus/~notes.md", ...skipped.map((name) => `corpus/${name}`));
  expect(await sources()).toEqual(["corpus/a.md", "corpus/~notes.md"]);
});

test("takes only what is included and leaves out what is excluded, folders whole", async () => {
  await write("corpus/a.md", "corpus/a.txt", "corpus/x/b.md", "corpus/questions/good.md", "corpus/x/questions/c.md");
  expect(await sources({ include: ["*.md"], exclude: ["corpus/questions"] })).toEqual([
    "corpus/a.md",
    "corpus/x/b.md",
    "corpus/x/questions/c.md",
  ]);
  expect(await sources({ include: [], exclude: ["questions/"] })).toEqual([
    "corpus/a.md",
    "corpus/a.txt",
    "corpus/x/b.md",
  ]);
});

test("takes a file that is named, whatever the rules for names say", async () => {
  await write("corpus/.hidden.txt", "corpus/b.md");
  expect(await sources({ roots: ["corpus/.hidden.txt"], include: ["*.md"], exclude: ["*.txt"] })).toEqual([
    "corpus/.hidden.txt",
  ]);
});

test("gives a file once when roots overlap", async () => {
  await write("corpus/a/b.md", "corpus/c.md");
  expect(await sources({ roots: ["corpus/a", "corpus", join(base, "corpus/c.md"), "corpus/a/"] })).toEqual([
    "corpus/a/b.md",
    "corpus/c.md",
  ]);
});

test("names files outside of the base folder by their way from it", async () => {
  await write("corpus/a.md", "project/config.ini");
  expect(await sources({ roots: ["../corpus"], baseFolder: join(base, "project") })).toEqual(["../corpus/a.md"]);
  expect(sourceOf(join(base, "a", "b"), base)).toBe("a/b");
});

test("fails for a root that does not exist before it gives anything", async () => {
  await write("corpus/a.md");
  const given: string[] = [];
  const run = async (): Promise<void> => {
    for await (const { source } of walk({ roots: ["corpus", "nowhere"], baseFolder: base }, never)) given.push(source);
  };
  await expect(run()).rejects.toMatchObject({
    code: "corpus_missing",
    message: expect.stringContaining(join(base, "nowhere")),
  });
  expect(given).toEqual([]);
});

test("stops at a limit and when asked", async () => {
  await write("corpus/a.md", "corpus/b.md", "corpus/c.md");
  await expect(found({ maxFiles: 2 })).rejects.toMatchObject({ code: "config_invalid" });
  expect(await found({ maxFiles: 3 })).toHaveLength(3);
  const controller = new AbortController();
  const run = async (): Promise<void> => {
    for await (const _ of walk({ roots: ["corpus"], baseFolder: base }, controller.signal)) controller.abort();
  };
  await expect(run()).rejects.toThrow();
});

test("gives nothing for an empty folder", async () => {
  await mkdir(join(base, "corpus"));
  expect(await found()).toEqual([]);
});

test("follows a link to each file and folder once, real names first", async () => {
  await write("corpus/real/a.md", "corpus/z.md", "outside/o.md", "outside/deep/p.md", "single.md");
  await symlink("real", join(base, "corpus/0-again"));
  await symlink("z.md", join(base, "corpus/1-again.md"));
  await symlink("../outside", join(base, "corpus/2-outside"));
  await symlink("../outside/deep", join(base, "corpus/3-deep"));
  await symlink("../single.md", join(base, "corpus/4-single.md"));
  await symlink("4-single.md", join(base, "corpus/5-chain.md"));
  expect(await sources()).toEqual([
    "corpus/real/a.md",
    "corpus/z.md",
    "corpus/2-outside/deep/p.md",
    "corpus/2-outside/o.md",
    "corpus/4-single.md",
  ]);
});

test("ends in a loop of links and does not climb out of the corpus", async () => {
  await write("corpus/a/b/c.md", "other/secret.md");
  await symlink("..", join(base, "corpus/a/up"));
  await symlink("../..", join(base, "corpus/a/out"));
  await symlink("/", join(base, "corpus/everything"));
  await symlink("../../a", join(base, "corpus/a/b/again"));
  await symlink("loop-2", join(base, "corpus/loop-1"));
  await symlink("loop-1", join(base, "corpus/loop-2"));
  const files = await found();
  expect(files.filter((file) => "path" in file).map(({ source }) => source)).toEqual(["corpus/a/b/c.md"]);
  expect(files.filter((file) => "code" in file)).toMatchObject([
    { source: "corpus/loop-1", code: "document_unreadable" },
    { source: "corpus/loop-2", code: "document_unreadable" },
  ]);
});

test("names a broken link", async () => {
  await write("corpus/a.md");
  await symlink("gone.md", join(base, "corpus/link.md"));
  expect(await found()).toMatchObject([
    { source: "corpus/a.md" },
    { source: "corpus/link.md", code: "document_unreadable", message: expect.stringContaining("leads nowhere") },
  ]);
});

test("gives both names of one file, and a root that is a link", async () => {
  await write("corpus/a.md");
  await link(join(base, "corpus/a.md"), join(base, "corpus/b.md"));
  await symlink("corpus", join(base, "shortcut"));
  expect(await sources({ roots: ["shortcut"] })).toEqual(["shortcut/a.md", "shortcut/b.md"]);
});

test("names pipes, sockets and devices without opening them", async () => {
  await write("corpus/a.md");
  execFileSync("mkfifo", [join(base, "corpus/pipe.md")]);
  const server = createServer().listen(join(base, "corpus/socket.md"));
  await once(server, "listening");
  await symlink("/dev/zero", join(base, "corpus/zero.md"));
  const files = await found();
  server.close();
  await once(server, "close");
  expect(files).toMatchObject([
    { source: "corpus/a.md" },
    { source: "corpus/pipe.md", code: "document_unsupported", message: "corpus/pipe.md is a named pipe, not a file." },
    { source: "corpus/socket.md", code: "document_unsupported" },
    { source: "corpus/zero.md", code: "document_unsupported" },
  ]);
});

test("names a file whose name is not UTF-8 and goes on", async () => {
  await write("corpus/b.md");
  const name = Buffer.concat([Buffer.from(join(base, "corpus/caf")), Buffer.of(0xe9), Buffer.from(".md")]);
  // Some file systems take no such name; there is nothing to test on them.
  const isTaken = await writeFile(name, "text").then(
    () => true,
    () => false,
  );
  if (!isTaken) return;
  expect(await found()).toMatchObject([
    { source: "corpus/b.md" },
    { source: "corpus/caf\ufffd.md", code: "document_unreadable", message: expect.stringContaining("rename it") },
  ]);
});

test("goes through deep folders", async () => {
  const deep = `corpus/${"d/".repeat(300)}a.md`;
  await write(deep);
  expect(await sources()).toEqual([deep]);
});
