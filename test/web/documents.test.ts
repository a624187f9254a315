import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { DocumentEntry, Reindex, UnreadFile } from "../../src/web/api/documents.ts";
import { serveApi } from "../http/api-fixture.ts";
import { answerRoutes, type StubbedAnswer, type StubbedRequest } from "./answer-routes.ts";
import { seriousFindings, useBrowser, type ConsoleOptions } from "./browser.ts";
import { documentEntry, openedDocument } from "./document-entries.ts";

const browser = useBrowser();
const BUILT = join(import.meta.dirname, "..", "..", "dist", "web");
const HANDBOOK = documentEntry({
  id: "d2",
  source: "handbook.pdf",
  title: "Employee handbook",
  mediaType: "application/pdf",
  chunks: 120,
  pages: 64,
  bytes: 4_200_000,
  modifiedAt: Date.UTC(2026, 1, 3),
  warnings: ["Page 12 is a picture."],
  uploaded: true,
});

interface Corpus {
  documents: DocumentEntry[];
  failed: UnreadFile[];
  reindex: Reindex;
}

/** The page on a corpus that a test may change while it runs. */
async function openDocuments(
  over: Partial<Corpus> = {},
  {
    hash = "#/documents",
    answer,
    ...options
  }: Partial<ConsoleOptions> & { answer?: (request: StubbedRequest) => StubbedAnswer | undefined } = {},
): Promise<{ page: Page; corpus: Corpus; asked: StubbedRequest[] }> {
  const corpus: Corpus = { documents: [documentEntry(), HANDBOOK], failed: [], reindex: { state: "idle" }, ...over };
  const api = await serveApi({}, { consoleFolder: BUILT });
  const page = await browser.open({ ...options, url: api.url });
  const asked = await answerRoutes(page, (request) => answer?.(request) ?? corpusAnswer(corpus, request));
  await page.evaluate((to) => (location.hash = to), hash);
  return { page, corpus, asked };
}

function corpusAnswer(corpus: Corpus, { path, method, body }: StubbedRequest): StubbedAnswer | undefined {
  if (path === "/v1/documents/reindex") return { document: corpus.reindex };
  if (path === "/v1/documents") {
    if (method === "GET") return { document: { documents: corpus.documents, failed: corpus.failed } };
    const name = /filename="([^"]*)"/u.exec(String(body))?.[1] ?? "";
    if (name.endsWith(".exe")) {
      return { status: 415, document: { title: "Unsupported", status: 415, detail: `"${name}" is a program.` } };
    }
    const entry = documentEntry({ id: `new-${name}`, source: name, title: "", warnings: ["Page 2 has no text."] });
    corpus.documents = [...corpus.documents, { ...entry, uploaded: true }];
    return { status: 201, document: entry };
  }
  const found = corpus.documents.find(({ id }) => path.startsWith(`/v1/documents/${id}`));
  if (found === undefined) return undefined;
  if (method !== "DELETE") return { document: openedDocument(found) };
  corpus.documents = corpus.documents.filter((one) => one !== found);
  return 204;
}

function file(name: string): { name: string; mimeType: string; buffer: Buffer } {
  return { name, mimeType: "application/octet-stream", buffer: Buffer.from("# Words\n\nof a document") };
}

async function rowNames(page: Page): Promise<string[]> {
  return page.locator("tbody .document-link").allInnerTexts();
}

test("documents stand with what is known of them, and files that could not be read with the reason", async () => {
  const { page } = await openDocuments({
    failed: [
      { path: "hr/pay.xlsx", code: "document_encrypted", reason: '"pay.xlsx" has a password; save it without one.' },
    ],
  });
  const row = page.getByRole("row", { name: /handbook/u });
  await row.waitFor();
  const text = await row.innerText();
  for (const part of ["PDF", "120", "64", "4 MB", "Feb 3, 2026", "Uploaded", "1 warning"]) expect(text).toContain(part);
  const unread = page.getByRole("region", { name: "1 file could not be read" });
  for (const part of ["hr/pay.xlsx", "protected by a password", "save it without one"]) {
    await unread.getByText(part).first().waitFor();
  }
  expect(await seriousFindings(page)).toEqual([]);
});

