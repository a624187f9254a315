/*
 * Pictures of the console for docs/console: every page, both themes, wide and on a phone, on a made-up day of three groups.
 * `npm run build && npx tsx scripts/console-screenshots.ts [FOLDER]`
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launch, newSession, type ConsoleOptions } from "../test/web/browser.ts";
import { startDemo } from "../test/web/demo-server.ts";

const FOLDER = process.argv[2] ?? join(import.meta.dirname, "..", "docs", "console");
/** What is asked stands in the ledger from then on, so it is asked last. */
const PAGES = ["documents", "ledger", "gate", "groups", "health", "ask"] as const;

type Look = Required<Pick<ConsoleOptions, "locale" | "colorScheme" | "width" | "height">> & { name: string };

const LOOKS: readonly Look[] = [
  { name: "light", locale: "zh-CN", colorScheme: "light", width: 1280, height: 860 },
  { name: "dark", locale: "en-US", colorScheme: "dark", width: 1280, height: 860 },
  { name: "phone", locale: "zh-CN", colorScheme: "light", width: 390, height: 844 },
  { name: "phone-dark", locale: "en-US", colorScheme: "dark", width: 390, height: 844 },
];

mkdirSync(FOLDER, { recursive: true });
const demo = await startDemo();
const browser = await launch();
try {
  for (const look of LOOKS) {
    const context = await newSession(browser, { url: demo.url, key: demo.adminKey, ...look });
    const page = await context.newPage();
    for (const name of PAGES) {
      await page.goto(`${demo.url}/#/${name === "ask" ? "" : name}`);
      if (name === "ask") await askSomething(page);
      await page.waitForLoadState("networkidle");
      await page.locator("main .skeleton").first().waitFor({ state: "detached" });
      // Plots are drawn in the frame after their data.
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(FOLDER, `${name}-${look.name}.png`) });
    }
    await context.close();
  }
} finally {
  await browser.close();
  await demo.close();
}

async function askSomething(page: Page): Promise<void> {
  for (const [index, question] of ["请问如何退公寓的时候需要注意什么？", "今天天气真好哈哈"].entries()) {
    await page.getByRole("textbox").fill(question);
    await page.keyboard.press("Enter");
    await page.locator(".reply-foot").nth(index).waitFor();
  }
}
