import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { DocumentFunctions, ReindexState } from "../../src/http/document-functions.ts";
import { eventsOf, serveApi, type Api } from "./api-fixture.ts";
import { documentOf } from "./fake-documents.ts";
import { sayRaw } from "./raw-client.ts";

const ADMIN = { authorization: "Bearer admin-key" };

interface Uploads {
  api: Api;
  /** Every folder that was opened for an upload. */
  folders: string[];
  taken: { name: string; text: string }[];
}

async function openUploads(changes: Partial<DocumentFunctions> = {}): Promise<Uploads> {
  const folders: string[] = [];
  const taken: Uploads["taken"] = [];
  const api = await serveApi(
    {},
    {
      documents: {
        async openIncoming() {
          const folder = await mkdtemp(join(tmpdir(), "xianheng-incoming-"));
          folders.push(folder);
          return folder;
        },
        async add({ name, path }) {
          taken.push({ name, text: await readFile(path, "utf8") });
          return { id: "d2", source: `uploads/${name}`, title: name, mediaType: "text/plain", chunks: 1, warnings: [] };
        },
        ...changes,
      },
    },
  );
  return { api, folders, taken };
}

function formOf(name: string, content: string | Uint8Array<ArrayBuffer> = "text", field = "file"): FormData {
  const form = new FormData();
  form.append(field, new Blob([content]), name);
  return form;
}

async function send({ url }: Api, body: FormData | string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/v1/documents`, { method: "POST", body, headers: { ...ADMIN, ...headers } });
}

async function get({ url }: Api, path: string, headers: Record<string, string> = ADMIN): Promise<Response> {
  return fetch(url + path, { headers });
}

/** A body as a program with its own ideas writes it. */
async function sendRaw({ api }: Uploads, lines: string[], boundary = "b"): Promise<string> {
  const body = lines.join("\r\n");
  const head = [
    "POST /v1/documents HTTP/1.1",
    "Host: 127.0.0.1",
    "Authorization: Bearer admin-key",
    `Content-Type: multipart/form-data; boundary=${boundary}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  return sayRaw(api.url, `${head.join("\r\n")}\r\n\r\n${body}`);
}

const part = (name: string, text = "text"): string[] => [
  "--b",
  `Content-Disposition: form-data; name="file"; filename="${name}"`,
  "",
  text,
];

test("an upload is handed over whole under its own name, and its folder is gone afterwards", async () => {
  const uploads = await openUploads();
  const response = await send(uploads.api, formOf("员工手册 v2 (final).md", "# 手册\n"));
  expect(response.status).toBe(201);
  expect(await response.json()).toMatchObject({ id: "d2", source: "uploads/员工手册 v2 (final).md", chunks: 1 });
  expect(uploads.taken).toEqual([{ name: "员工手册 v2 (final).md", text: "# 手册\n" }]);
  expect(uploads.folders.map((folder) => existsSync(folder))).toEqual([false]);
});

test("decomposed letters of a name are composed", async () => {
  const uploads = await openUploads();
  expect((await send(uploads.api, formOf("cafe\u0301.md"))).status).toBe(201);
  expect(uploads.taken[0]?.name).toBe("caf\u00e9.md");
});

test("without the admin key nothing of a body is read", async () => {
  const uploads = await openUploads();
  for (const headers of [{}, { authorization: "Bearer wrong" }]) {
    const init = { method: "POST", body: formOf("a.md"), headers };
    expect((await fetch(`${uploads.api.url}/v1/documents`, init)).status).toBe(401);
  }
  // The body has not come when the answer is there.
  const head = "POST /v1/documents HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999\r\nConnection: close\r\n";
  const answer = await sayRaw(uploads.api.url, `${head}Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n`);
  expect(answer).toContain("401 Unauthorized");
  expect(uploads.folders).toEqual([]);
});

test("every route for documents is the admin's; what a citation points to is not", async () => {
  const api = await serveApi({}, { apiKeys: "k1" });
  const key = { authorization: "Bearer k1" };
  for (const path of ["/v1/documents", "/v1/documents/reindex", "/v1/documents/d1", "/v1/documents/d1/file"]) {
    expect([path, (await get(api, path, key)).status]).toEqual([path, 401]);
    expect([path, (await get(api, path)).status]).toEqual([path, 200]);
  }
  for (const [method, path] of [
    ["DELETE", "/v1/documents/d1"],
    ["POST", "/v1/documents/reindex"],
  ] as const) {
    expect((await fetch(api.url + path, { method, headers: key })).status).toBe(401);
  }
  expect((await get(api, "/v1/sources?source=corpus/a.md", key)).status).toBe(200);
  expect((await get(api, "/v1/sources/file?source=corpus/a.md", key)).status).toBe(200);
  expect((await get(api, "/v1/sources?source=corpus/a.md", {})).status).toBe(401);
});

