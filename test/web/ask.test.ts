import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { ANSWER, answeredTurn, declinedTurn, serveApi, type Api } from "../http/api-fixture.ts";
import { seriousFindings, useBrowser } from "./browser.ts";

const browser = useBrowser();
const BUILT = join(import.meta.dirname, "..", "..", "dist", "web");

/** The built console on an assistant of one answer. */
async function serveConsole(
  functions: Parameters<typeof serveApi>[0] = {},
  options: Parameters<typeof serveApi>[1] = {},
): Promise<Api> {
  return serveApi(functions, { consoleFolder: BUILT, ...options });
}

async function askFor(page: Page, question: string): Promise<void> {
  await page.getByRole("textbox").fill(question);
  await page.keyboard.press("Enter");
}

test("Enter sends a question, and the answer comes with its sources", async () => {
  const api = await serveConsole();
  const page = await browser.open({ url: api.url, locale: "zh-CN", expectedStatuses: [404] });
  expect(await page.locator("html").getAttribute("lang")).toBe("zh-CN");
  for (const name of ["提问", "文档", "账本"]) expect(await page.getByRole("link", { name }).count()).toBe(1);
  await askFor(page, "退公寓要注意什么？");
  await page.getByText("退公寓要提前三天预约").waitFor();
  expect(api.asked.map(({ question }) => question)).toEqual(["退公寓要注意什么？"]);
  expect(await seriousFindings(page)).toEqual([]);
  const citation = page.getByRole("button", { name: "[1]" });
  await citation.click();
  const panel = page.getByRole("dialog");
  await panel.getByText("housing/move-out.md").waitFor();
  expect(await panel.locator("blockquote").textContent()).toBe("提前三天预约");
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  expect(await citation.evaluate((button) => button === document.activeElement)).toBe(true);
  await page.getByRole("button", { name: "move-out.md" }).click();
  await panel.waitFor();
});

test("a browser of another language is met in English", async () => {
  const api = await serveConsole();
  const page = await browser.open({ url: api.url, locale: "en-US" });
  expect(await page.locator("html").getAttribute("lang")).toBe("en");
  await page.getByRole("link", { name: "Ledger" }).waitFor();
  await page.getByRole("button", { name: "切换到中文" }).click();
  await page.getByRole("link", { name: "账本" }).waitFor();
  await page.reload();
  await page.getByRole("link", { name: "账本" }).waitFor();
});

test("silence says why, shows how close it was, and takes an opinion", async () => {
  const api = await serveConsole({ ask: async () => declinedTurn() });
  const page = await browser.open({ url: api.url, colorScheme: "dark" });
  await askFor(page, "Nice weather today");
  await page.getByText("Stays silent").waitFor();
  await page.getByText("because the documents are about other things.").waitFor();
  await page.getByText("0.10").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  const thumb = page.getByRole("button", { name: "Should have answered" });
  await thumb.click();
  await page.getByText("Thank you, noted.").waitFor();
  expect(await thumb.getAttribute("aria-pressed")).toBe("true");
  expect(api.votes.map(({ vote }) => vote)).toEqual(["down"]);
  await thumb.click();
  await page.getByText("Taken back.").waitFor();
  expect(api.votes.map(({ vote }) => vote)).toEqual(["down", "none"]);
});

test("the answer grows while it is written, and Stop hangs up", async () => {
  const aborted: string[] = [];
  const api = await serveConsole({
    async ask(question, turn, signal) {
      turn.onText?.("The first sentence. ");
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      aborted.push(question);
      return answeredTurn();
    },
  });
  const page = await browser.open({ url: api.url });
  await askFor(page, "How does it work?");
  await page.getByText("The first sentence.").waitFor();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped.").waitFor();
  await expect.poll(() => aborted).toEqual(["How does it work?"]);
  expect(await page.getByText("The first sentence.").count()).toBe(1);
});

test("a follow-up takes the conversation along, a new conversation does not", async () => {
  const api = await serveConsole();
  const page = await browser.open({ url: api.url });
  await askFor(page, "First?");
  await page.getByText("退公寓要提前三天预约").waitFor();
  await askFor(page, "Second?");
  await expect.poll(() => api.asked.length).toBe(2);
  expect(api.asked[1]?.options.history).toEqual([
    { role: "user", content: "First?" },
    { role: "assistant", content: ANSWER },
  ]);
  await page.getByRole("button", { name: "New conversation" }).click();
  await askFor(page, "Third?");
  await expect.poll(() => api.asked[2]?.options.history).toEqual([]);
});

