import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { LedgerEntry } from "../../src/web/api/ledger.ts";
import { serveApi } from "../http/api-fixture.ts";
import { answerRoutes, type StubbedAnswer, type StubbedRequest } from "./answer-routes.ts";
import { seriousFindings, useBrowser, type ConsoleOptions } from "./browser.ts";
import { explained, ledgerEntries, ledgerEntry } from "./ledger-records.ts";

const browser = useBrowser();
const BUILT = join(import.meta.dirname, "..", "..", "dist", "web");

/** The Ledger on records that a test may change while it runs. */
async function openLedger(
  records: LedgerEntry[],
  {
    hash = "#/ledger",
    answer,
    ...options
  }: Partial<ConsoleOptions> & { answer?: (request: StubbedRequest) => StubbedAnswer | undefined } = {},
): Promise<{ page: Page; asked: StubbedRequest[] }> {
  const api = await serveApi({}, { consoleFolder: BUILT });
  const page = await browser.open({ ...options, url: api.url });
  const asked = await answerRoutes(page, (request) => answer?.(request) ?? ledgerAnswer(records, request));
  await page.evaluate((to) => (location.hash = to), hash);
  return { page, asked };
}

function ledgerAnswer(records: LedgerEntry[], { path, query, method }: StubbedRequest): StubbedAnswer | undefined {
  if (path === "/v1/ledger") {
    const before = Number(query.get("before") ?? Infinity);
    const found = records.filter(
      ({ at, outcome, reason, text }) =>
        at < before &&
        (query.get("outcome") ?? outcome) === outcome &&
        (query.get("reason") ?? reason) === reason &&
        (text ?? "").includes(query.get("q") ?? ""),
    );
    return { document: { records: found.slice(0, Number(query.get("limit"))) } };
  }
  if (path === "/v1/ledger/facets") {
    return {
      document: {
        groups: [{ channel: "lark", group: "chat-1", name: "Tenants", count: 3 }],
        outcomes: { answered: 2, declined: 1 },
        reasons: { unanswerable: 1 },
      },
    };
  }
  if (path.endsWith("/label") && method !== "GET") return 204;
  const one = records.find(({ id }) => path === `/v1/ledger/${id}`);
  return one === undefined ? undefined : { document: explained(one) };
}

test("each message stands with its group, its outcome and the reason in words", async () => {
  const { page } = await openLedger([
    ledgerEntry({ mentioned: true }),
    ledgerEntry({ id: "m2", outcome: "declined", reason: "unanswerable", text: "Is the moon rented out?" }),
    ledgerEntry({ id: "m3", text: null, outcome: "failed", reason: "model_unreachable", scores: null }),
  ]);
  const rows = page.locator("tbody tr");
  await rows.nth(2).waitFor();
  expect(await rows.nth(0).innerText()).toMatch(/1 min\. ago[\s\S]*Tenants[\s\S]*mentioned us[\s\S]*Answered/u);
  expect(await rows.nth(1).innerText()).toMatch(/Stayed silent[\s\S]*the documents do not answer this/u);
  expect(await rows.nth(2).innerText()).toMatch(/deleted after the retention time[\s\S]*model_unreachable/u);
  expect(await rows.nth(0).locator("time").getAttribute("title")).toMatch(/\d{4}/u);
  expect(await seriousFindings(page)).toEqual([]);
});