test("the list is searched by words of name and title, and sorted either way", async () => {
  const { page } = await openDocuments();
  await expect.poll(() => rowNames(page)).toEqual(["Employee handbook", "Moving out"]);
  await page.getByRole("button", { name: "Document" }).click();
  expect(await rowNames(page)).toEqual(["Moving out", "Employee handbook"]);
  expect(await page.getByRole("columnheader", { name: "Document" }).getAttribute("aria-sort")).toBe("descending");
  await page.getByRole("button", { name: "Size" }).click();
  expect(await rowNames(page)).toEqual(["Employee handbook", "Moving out"]);
  await page.getByRole("button", { name: "Changed" }).click();
  expect(await rowNames(page)).toEqual(["Moving out", "Employee handbook"]);
  await page.getByRole("searchbox").fill("PDF book");
  expect(await rowNames(page)).toEqual(["Employee handbook"]);
  await page.getByText("1 of 2 documents").waitFor();
  await page.getByRole("searchbox").fill("nothing");
  await page.getByText("No document is called that.").waitFor();
  await page.getByRole("button", { name: "Clear the search" }).click();
  expect(await rowNames(page)).toHaveLength(2);
});

test("several files are uploaded; the one that is refused is named with the reason and can be tried again", async () => {
  const { page, asked } = await openDocuments({}, { expectedStatuses: [415] });
  await page.locator("input[type=file]").setInputFiles([file("minutes.md"), file("tool.exe"), file("notes.md")]);
  const uploads = page.getByRole("region", { name: "Uploads" });
  await expect.poll(() => uploads.getByText("Done, 3 passages").count()).toBe(2);
  await uploads.getByText('tool.exe was not taken in: "tool.exe" is a program.').waitFor();
  await uploads.getByText("Page 2 has no text.").first().waitFor();
  await expect.poll(() => rowNames(page)).toContain("minutes.md");
  const sent = asked.filter(({ method, path }) => method === "POST" && path === "/v1/documents");
  expect(sent).toHaveLength(3);
  expect(sent[0]?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/u);
  expect(String(sent[0]?.body)).toContain('name="file"; filename="minutes.md"');
  await uploads.getByRole("button", { name: "Try again: tool.exe" }).click();
  await expect.poll(() => asked.filter(({ method }) => method === "POST").length).toBe(4);
  await uploads.getByRole("button", { name: "Clear the finished ones" }).click();
  expect(await uploads.getByRole("listitem").count()).toBe(1);
  await uploads.getByText("tool.exe was not taken in").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
});

test("while a file is sent and read its progress is shown, also after a look at another page", async () => {
  const { page } = await openDocuments();
  await page.getByRole("row", { name: /handbook/u }).waitFor();
  let release: (() => void) | undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/v1/documents", async (route) => {
    if (route.request().method() === "POST") await released;
    await route.fallback();
  });
  await page.locator("input[type=file]").setInputFiles([file("minutes.md")]);
  const uploads = page.getByRole("region", { name: "Uploads" });
  await uploads.getByText("minutes.md").waitFor();
  expect(await uploads.getByRole("progressbar").count()).toBe(1);
  await page.getByRole("link", { name: "Ask", exact: true }).click();
  await page.getByRole("link", { name: "Documents" }).click();
  await uploads.getByRole("progressbar").waitFor();
  release?.();
  await uploads.getByText("Done, 3 passages").waitFor();
});

test("files that are dropped are uploaded, and the place to drop them shows it", async () => {
  const { page } = await openDocuments({ documents: [] });
  await page.getByText("No documents yet").waitFor();
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["# Words"], "dropped.md"));
    return transfer;
  });
  const zone = page.getByRole("region", { name: "Upload files" });
  await zone.dispatchEvent("dragenter", { dataTransfer: data });
  await zone.getByText("Let go to upload").waitFor();
  await zone.dispatchEvent("drop", { dataTransfer: data });
  await page.getByRole("region", { name: "Uploads" }).getByText("Done, 3 passages").waitFor();
  await expect.poll(() => rowNames(page)).toEqual(["dropped.md"]);
});

test("a document opens with its passages, which can be filtered, and closing it leads back to the row", async () => {
  const { page } = await openDocuments();
  const link = page.getByRole("link", { name: "Employee handbook" });
  await link.focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("dialog");
  await panel.getByText("three days").waitFor();
  expect(new URL(page.url()).hash).toBe("#/documents/d2");
  for (const part of ["64 pages", "Page 12 is a picture.", "Notice › Part 0", "Page 1"]) {
    expect(await panel.getByText(part).count(), part).toBeGreaterThan(0);
  }
  expect(await panel.getByRole("listitem").filter({ hasText: "Passage number" }).count()).toBe(49);
  await panel.getByRole("button", { name: "Show 50 more" }).click();
  expect(await panel.getByRole("listitem").filter({ hasText: "Passage number" }).count()).toBe(99);
  await panel.getByRole("searchbox").fill("number 11");
  await panel.getByText("11 of 120 passages").waitFor();
  expect(await panel.locator("mark").first().innerText()).toBe("number 11");
  await panel.getByRole("searchbox").fill("no such words");
  await panel.getByText("No passage has these words.").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  // The first Escape empties the field.
  await page.keyboard.press("Escape");
  await panel.getByText("three days").waitFor();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  // Going back is the browser's, in its own time.
  await expect.poll(() => new URL(page.url()).hash).toBe("#/documents");
  await expect.poll(async () => link.evaluate((element) => element === document.activeElement)).toBe(true);
});