const BAD_NAMES = [
  "../a.md",
  "..\\a.md",
  "/etc/a.md",
  "C:\\a.md",
  "a/b.md",
  "a:b.md",
  "a..md",
  "..",
  ".",
  ".hidden.md",
  "a\u0000.md",
  "a\u0085.md",
  "a\u202egnp.md",
  "con",
  "NUL.md",
  "com1.txt",
  "a.md.",
  "a.md ",
  `${"长".repeat(84)}.md1`,
];

test.each(BAD_NAMES)("the name %j is 422", async (name) => {
  const uploads = await openUploads();
  const answer = await sendRaw(uploads, [...part(name), "--b--", ""]);
  expect(answer).toContain("HTTP/1.1 422 ");
  expect(answer).toContain('"pointer":"/file"');
  expect(uploads.taken).toEqual([]);
  expect(uploads.folders.filter((folder) => existsSync(folder))).toEqual([]);
});

test("line breaks in a name are no headers, and no name either", async () => {
  const uploads = await openUploads();
  // Browsers escape them.
  expect((await send(uploads.api, formOf("a\r\nX-Evil: 1\r\n.md"))).status).toBe(422);
  expect(await sendRaw(uploads, [...part("a\nb.md"), "--b--", ""])).toMatch(/HTTP\/1\.1 4\d\d /u);
  expect(uploads.taken).toEqual([]);
});

test("a name of 255 bytes is kept, one more is not", async () => {
  const uploads = await openUploads();
  const longest = `${"长".repeat(84)}.md`;
  expect(Buffer.byteLength(longest)).toBe(255);
  expect((await send(uploads.api, formOf(longest))).status).toBe(201);
  expect((await send(uploads.api, formOf(`a${longest}`))).status).toBe(422);
  expect(uploads.taken.map(({ name }) => name)).toEqual([longest]);
});

test("whatever the name is, a file lies in its own folder or is refused", async () => {
  const uploads = await openUploads();
  const units = fc.constantFrom("/", "\\", "..", ".", ":", "\u0001", "长", "a", " ", "~", "$", "%2e", "%00", "é", "👍");
  const names = fc.oneof(
    fc.array(units, { minLength: 1, maxLength: 12 }).map((parts) => parts.join("")),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 80 }),
    fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).map((text) => text.toWellFormed()),
  );
  await fc.assert(
    fc.asyncProperty(names, async (name) => {
      const before = uploads.taken.length;
      const response = await send(uploads.api, formOf(name, name));
      expect([201, 422]).toContain(response.status);
      const [kept] = uploads.taken.slice(before);
      expect(kept === undefined).toBe(response.status === 422);
      if (kept === undefined) return;
      expect(kept).toEqual({ name: name.normalize("NFC"), text: name });
      expect(kept.name).not.toMatch(/[/\\:\p{Cc}]|\.\./u);
    }),
    { numRuns: 200 },
  );
  expect(uploads.folders.filter((folder) => existsSync(folder))).toEqual([]);
}, 60_000);

test("a file over the limit is 413, whether it says so or not, and leaves nothing", async () => {
  const uploads = await openUploads();
  const big = new Uint8Array(5 * 1024 * 1024);
  const told = await send(uploads.api, formOf("big.md", big));
  expect([told.status, await told.json()]).toMatchObject([413, { code: "content_too_large" }]);
  // A little over is found out while it comes.
  const found = await send(uploads.api, formOf("big.md", new Uint8Array(256 * 1024 + 1)));
  expect([found.status, await found.json()]).toMatchObject([413, { code: "content_too_large" }]);
  expect((await send(uploads.api, formOf("fits.md", new Uint8Array(256 * 1024)))).status).toBe(201);
  expect(uploads.taken.map(({ name }) => name)).toEqual(["fits.md"]);
  expect(uploads.folders.filter((folder) => existsSync(folder))).toEqual([]);
});

test("a body that is no multipart is 415, a broken or cut one 400", async () => {
  const uploads = await openUploads();
  const { api } = uploads;
  for (const type of ["application/json", "text/plain", "multipart/mixed; boundary=b"]) {
    expect([type, (await send(api, "{}", { "content-type": type })).status]).toEqual([type, 415]);
  }
  const none = await fetch(`${api.url}/v1/documents`, { method: "POST", headers: ADMIN });
  expect(none.status).toBe(415);
  for (const lines of [
    part("a.md"),
    ["--b", "Content-Disposition: form-data; name=", "", "x"],
    ["no border at all"],
    [""],
  ]) {
    const answer = await sendRaw(uploads, lines);
    expect([lines, answer.split("\r\n")[0]]).toEqual([lines, "HTTP/1.1 400 Bad Request"]);
    expect(answer).toContain("application/problem+json");
  }
  const unbound = await send(api, "x", { "content-type": "multipart/form-data" });
  expect(unbound.status).toBe(400);
  expect(uploads.taken).toEqual([]);
  expect(uploads.folders.filter((folder) => existsSync(folder))).toEqual([]);
});

