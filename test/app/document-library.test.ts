import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acquireIndexLock } from "../../src/search/index-lock.ts";
import { openLibrary, sourcesIn, type LibraryRoom } from "./library-fixture.ts";

const BUS = "# 班车\n\n## 时间\n\n早上的班车 7:40 从东门出发，晚上的班车 18:10 返回。\n";
const GYM = "# 健身房\n\n## 开放\n\n健身房周一到周五 6:30 开门，22:00 关门，周末不开放。\n";
const LATER = GYM.replace("6:30", "8:15");
const ASK_GYM = "健身房几点开门？";
const ASK_BUS = "早上的班车几点出发？";
const { signal } = new AbortController();

async function openIndexed(options: Parameters<typeof openLibrary>[1] = {}): Promise<LibraryRoom> {
  const room = await openLibrary({ "corpus/bus.md": BUS }, options);
  await room.ingest();
  return room;
}

async function documentIds({ library }: LibraryRoom): Promise<Record<string, string>> {
  const { documents } = await library.list();
  return Object.fromEntries(documents.map(({ source, id }) => [source, id]));
}

test("an upload is answered from when it returns, survives every ingest, and is read where its source says", async () => {
  const room = await openIndexed();
  expect(sourcesIn(await room.ask(ASK_GYM))).toBeUndefined();
  const added = await room.upload("健身房.md", GYM);
  expect(added).toMatchObject({
    source: "workdir/uploads/健身房.md",
    title: "健身房",
    mediaType: "text/markdown",
    chunks: 1,
    warnings: [],
  });
  expect(sourcesIn(await room.ask(ASK_GYM))).toEqual(["workdir/uploads/健身房.md"]);
  const report = await room.ingest();
  expect(report.documents).toMatchObject({ added: 0, updated: 0, unchanged: 2, removed: 0, failed: [] });
  expect(report.notes).toEqual([]);
  // A folder around the work folder, and one beside it.
  await room.ingest([room.folder]);
  await room.ingest([join(room.folder, "corpus")]);
  expect(sourcesIn(await room.ask(ASK_GYM))).toEqual([added.source]);
  expect((await room.assistant.inspect(join(room.folder, added.source), signal)).markdown).toContain("6:30");
  const { documents, failed } = await room.library.list();
  expect(documents.map(({ source, uploaded }) => [source, uploaded])).toEqual([
    // Taken along with the folder around it.
    ["config.ini", false],
    ["corpus/bus.md", false],
    ["workdir/uploads/健身房.md", true],
  ]);
  expect(failed).toEqual([]);
});

test("uploads do not mind the patterns of the corpus", async () => {
  const config = '[corpus]\npaths = ["corpus"]\ninclude = ["corpus/**/*.md"]\nexclude = ["*.txt"]\n';
  const room = await openIndexed({ config });
  await room.upload("gym.txt", GYM);
  await room.ingest();
  expect(sourcesIn(await room.ask(ASK_GYM))).toEqual(["workdir/uploads/gym.txt"]);
});

test("a long upload is embedded by threads of its own", async () => {
  const room = await openIndexed();
  const rooms = Array.from({ length: 40 }, (_, at) =>
    `## 会议室 ${at}\n\n${at} 号会议室在 ${at + 2} 楼，`.padEnd(600, "可以预订，"),
  );
  const { chunks } = await room.upload("rooms.md", `# 会议室\n\n${rooms.join("\n\n")}\n`);
  expect(chunks).toBeGreaterThan(32);
  expect((await room.library.list()).documents.at(-1)).toMatchObject({ chunks, uploaded: true });
});

test("the same name replaces; two at once end as one of the two", async () => {
  const room = await openIndexed();
  await room.upload("gym.md", GYM);
  const results = await Promise.all([room.upload("gym.md", GYM), room.upload("gym.md", LATER)]);
  expect(new Set(results.map(({ id }) => id)).size).toBe(1);
  expect(await room.kept()).toEqual(["gym.md"]);
  const text = await readFile(join(room.workDir, "uploads", "gym.md"), "utf8");
  const [id = ""] = results.map((one) => one.id);
  const passages = (await room.library.document(id))?.passages.map((one) => one.text).join("\n");
  expect(passages).toContain(text.includes("8:15") ? "8:15" : "6:30");
  expect((await room.library.list()).documents).toHaveLength(2);
});

test("two of one length that were received at one moment are not taken for the same", async () => {
  const room = await openIndexed();
  const receivedAt = new Date(Date.now() - 60_000);
  const { id } = await room.upload("gym.md", GYM, receivedAt);
  await room.upload("gym.md", LATER, receivedAt);
  expect((await room.library.document(id))?.passages[0]?.text).toContain("8:15");
});