test("Enter that ends a word of an input method sends nothing; Shift+Enter starts a line", async () => {
  const api = await serveConsole();
  const page = await browser.open({ url: api.url });
  const field = page.getByRole("textbox");
  await field.fill("tui gong yu");
  await field.evaluate((area) =>
    area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, isComposing: true })),
  );
  await field.press("Shift+Enter");
  expect(await field.inputValue()).toBe("tui gong yu\n");
  expect(api.asked).toEqual([]);
});

test("a key is asked for where one is needed, in a password field, and Enter submits it", async () => {
  const api = await serveConsole({}, { apiKeys: "right-key" });
  const page = await browser.open({ url: api.url });
  await askFor(page, "How?");
  const field = page.getByLabel("API key");
  await field.waitFor();
  expect(await field.getAttribute("type")).toBe("password");
  await field.fill("wrong-key");
  await field.press("Enter");
  await page.getByText("This key does not open it.").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await page.getByLabel("API key").fill("right-key");
  await page.getByLabel("API key").press("Enter");
  await page.getByText("退公寓要提前三天预约").waitFor();
  // The tab keeps it, the address never has it.
  await page.reload();
  await askFor(page, "Again?");
  await page.getByText("退公寓要提前三天预约").waitFor();
  expect(page.url()).not.toContain("right-key");
});

test("a failed turn and a lost connection are said, and can be tried again", async () => {
  let fails = true;
  const api = await serveConsole({
    ask: async () =>
      fails
        ? { ...answeredTurn(), outcome: { kind: "failed", code: "model_unreachable", message: "The gateway is down." } }
        : answeredTurn(),
  });
  const page = await browser.open({
    url: api.url,
    expectedMessages: [/ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE/u],
  });
  await askFor(page, "How?");
  await page.getByText("The gateway is down.").waitFor();
  fails = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("退公寓要提前三天预约").waitFor();
  await api.close();
  await askFor(page, "Are you there?");
  await page.getByText("The connection to the service is lost.").waitFor();
  await page.getByText("The service cannot be reached.").waitFor();
});

test("nothing in an answer becomes markup, and no picture of it is loaded", async () => {
  const hostile =
    '<img src="https://evil.example/x.png" onerror="document.title=1"> ![p](https://evil.example/y.png) [go](javascript:alert(1)) <script>document.title="taken"</script> 退公寓 [1]';
  const turn = answeredTurn();
  const api = await serveConsole({
    ask: async () =>
      turn.outcome.kind === "answered" ? { ...turn, outcome: { ...turn.outcome, answer: hostile } } : turn,
  });
  const page = await browser.open({ url: api.url });
  await askFor(page, "How?");
  await page.getByRole("button", { name: "[1]" }).waitFor();
  expect(await page.locator(".reply img, .reply script").count()).toBe(0);
  expect(await page.getByRole("link", { name: "go" }).count()).toBe(0);
  expect(await page.title()).toBe("Ask · Xianheng");
});

test.each([390, 768, 1280])("nothing is wider than a screen of %i pixels", async (width) => {
  const turn = answeredTurn();
  const long = `${"没有空格的很长的一行".repeat(30)} [1]\n\n\`\`\`\n${"x".repeat(300)}\n\`\`\`\n\n| a | b |\n|---|---|\n| ${"y".repeat(200)} | z |`;
  const api = await serveConsole({
    ask: async () =>
      turn.outcome.kind === "answered" ? { ...turn, outcome: { ...turn.outcome, answer: long } } : turn,
  });
  const page = await browser.open({ url: api.url, width });
  await askFor(page, "How?");
  await page.getByRole("button", { name: "[1]" }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
});

test("a page whose file is gone since the console was opened offers to load it again", async () => {
  const api = await serveConsole();
  const page = await browser.open({ url: api.url, expectedStatuses: [404] });
  await page.route(/documents-page/u, async (one) => one.fulfill({ status: 404 }));
  await page.getByRole("link", { name: "Documents" }).click();
  await page.getByText("This page could not be loaded").waitFor();
  await page.unroute(/documents-page/u);
  await page.getByRole("button", { name: "Load again" }).click();
  await page.getByLabel("Admin key").waitFor();
});