test("a client that hangs up in the middle leaves nothing", async () => {
  const uploads = await openUploads();
  const controller = new AbortController();
  const body = new ReadableStream({
    start(stream) {
      stream.enqueue(Buffer.from([...part("a.md", "x".repeat(70_000))].join("\r\n")));
    },
  });
  const sending = fetch(`${uploads.api.url}/v1/documents`, {
    method: "POST",
    body,
    headers: { ...ADMIN, "content-type": "multipart/form-data; boundary=b" },
    signal: controller.signal,
    duplex: "half",
  });
  sending.catch(() => undefined);
  await expect.poll(() => uploads.folders.filter((folder) => readdirSync(folder).length > 0)).toHaveLength(1);
  controller.abort();
  await expect(sending).rejects.toThrow();
  await expect.poll(() => uploads.folders.filter((folder) => existsSync(folder))).toEqual([]);
  expect(uploads.taken).toEqual([]);
});

test("there must be one part called file, and no second one", async () => {
  const uploads = await openUploads();
  const { api } = uploads;
  const two = formOf("a.md");
  two.append("file", new Blob(["b"]), "b.md");
  const another = formOf("a.md");
  another.append("image", new Blob(["b"]), "b.md");
  const many = formOf("a.md");
  for (let at = 0; at < 20; at++) many.append(`field${at}`, "x");
  for (const form of [
    formOf("a.md", "x", "upload"),
    formOf("a.md", "x", "__proto__"),
    two,
    another,
    many,
    formOf(""),
  ]) {
    const response = await send(api, form);
    expect([response.status, await response.json()]).toMatchObject([422, { errors: [{ pointer: "/file" }] }]);
  }
  const text = new FormData();
  text.append("file", "not a file");
  expect((await send(api, text)).status).toBe(422);
  expect((await send(api, new FormData())).status).toBe(422);
  const withNote = formOf("a.md");
  withNote.append("note", "x");
  expect((await send(api, withNote)).status).toBe(201);
  expect(uploads.folders.filter((folder) => existsSync(folder))).toEqual([]);
});

test.each([
  ["document_unsupported", 415],
  ["document_encrypted", 422],
  ["document_damaged", 422],
  ["document_empty", 422],
  ["document_no_text", 422],
  ["document_too_large", 422],
  ["document_slow", 422],
  ["disk_full", 507],
  ["index_locked", 503],
] as const)("%s of an upload is %i, with the reason, and leaves nothing", async (code, status) => {
  const uploads = await openUploads({
    add: async () => {
      throw new AppError(code, "What the reader says.");
    },
  });
  const response = await send(uploads.api, formOf("a.md"));
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect([response.status, await response.json()]).toMatchObject([status, { status, code }]);
  expect(response.headers.get("retry-after")).toBe(status === 503 ? "10" : null);
  expect(uploads.folders.filter((folder) => existsSync(folder))).toEqual([]);
});

test("a disk that is full when the upload begins is 507", async () => {
  const uploads = await openUploads({
    openIncoming: async () => {
      throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    },
  });
  const response = await send(uploads.api, formOf("a.md"));
  expect([response.status, await response.json()]).toMatchObject([507, { code: "disk_full" }]);
});

test("a delete is 204 once and 404 then; a lock in the way is 503", async () => {
  let isThere = true;
  const { api } = await openUploads({
    async remove(id) {
      if (id === "busy") throw new AppError("index_locked", "Process 1 has it.", { retryable: true });
      const was = isThere;
      isThere = false;
      return was;
    },
  });
  const remove = async (id: string): Promise<Response> =>
    fetch(`${api.url}/v1/documents/${id}`, { method: "DELETE", headers: ADMIN });
  expect((await remove("d1")).status).toBe(204);
  expect((await remove("d1")).status).toBe(404);
  expect((await remove("busy")).status).toBe(503);
  for (const odd of ["..%2f..%2fetc", "%00", "a".repeat(100)]) expect((await remove(odd)).status).toBe(404);
});

