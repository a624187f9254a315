import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";

/** Where Debian's package puts it, or wherever the variable says. */
const CHROMIUM = process.env["XIANHENG_TEST_CHROMIUM"] ?? "/usr/bin/chromium";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface ConsoleOptions {
  /** Address of the service. */
  url: string;
  /** Such as `#/ledger`. */
  hash?: string;
  locale?: "zh-CN" | "en-US";
  colorScheme?: "light" | "dark";
  /** Pixels. */
  width?: number;
  height?: number;
  /** Put into the session before the page opens. */
  key?: string;
  /** Statuses that this test provokes; the browser reports them on its console. 401 is how the console learns that a key is needed. */
  expectedStatuses?: readonly number[];
  /** Parts of console messages that this test provokes. */
  expectedMessages?: readonly RegExp[];
}

export interface ConsoleBrowser {
  /** A fresh session. When the test ends there must have been no error on the console and no request to anyone else. */
  open(options: ConsoleOptions): Promise<Page>;
}

/** One Chromium for the tests of a file. */
export function useBrowser(): ConsoleBrowser {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => browser.close());
  return {
    async open(options) {
      const context = await newSession(browser, options);
      const page = await context.newPage();
      const faults = watch(page, options);
      onTestFinished(async () => {
        await context.close();
        expect(faults).toEqual([]);
      });
      await page.goto(`${options.url}/${options.hash ?? ""}`);
      return page;
    },
  };
}

/** Whoever runs this as root has no sandbox of its own. */
export async function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
}

export async function newSession(
  browser: Browser,
  { url, locale = "en-US", colorScheme = "light", width = 1280, height = 900, key }: ConsoleOptions,
): Promise<BrowserContext> {
  const context = await browser.newContext({
    locale,
    colorScheme,
    viewport: { width, height },
    reducedMotion: "reduce",
    acceptDownloads: true,
    baseURL: url,
  });
  if (key !== undefined) {
    await context.addInitScript((value) => sessionStorage.setItem("xianheng.key", value), key);
  }
  return context;
}

/** Rules whose breach keeps somebody out. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // The page's policy forbids foreign scripts; what the test evaluates is not the page's.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const results = await axe.run(document, { resultTypes: ["violations"] });
    return results.violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  });
}

declare const axe: {
  run(
    context: unknown,
    options: object,
  ): Promise<{ violations: { id: string; impact?: string | null; nodes: { html: string }[] }[] }>;
};

function watch(page: Page, { url, expectedStatuses = [], expectedMessages = [] }: ConsoleOptions): string[] {
  const faults: string[] = [];
  const allowed = [401, ...expectedStatuses].map((status) => `the server responded with a status of ${status}`);
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() !== "error" && message.type() !== "warning") return;
    if (allowed.some((part) => text.includes(part)) || expectedMessages.some((pattern) => pattern.test(text))) return;
    faults.push(`console: ${text}`);
  });
  page.on("pageerror", (error) => faults.push(`page: ${error.message}`));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (origin !== url && protocol !== "data:" && protocol !== "blob:") faults.push(`foreign: ${request.url()}`);
  });
  return faults;
}