test("what cannot be read leaves the older document as it was, and nothing behind", async () => {
  const room = await openIndexed();
  await room.upload("gym.md", GYM);
  await expect(room.upload("gym.md", "")).rejects.toMatchObject({ code: "document_empty" });
  await expect(room.upload("gym.md", "%PDF-1.7\n")).rejects.toMatchObject({ code: "document_unsupported" });
  await expect(room.upload("tool.pdf", "MZ\u0090\u0000")).rejects.toMatchObject({ code: "document_unsupported" });
  await expect(room.upload("gym.exe", GYM)).rejects.toMatchObject({ code: "document_unsupported" });
  await expect(room.upload("broken.pdf", "%PDF-1.7\nnothing")).rejects.toMatchObject({ code: "document_damaged" });
  expect(await room.kept()).toEqual(["gym.md"]);
  expect(sourcesIn(await room.ask(ASK_GYM))).toEqual(["workdir/uploads/gym.md"]);
  expect((await room.library.list()).failed).toEqual([]);
});

test("an index that cannot be written leaves file and index as they were", async () => {
  const room = await openIndexed();
  await room.upload("gym.md", GYM);
  const { "workdir/uploads/gym.md": id = "" } = await documentIds(room);
  const lock = await acquireIndexLock(join(room.workDir, "index"), {}, signal);
  await expect(room.upload("gym.md", LATER)).rejects.toMatchObject({ code: "index_locked" });
  await expect(room.upload("new.md", LATER)).rejects.toMatchObject({ code: "index_locked" });
  await expect(room.library.remove(id)).rejects.toMatchObject({ code: "index_locked" });
  const { "corpus/bus.md": bus = "" } = await documentIds(room);
  await expect(room.library.remove(bus)).rejects.toMatchObject({ code: "index_locked" });
  await lock.release();
  expect(await room.kept()).toEqual(["gym.md"]);
  expect(await readFile(join(room.workDir, "uploads", "gym.md"), "utf8")).toBe(GYM);
  const report = await room.ingest();
  expect(report.documents).toMatchObject({ added: 0, updated: 0, unchanged: 2, removed: 0 });
});

test("a folder of that name is not replaced", async () => {
  const room = await openIndexed();
  await mkdir(join(room.workDir, "uploads", "gym.md"), { recursive: true });
  await expect(room.upload("gym.md", GYM)).rejects.toMatchObject({ code: "usage" });
});

test("a deleted upload is gone from disk and index, and can be uploaded again", async () => {
  const room = await openIndexed();
  const { id } = await room.upload("gym.md", GYM);
  expect(await room.library.file(id)).toMatchObject({ name: "gym.md", mediaType: "text/markdown" });
  expect(await room.library.remove(id)).toBe(true);
  expect(await room.library.remove(id)).toBe(false);
  expect(await room.library.document(id)).toBeUndefined();
  expect(await room.library.file(id)).toBeUndefined();
  expect(await room.kept()).toEqual([]);
  await room.ingest();
  expect(sourcesIn(await room.ask(ASK_GYM))).toBeUndefined();
  await room.upload("gym.md", GYM);
  expect(sourcesIn(await room.ask(ASK_GYM))).toEqual(["workdir/uploads/gym.md"]);
});

test("a deleted file of the corpus stays on the disk and out of every later index", async () => {
  const room = await openIndexed();
  const { "corpus/bus.md": id = "" } = await documentIds(room);
  expect(await room.library.remove(id)).toBe(true);
  expect((await stat(join(room.folder, "corpus/bus.md"))).isFile()).toBe(true);
  expect(sourcesIn(await room.ask(ASK_BUS))).toBeUndefined();
  const report = await room.ingest();
  expect(report.documents).toMatchObject({ added: 0, unchanged: 0, removed: 0 });
  expect(report.notes).toMatchObject([{ code: "withdrawn", details: ["corpus/bus.md"] }]);
  await room.ingest([join(room.folder, "corpus/bus.md")]);
  await writeFile(join(room.folder, "corpus/bus.md"), `${BUS}\n新的一行。\n`);
  await room.ingest();
  expect(await room.library.document(id)).toBeUndefined();
  expect(JSON.parse(await readFile(join(room.workDir, "withdrawn.json"), "utf8"))).toEqual(["corpus/bus.md"]);
  await rm(join(room.workDir, "withdrawn.json"));
  await room.ingest();
  expect(sourcesIn(await room.ask(ASK_BUS))).toEqual(["corpus/bus.md"]);
});

test("a list of withdrawn sources that cannot be read stops the run instead of bringing them back", async () => {
  const room = await openIndexed();
  await writeFile(join(room.workDir, "withdrawn.json"), '{"not": "a list"}');
  await expect(room.ingest()).rejects.toMatchObject({ code: "config_invalid" });
});