test("files are sent to be kept, never to be run, whatever they are called", async () => {
  const folder = await mkdtemp(join(tmpdir(), "xianheng-sent-"));
  const path = join(folder, "page");
  await writeFile(path, "<script>alert(1)</script>");
  const name = '页 "1";\r\n.html';
  const { api } = await openUploads({ file: async () => ({ path, name, mediaType: "text/html" }) });
  const response = await get(api, "/v1/documents/d1/file");
  expect(await response.text()).toBe("<script>alert(1)</script>");
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/html",
    "content-length": "25",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox",
  });
  const disposition = response.headers.get("content-disposition") ?? "";
  expect(disposition).toMatch(/^attachment; filename="/u);
  expect(disposition).toContain(`filename*=UTF-8''%E9%A1%B5%20%221%22%3B%0D%0A.html`);
  const head = await fetch(`${api.url}/v1/documents/d1/file`, { method: "HEAD", headers: ADMIN });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, "25"]);
});

test("a file that is gone from the disk is 404, and so is a folder", async () => {
  const gone = join(tmpdir(), "xianheng-not-there.md");
  for (const path of [gone, tmpdir()]) {
    const { api } = await openUploads({ file: async () => ({ path, name: "a.md", mediaType: "text/markdown" }) });
    const response = await get(api, "/v1/documents/d1/file");
    expect([response.status, response.headers.get("content-type")]).toEqual([
      404,
      "application/problem+json; charset=utf-8",
    ]);
  }
});

test("a source is asked for by its name and group, and by nothing else", async () => {
  const asked: unknown[] = [];
  const { api } = await openUploads({
    async source(source, options) {
      asked.push([source, options]);
      return documentOf({ source, pages: 3 });
    },
  });
  const response = await get(api, "/v1/sources?source=corpus%2Fa.md&group=hr");
  expect(await response.json()).toEqual({
    source: "corpus/a.md",
    title: "A",
    mediaType: "text/markdown",
    pages: 3,
    passages: [{ id: "c1", headings: ["A"], text: "text" }],
  });
  expect(asked).toEqual([["corpus/a.md", { group: "hr" }]]);
  for (const query of ["", "?source=", "?source=a&source=b", "?source=a&path=b"]) {
    expect([query, (await get(api, `/v1/sources${query}`)).status]).toEqual([query, 422]);
  }
});

test("a re-index is begun, asked for, and watched to its end", async () => {
  const running: ReindexState = { state: "running", startedAt: 1 };
  const progress = { filesDone: 1, filesFound: 2, chunksDone: 3, chunksQueued: 4, failed: 0 };
  const report = { added: 1, updated: 0, unchanged: 1, removed: 0, failed: 0, chunks: 9, seconds: 0.5 };
  let tell: (state: ReindexState) => void = () => undefined;
  let watching = 0;
  const { api } = await openUploads({
    reindex: () => running,
    reindexState: () => running,
    watchReindex(listener) {
      tell = listener;
      watching++;
      return () => void watching--;
    },
  });
  const begun = await fetch(`${api.url}/v1/documents/reindex`, { method: "POST", headers: ADMIN });
  expect([begun.status, await begun.json()]).toEqual([202, running]);
  expect(await (await get(api, "/v1/documents/reindex")).json()).toEqual(running);
  const stream = await get(api, "/v1/documents/reindex", { ...ADMIN, accept: "text/event-stream" });
  expect(watching).toBe(1);
  tell({ ...running, progress });
  tell({ state: "done", startedAt: 1, endedAt: 2, report });
  expect(eventsOf(await stream.text())).toEqual([
    { event: "progress", data: running },
    { event: "progress", data: { ...running, progress } },
    { event: "done", data: { state: "done", startedAt: 1, endedAt: 2, report } },
  ]);
  await expect.poll(() => watching).toBe(0);
});

test("a watcher who goes away is not told any more", async () => {
  let watching = 0;
  const { api } = await openUploads({
    reindexState: () => ({ state: "running", startedAt: 1 }),
    watchReindex() {
      watching++;
      return () => void watching--;
    },
  });
  const controller = new AbortController();
  const headers = { ...ADMIN, accept: "text/event-stream" };
  await fetch(`${api.url}/v1/documents/reindex`, { headers, signal: controller.signal });
  expect(watching).toBe(1);
  controller.abort();
  await expect.poll(() => watching).toBe(0);
});

test.each([
  [{ state: "idle" }, "done"],
  [{ state: "failed", startedAt: 1, endedAt: 2, reason: "The disk is full." }, "error"],
] as const)("watching what has ended (%j) ends at once with %s", async (state, event) => {
  const { api } = await openUploads({ reindexState: () => state });
  const stream = await get(api, "/v1/documents/reindex", { ...ADMIN, accept: "text/event-stream" });
  expect(eventsOf(await stream.text())).toEqual([{ event, data: state }]);
});