test("filters narrow the list, hold when one comes back, and can be cleared", async () => {
  const { page, asked } = await openLedger(ledgerEntries(6));
  await page.getByRole("combobox", { name: "Outcome" }).selectOption("declined");
  await expect.poll(() => page.locator("tbody tr").count()).toBe(3);
  await page.getByRole("combobox", { name: "Group" }).selectOption({ index: 1 });
  await expect.poll(() => asked.at(-1)?.query.get("group")).toBe("chat-1");
  expect(asked.at(-1)?.query.get("channel")).toBe("lark");
  const before = asked.length;
  await page.getByRole("searchbox").pressSequentially("number 3", { delay: 5 });
  await page.getByText("Question number 3?").waitFor();
  await expect.poll(() => page.locator("tbody tr").count()).toBe(1);
  // Typed without a pause it is one request.
  expect(asked.slice(before).filter(({ path }) => path === "/v1/ledger")).toHaveLength(1);
  await page.getByRole("link", { name: "Ask", exact: true }).click();
  await page.getByRole("heading", { name: "Ask the documents" }).waitFor();
  await page.goBack();
  await expect.poll(() => page.locator("tbody tr").count()).toBe(1);
  expect(await page.getByRole("searchbox").inputValue()).toBe("number 3");
  await page.getByRole("searchbox").fill("no such words");
  await page.getByText("No message is like that").waitFor();
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await expect.poll(() => page.locator("tbody tr").count()).toBe(6);
  expect(await page.getByRole("searchbox").inputValue()).toBe("");
});

test("older messages are read page by page until there are none", async () => {
  const { page } = await openLedger(ledgerEntries(120));
  const older = page.getByRole("button", { name: "Load older messages" });
  // A page begins where the last one ended, so that nothing of the same millisecond is left out.
  for (const count of [99, 120]) {
    await older.click();
    await expect.poll(() => page.locator("tbody tr").count()).toBe(count);
  }
  await page.getByText("That is the oldest message kept.").waitFor();
  expect(await older.count()).toBe(0);
  const texts = await page.locator(".ledger-link").allInnerTexts();
  expect(new Set(texts).size).toBe(120);
});