test("the first upload of all waits for no corpus: it is indexed with everything else", async () => {
  const room = await openLibrary({ "corpus/bus.md": BUS });
  await room.upload("gym.md", GYM);
  expect(Object.keys(await documentIds(room))).toEqual(["corpus/bus.md", "workdir/uploads/gym.md"]);
});

test("a damaged index is made anew by an upload", async () => {
  const room = await openIndexed();
  await writeFile(join(room.workDir, "index", "manifest.json"), "{");
  await room.upload("gym.md", GYM);
  expect(Object.keys(await documentIds(room))).toEqual(["corpus/bus.md", "workdir/uploads/gym.md"]);
});

test("a re-index tells how it goes, uploads wait for it, and questions are answered meanwhile", async () => {
  const room = await openIndexed();
  expect(room.library.reindexState()).toEqual({ state: "idle" });
  for (let at = 0; at < 12; at++) {
    await writeFile(
      join(room.folder, "corpus", `room-${at}.md`),
      `# 会议室 ${at}\n\n${at} 号会议室在 ${at + 2} 楼。\n`,
    );
  }
  const seen: string[] = [];
  expect(room.library.reindex().state).toBe("running");
  expect(room.library.reindex().state).toBe("running");
  const ended = new Promise<void>((resolve) => {
    room.library.watchReindex(({ state }) => {
      seen.push(state);
      if (state !== "running") resolve();
    });
  });
  const asked: (string[] | undefined)[] = [];
  const uploading = room.upload("gym.md", GYM);
  while (room.library.reindexState().state === "running") {
    const answers = await Promise.all([ASK_BUS, ASK_BUS, ASK_BUS].map((question) => room.ask(question)));
    asked.push(...answers.map(sourcesIn));
  }
  await ended;
  await uploading;
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((sources) => sources?.[0] !== "corpus/bus.md")).toEqual([]);
  expect(seen).toContain("running");
  expect(seen.at(-1)).toBe("done");
  expect(room.library.reindexState()).toMatchObject({
    state: "done",
    report: { added: 12, updated: 0, unchanged: 1, removed: 0, failed: 0 },
  });
  expect(sourcesIn(await room.ask(ASK_GYM))).toEqual(["workdir/uploads/gym.md"]);
});

test("a re-index that cannot write the index has failed, with the reason", async () => {
  const room = await openIndexed();
  const lock = await acquireIndexLock(join(room.workDir, "index"), {}, signal);
  room.library.reindex();
  const end = await new Promise((resolve) => {
    room.library.watchReindex((state) => {
      if (state.state !== "running") resolve(state);
    });
  });
  expect(end).toMatchObject({ state: "failed", reason: expect.stringContaining("writing the index") });
  await lock.release();
});

test("a source is shown to whoever may be answered from it", async () => {
  const config =
    '[corpus]\npaths = ["corpus"]\n[[channel]]\nkind = "console"\nname = "team"\n' +
    '[[channel.group]]\nid = "payroll"\npaths = ["payroll"]\n';
  const room = await openLibrary(
    { "corpus/bus.md": BUS, "payroll/pay.md": "# 工资\n\n工资在每月 10 日发放。\n" },
    { config, corpusPaths: (folder, group) => (group === "payroll" ? [join(folder, "payroll")] : undefined) },
  );
  await room.ingest();
  await room.upload("gym.md", GYM);
  const { library } = room;
  const shown = async (source: string, group?: string): Promise<boolean> => {
    const options = group === undefined ? {} : { group };
    const [whole, file] = [await library.source(source, options), await library.sourceFile(source, options)];
    expect(whole === undefined).toBe(file === undefined);
    return whole !== undefined;
  };
  expect(await shown("corpus/bus.md")).toBe(true);
  expect(await shown("workdir/uploads/gym.md")).toBe(true);
  expect(await shown("payroll/pay.md")).toBe(false);
  expect(await shown("payroll/pay.md", "payroll")).toBe(true);
  expect(await shown("corpus/bus.md", "payroll")).toBe(false);
  for (const source of ["config.ini", "../config.ini", "corpus/../corpus/bus.md", join(room.folder, "corpus/bus.md")]) {
    expect(await shown(source)).toBe(false);
  }
  expect(sourcesIn(await room.ask(ASK_GYM))).toEqual(["workdir/uploads/gym.md"]);
  expect(sourcesIn(await room.ask(ASK_GYM, [join(room.folder, "payroll")]))).toBeUndefined();
  expect(await library.source("corpus/bus.md", {})).toMatchObject({
    title: "班车",
    passages: [{ headings: ["班车", "时间"], text: expect.stringContaining("7:40") }],
  });
});