test("an address of a document opens it, and says when it is gone", async () => {
  const { page } = await openDocuments({}, { hash: "#/documents/gone", expectedStatuses: [404] });
  await page.getByText("There is no such document.").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await expect.poll(() => new URL(page.url()).hash).toBe("#/documents");
  await page.evaluate(() => (location.hash = "#/documents/d1"));
  await page.getByRole("dialog", { name: "Moving out" }).getByText("three days").waitFor();
});

test("deleting asks first, tells a refusal, and then the document is gone", async () => {
  let isRefused = true;
  const { page, corpus } = await openDocuments(
    {},
    {
      expectedStatuses: [503],
      answer: ({ method }) =>
        method === "DELETE" && isRefused
          ? { status: 503, document: { title: "Busy", status: 503, detail: "The index is locked by another run." } }
          : undefined,
    },
  );
  await page.getByRole("button", { name: "Delete handbook.pdf" }).click();
  const question = page.getByRole("dialog", { name: "Delete “Employee handbook”?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  expect(corpus.documents).toHaveLength(2);
  await page.getByRole("link", { name: "Employee handbook" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await question.getByRole("button", { name: "Delete" }).click();
  await question.getByText("The index is locked by another run.").waitFor();
  isRefused = false;
  await question.getByRole("button", { name: "Delete" }).click();
  await page.getByText("Employee handbook is deleted.").waitFor();
  expect(await page.getByRole("dialog").count()).toBe(0);
  await expect.poll(() => rowNames(page)).toEqual(["Moving out"]);
});

test("the file of a document is handed over under its own name", async () => {
  const { page } = await openDocuments();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download housing/move-out.md" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("move-out.md");
  expect(await readFile(await download.path(), "utf8")).toContain("three days");
});

const PROGRESS = { filesDone: 40, filesFound: 131, chunksDone: 900, chunksQueued: 1200, failed: 2 };
const REPORT = { added: 3, updated: 2, unchanged: 124, removed: 1, failed: 2, chunks: 4210, seconds: 7.42 };

/** The state of a run as the service streams it, each `states` in turn; `held` is awaited before the first. */
async function streamReindex(page: Page, states: Reindex[], held?: Promise<void>): Promise<void> {
  await page.route("**/v1/documents/reindex", async (route) => {
    if (route.request().headers()["accept"] !== "text/event-stream") return route.fallback();
    await held;
    const body = states
      .map((state) => `event: ${state.state === "running" ? "progress" : "done"}\ndata: ${JSON.stringify(state)}\n\n`)
      .join("");
    return route.fulfill({ contentType: "text/event-stream", body });
  });
}

test("reading the corpus again shows how far it is and what came of it", async () => {
  const { page, corpus, asked } = await openDocuments();
  await page.getByRole("button", { name: "Read the corpus again" }).waitFor();
  let release: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await streamReindex(page, [{ state: "done", report: REPORT }], held);
  corpus.reindex = { state: "running", progress: { ...PROGRESS, currentFile: "finance/refunds.docx" } };
  await page.getByRole("button", { name: "Read the corpus again" }).click();
  await page.getByText("40 of 131 files").waitFor();
  await page.getByText("Now: finance/refunds.docx").waitFor();
  expect(await page.getByRole("button", { name: "Reading the corpus…" }).isDisabled()).toBe(true);
  expect(await seriousFindings(page)).toEqual([]);
  corpus.documents = [...corpus.documents, documentEntry({ id: "d3", source: "new.md", title: "A new one" })];
  release?.();
  await page.getByText("3 new, 2 changed, 124 as before, 1 gone").waitFor();
  await expect.poll(() => rowNames(page)).toContain("A new one");
  expect(asked.filter(({ path, method }) => path.endsWith("reindex") && method === "POST")).toHaveLength(1);
});

test("a run that is under way when the page opens is followed, and its failure told", async () => {
  const { page } = await openDocuments({ reindex: { state: "running", progress: PROGRESS } }, { hash: "#/" });
  await streamReindex(page, [
    { state: "running", progress: PROGRESS },
    { state: "failed", reason: "The disk is full." },
  ]);
  await page.getByRole("link", { name: "Documents" }).click();
  await page.getByText("The corpus could not be read: The disk is full.").waitFor();
  await page.getByRole("button", { name: "Read the corpus again" }).waitFor();
});

test("a run that is refused says why", async () => {
  const { page } = await openDocuments(
    {},
    {
      expectedStatuses: [503],
      answer: ({ method, path }) =>
        method === "POST" && path.endsWith("reindex")
          ? { status: 503, document: { title: "Busy", status: 503, detail: "The corpus folder is missing." } }
          : undefined,
    },
  );
  await page.getByRole("button", { name: "Read the corpus again" }).click();
  await page.getByText("The corpus could not be read: The corpus folder is missing.").waitFor();
});

test("without the admin key it is asked for before anything can be uploaded", async () => {
  const { page, asked } = await openDocuments(
    {},
    {
      answer: ({ headers }) =>
        headers["authorization"] === "Bearer the-admin-key"
          ? undefined
          : { status: 401, document: { title: "Unauthorized", status: 401 } },
    },
  );
  await page.getByLabel("Admin key").waitFor();
  expect(await page.locator("input[type=file]").count()).toBe(0);
  await page.getByLabel("Admin key").fill("the-admin-key");
  await page.keyboard.press("Enter");
  await page.locator("input[type=file]").setInputFiles([file("minutes.md")]);
  await page.getByText("Done, 3 passages").waitFor();
  expect(asked.find(({ method }) => method === "POST")?.headers["authorization"]).toBe("Bearer the-admin-key");
});

test("on a phone in the dark each document is a card and nothing runs off the side", async () => {
  const { page } = await openDocuments({}, { width: 390, height: 844, locale: "zh-CN", colorScheme: "dark" });
  await page.getByRole("link", { name: "Moving out" }).waitFor();
  expect(await page.getByRole("row", { name: "handbook" }).innerText()).toMatch(/120\s*段/u);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.getByRole("combobox", { name: "排序" }).selectOption("size");
  expect(await rowNames(page)).toEqual(["Employee handbook", "Moving out"]);
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "删除 handbook.pdf" }).click();
  await page.getByText("删除后无法恢复").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
});

test("the service's own routes take uploads, tell what they refuse, and stream the run", async () => {
  const added: string[] = [];
  const listeners: ((state: Reindex) => void)[] = [];
  let run: Reindex = { state: "idle" };
  const entry = documentEntry({ title: "值班表", source: "uploads/值班表.md", uploaded: true });
  const api = await serveApi(
    {},
    {
      consoleFolder: BUILT,
      documents: {
        list: async () => ({ documents: added.length === 0 ? [] : [entry], failed: [] }),
        add: async ({ name }) => {
          if (name.endsWith(".exe")) throw new AppError("document_unsupported", "It is a program; save it as PDF.");
          added.push(name);
          return entry;
        },
        reindex: () => (run = { state: "running", startedAt: Date.now(), progress: PROGRESS }),
        reindexState: () => run,
        watchReindex(listener) {
          listeners.push(listener);
          return () => undefined;
        },
      },
    },
  );
  const page = await browser.open({
    url: api.url,
    hash: "#/documents",
    key: "admin-key",
    expectedStatuses: [413, 415, 422],
  });
  await page.getByText("No documents yet").waitFor();
  const big = { ...file("big.md"), buffer: Buffer.alloc(300 * 1024, "a") };
  await page.locator("input[type=file]").setInputFiles([file("值班表.md"), file("tool.exe"), big]);
  const uploads = page.getByRole("region", { name: "Uploads" });
  await uploads.getByText("Done, 3 passages").waitFor();
  await uploads.getByText("tool.exe was not taken in: It is a program; save it as PDF.").waitFor();
  await uploads.getByText("big.md was not taken in:").waitFor();
  expect(added).toEqual(["值班表.md"]);
  await page.getByRole("row", { name: /值班表/u }).waitFor();
  expect(await page.getByText("uploads/").count()).toBe(0);
  await page.getByRole("button", { name: "Read the corpus again" }).click();
  await page.getByText("40 of 131 files").waitFor();
  await expect.poll(() => listeners.length).toBe(1);
  run = { state: "running", progress: { ...PROGRESS, filesDone: 90 } };
  for (const listener of listeners) listener(run);
  await page.getByText("90 of 131 files").waitFor();
  await page.reload();
  await page.getByText("90 of 131 files").waitFor();
  await expect.poll(() => listeners.length).toBe(2);
  run = { state: "done", endedAt: Date.now(), report: REPORT };
  for (const listener of listeners) listener(run);
  await page.getByText("3 new, 2 changed, 124 as before, 1 gone").waitFor();
});
