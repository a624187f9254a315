/*
 * The web console in Chromium: time to the first paint with an empty cache, and what the browser loads for it.
 */
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { builtAssistant, inTemporaryFolder } from "./built-program.ts";
import type { Figure } from "./figure.ts";

const CHROMIUM = process.env["XIANHENG_TEST_CHROMIUM"] ?? "/usr/bin/chromium";
const ASSETS = join(import.meta.dirname, "..", "dist", "web", "assets");
const LOADS = 15;
const KIB = 1024;

const FIRST_PAINT = `new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const [entry] = list.getEntriesByName("first-contentful-paint");
    if (entry !== undefined) resolve(entry.startTime);
  }).observe({ type: "paint", buffered: true });
})`;

const sizes = readdirSync(ASSETS)
  .filter((name) => name.endsWith(".gz"))
  .map((name) => statSync(join(ASSETS, name)).size);
const bundle: Figure = {
  name: "console: all of its files, gzip, kB",
  value: Math.round((sizes.reduce((sum, size) => sum + size, 0) / KIB) * 10) / 10,
  unit: "count",
  ran: `${sizes.length} files of dist/web/assets`,
  atLeast: 200,
};
const paint = existsSync(CHROMIUM)
  ? await firstPaint()
  : { value: undefined, ran: `no Chromium at ${CHROMIUM}`, also: "" };
const figures: Figure[] = [
  bundle,
  { name: "console: first contentful paint on loopback, median", unit: "ms", atLeast: 1000, ...paint },
];
console.log(JSON.stringify(figures));

async function firstPaint(): Promise<Pick<Figure, "value" | "ran" | "also">> {
  return inTemporaryFolder(async (folder) => {
    const configFile = join(folder, "config.ini");
    writeFileSync(configFile, "[server]\nport = 0\n");
    const assistant = await builtAssistant(folder, { configFile });
    const service = await assistant.serve({ write: () => undefined }, new AbortController().signal);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
    const times: number[] = [];
    for (let load = 0; load < LOADS; load++) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(service.url);
      await page.waitForSelector("textarea");
      times.push(
        // As text: it runs in the page, whose types this program does not have.
        await page.evaluate<number>(FIRST_PAINT),
      );
      await context.close();
    }
    await browser.close();
    await service.stop();
    await assistant.close();
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number): number => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
    return { value: at(0.5), also: `largest ${at(1)} ms`, ran: `${LOADS} loads with an empty cache, sample corpus` };
  });
}
