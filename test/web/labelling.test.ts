import { afterAll, beforeAll, expect, test } from "vitest";
import { seriousFindings, useBrowser } from "./browser.ts";
import { startDemo, type Demo } from "./demo-server.ts";

const browser = useBrowser();
let demo: Demo;

beforeAll(async () => {
  demo = await startDemo();
});
afterAll(async () => demo.close());

test("what is labelled in the Ledger counts at the Gate, which learns from it", async () => {
  const page = await browser.open({ url: demo.url, key: demo.adminKey, hash: "#/ledger", width: 1280 });
  const rows = page.locator("tbody tr");
  await rows.first().waitFor();
  await page.getByRole("combobox", { name: "Outcome" }).selectOption("answered");
  await expect.poll(async () => new Set(await rows.locator(".badge").allInnerTexts())).toEqual(new Set(["Answered"]));
  const unlabelled = rows.filter({ hasNot: page.locator(".label-mark") });
  await unlabelled.first().getByRole("link").click();
  const panel = page.getByRole("dialog");
  await panel.getByRole("heading", { name: "What spoke for and against an answer" }).waitFor();
  await panel.getByRole("heading", { name: "Answer", exact: true }).waitFor();
  expect(await panel.locator(".timeline li").count()).toBeGreaterThan(2);
  expect(await seriousFindings(page)).toEqual([]);

  const cited = panel.getByRole("button", { name: "[1]" }).first();
  await cited.click();
  await page.getByRole("dialog").nth(1).getByText("Quoted words").waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(async () => page.getByRole("dialog").count()).toBe(1);
  expect(await cited.evaluate((button) => button === document.activeElement)).toBe(true);

  const before = await labelCount();
  await panel.getByRole("button", { name: "Right" }).click();
  await panel.getByText("Noted for the next tuning.").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Gate" }).click();
  await page.locator("canvas").waitFor();
  await expect.poll(async () => labelCount()).toBe(before + 1);
  expect(await page.locator(".figure").first().innerText()).toContain("Shipped");
  expect(await seriousFindings(page)).toEqual([]);

  const next = page.locator(".to-label li").first();
  const text = await next.locator("p").first().innerText();
  await next.getByRole("button", { name: "Should stay silent" }).click();
  await page.getByText("Noted: should stay silent.").waitFor();
  await expect.poll(async () => page.locator(".to-label").getByText(text, { exact: true }).count()).toBe(0);
  await expect.poll(async () => labelCount()).toBe(before + 2);

  await page.getByRole("button", { name: "Tune now" }).click();
  await page.getByText(/The gate is tuned\./u).waitFor();
  await expect.poll(async () => page.locator(".figure").first().innerText()).toContain("Tuned");
  await page.getByText("The gate learnt from these same lines").waitFor();
  expect(
    await page
      .getByRole("row", { name: /^Precision/u })
      .last()
      .innerText(),
  ).toMatch(/%\s+\(.+ – .+\)/u);
});

test("the Ledger finds words, pages back and says when there is nothing", async () => {
  const page = await browser.open({ url: demo.url, key: demo.adminKey, hash: "#/ledger", locale: "zh-CN", width: 390 });
  const rows = page.locator("tbody tr");
  await rows.first().waitFor();
  await page.getByRole("button", { name: "更早的消息" }).click();
  await expect.poll(() => rows.count()).toBeGreaterThan(50);
  await page.getByRole("searchbox").fill("公寓");
  await expect
    .poll(async () => (await rows.locator(".ledger-link").allInnerTexts()).every((line) => line.includes("公寓")))
    .toBe(true);
  expect(await rows.count()).toBeGreaterThan(0);
  await page.getByRole("searchbox").fill("没有这几个字的消息");
  await page.getByText("没有这样的消息").waitFor();
  expect(await seriousFindings(page)).toEqual([]);
});

/** Lines that the gate may learn from. */
async function labelCount(): Promise<number> {
  const response = await fetch(`${demo.url}/v1/gate`, { headers: { authorization: `Bearer ${demo.adminKey}` } });
  const { labels }: { labels: { positive: number; negative: number } } = await response.json();
  return labels.positive + labels.negative;
}