test("a row opens all that is known of it, and closing it leads back to the row", async () => {
  const records = [
    ledgerEntry({
      answer: "Three days before [1].",
      citations: [
        { n: 1, source: "housing/move-out.md", title: "Moving out", headings: [], quote: "three days", page: 4 },
      ],
      model: "vendor/model",
      tokens: { prompt: 1200, completion: 90, total: 1290 },
    }),
  ];
  const { page } = await openLedger(records);
  const link = page.getByRole("link", { name: "How long before moving out" });
  await link.focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("dialog");
  await panel.getByText("Three days before").waitFor();
  for (const text of ["p. 4", "1,200 in, 90 out", "vendor/model", "Writing the answer", "1.5 s", "+2.1", "−1.6"]) {
    expect(await panel.getByText(text).count(), text).toBeGreaterThan(0);
  }
  await panel.getByText("an unasked answer").waitFor();
  expect(await panel.getByText("- search").count()).toBe(0);
  expect(await seriousFindings(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  expect(new URL(page.url()).hash).toBe("#/ledger");
  expect(await link.evaluate((element) => element === document.activeElement)).toBe(true);
});

test("one click says whether the decision was right, another takes it back", async () => {
  const records = [ledgerEntry()];
  const { page, asked } = await openLedger(records, { hash: "#/ledger/lark%3Achat-1%3Am1" });
  const panel = page.getByRole("dialog");
  const wrong = panel.getByRole("button", { name: "Wrong" });
  await wrong.click();
  await panel.getByText("Noted for the next tuning.").waitFor();
  expect(await wrong.getAttribute("aria-pressed")).toBe("true");
  await panel.getByText("xianheng tune --from-ledger").waitFor();
  await wrong.click();
  await panel.getByText("Taken back.").waitFor();
  expect(await wrong.getAttribute("aria-pressed")).toBe("false");
  const said = asked.filter(({ path }) => path === "/v1/ledger/lark:chat-1:m1/label");
  expect(said.map(({ method, body }) => [method, body])).toEqual([
    ["PUT", { right: false }],
    ["DELETE", undefined],
  ]);
  await panel.getByRole("button", { name: "Right" }).click();
  await panel.getByText("Noted for the next tuning.").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("tbody tr").getByText("marked right").waitFor();
});

test("the opinion of a member is told apart from the owner's", async () => {
  const records = [ledgerEntry({ label: { right: false, source: "thumb" } })];
  const { page, asked } = await openLedger(records, { hash: "#/ledger/lark%3Achat-1%3Am1" });
  const panel = page.getByRole("dialog");
  await panel.getByText("A member of the group found it wrong.").waitFor();
  const wrong = panel.getByRole("button", { name: "Wrong" });
  expect(await wrong.getAttribute("aria-pressed")).toBe("false");
  await wrong.click();
  await panel.getByText("Noted for the next tuning.").waitFor();
  await wrong.click();
  await panel.getByText("A member of the group found it wrong.").waitFor();
  expect(asked.filter(({ path }) => path.endsWith("/label")).map(({ method }) => method)).toEqual(["PUT", "DELETE"]);
});

test("a label that is refused is not shown as given", async () => {
  const { page } = await openLedger([ledgerEntry()], {
    hash: "#/ledger/lark%3Achat-1%3Am1",
    expectedStatuses: [503],
    answer: ({ path }) =>
      path.endsWith("/label")
        ? { status: 503, document: { title: "Unavailable", status: 503, detail: "The store is closed." } }
        : undefined,
  });
  const right = page.getByRole("button", { name: "Right" });
  await right.click();
  await page.getByText("The store is closed.").waitFor();
  expect(await right.getAttribute("aria-pressed")).toBe("false");
});

test("an address of a message that is gone says so", async () => {
  const { page } = await openLedger([ledgerEntry()], { hash: "#/ledger/gone", expectedStatuses: [404] });
  await page.getByText("There is no such message in the ledger.").waitFor();
});

test("new messages come in at the start of the page, and wait for whoever reads further down", async () => {
  const records = ledgerEntries(40);
  const { page } = await openLedger(records, { hash: "#/", height: 600 });
  await page.clock.install();
  await page.evaluate(() => (location.hash = "#/ledger"));
  await page.getByText("Question number 0?").waitFor();
  records.unshift(ledgerEntry({ id: "new-1", text: "A first new one?" }));
  await page.clock.runFor(10_500);
  await page.getByText("A first new one?").waitFor();
  await page.evaluate(() => scrollTo(0, 900));
  const place = await page.getByText("Question number 9?").boundingBox();
  records.unshift(ledgerEntry({ id: "new-2", text: "A second new one?" }));
  await page.clock.runFor(10_500);
  const button = page.getByRole("button", { name: "1 new message" });
  await button.waitFor();
  expect(await page.getByText("A second new one?").count()).toBe(0);
  expect((await page.getByText("Question number 9?").boundingBox())?.y).toBe(place?.y);
  await button.click();
  await page.getByText("A second new one?").waitFor();
  expect(await page.evaluate(() => scrollY)).toBe(0);
});

test("an empty ledger says what will be in it", async () => {
  const { page } = await openLedger([], { locale: "zh-CN", colorScheme: "dark" });
  await page.getByText("还没有消息").waitFor();
  expect(await page.getByRole("searchbox").count()).toBe(0);
  await page.getByRole("link", { name: "先问一个问题" }).click();
  await page.getByRole("heading", { name: "问问文档" }).waitFor();
});

test("without the admin key it is asked for, and then sent", async () => {
  const { page, asked } = await openLedger([ledgerEntry()], {
    answer: ({ headers }) =>
      headers["authorization"] === "Bearer the-admin-key"
        ? undefined
        : { status: 401, document: { title: "Unauthorized", status: 401 } },
  });
  await page.getByLabel("Admin key").fill("the-admin-key");
  await page.keyboard.press("Enter");
  await page.getByText("How long before moving out").waitFor();
  expect(asked.at(-1)?.headers["authorization"]).toBe("Bearer the-admin-key");
});

test("on a phone in the dark nothing runs off the side and nobody is kept out", async () => {
  const { page } = await openLedger(ledgerEntries(4), {
    width: 390,
    height: 844,
    locale: "zh-CN",
    colorScheme: "dark",
  });
  await page.getByText("Question number 3?").waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByRole("link", { name: "Question number 1?" }).click();
  await page.getByRole("dialog").getByText("这个决定对吗？").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
});
