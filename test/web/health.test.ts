import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { HealthCheck, HealthDocument } from "../../src/web/api/health.ts";
import { serveApi } from "../http/api-fixture.ts";
import { answerRoutes, type StubbedAnswer, type StubbedRequest } from "./answer-routes.ts";
import { seriousFindings, useBrowser, type ConsoleOptions } from "./browser.ts";

const browser = useBrowser();
const BUILT = join(import.meta.dirname, "..", "..", "dist", "web");
const HOUR_MS = 3_600_000;

const CHECKS: HealthCheck[] = [
  { check: "Node.js", name: "Node.js", status: "ok", detail: "20.20.0", remedy: "" },
  { check: "index", name: "index", status: "warning", detail: "2 files were not read", remedy: "Run xianheng ingest." },
  { check: "models", name: "models", status: "failed", detail: "the key is refused", remedy: "Set QIANFAN_KEY." },
  { check: "OCR", name: "OCR", status: "skipped", detail: "switched off", remedy: "" },
];

function healthDocument(over: Partial<HealthDocument> = {}): HealthDocument {
  return {
    version: "1.2.3",
    started_at: Date.now() - 50 * HOUR_MS,
    node: "v20.20.0",
    memory_bytes: 412_000_000,
    event_loop_ms: { p50: 1.4, p99: 14.8 },
    index: { documents: 131, chunks: 4210, failed: 0, built_at: Date.now() - 5 * HOUR_MS },
    store: { ready: true },
    channels: [{ name: "hr", kind: "lark", ready: true }],
    queue_depth: 3,
    usage: [
      { day: "2026-11-24", models: [{ model: "vendor/large", calls: 40, prompt: 81_234, completion: 9120 }] },
      { day: "2026-11-23", models: [] },
    ],
    answerer: "vendor/large",
    ...over,
  };
}

async function openHealth(
  health: HealthDocument,
  {
    hash = "#/health",
    answer,
    ...options
  }: Partial<ConsoleOptions> & { answer?: (request: StubbedRequest) => StubbedAnswer | undefined } = {},
): Promise<{ page: Page; asked: StubbedRequest[] }> {
  const api = await serveApi({}, { consoleFolder: BUILT });
  const page = await browser.open({ ...options, url: api.url });
  const asked = await answerRoutes(page, (request) => {
    const given = answer?.(request);
    if (given !== undefined) return given;
    if (request.path === "/v1/health") return { document: health };
    return request.path === "/v1/health/checks" ? { document: { checks: CHECKS } } : undefined;
  });
  await page.evaluate((to) => (location.hash = to), hash);
  return { page, asked };
}

test("a service that is well says so in one line, with its figures below", async () => {
  const { page } = await openHealth(healthDocument());
  await page.getByText("All is well.").waitFor();
  const text = await page.locator(".health").innerText();
  for (const part of [
    "131",
    "4,210",
    "5 hr. ago",
    "2 days",
    "1.2.3",
    "Node.js 20.20.0",
    "392.9 MB",
    "15 ms",
    "median 1.4 ms",
    "vendor/large",
  ]) {
    expect(text).toContain(part);
  }
  const row = page.getByRole("row", { name: /vendor\/large/u });
  expect(await row.innerText()).toMatch(/Nov 24[\s\S]*40[\s\S]*81,234[\s\S]*9,120/u);
  expect(await seriousFindings(page)).toEqual([]);
});

test("what needs attention is named, the worst first", async () => {
  const { page } = await openHealth(
    healthDocument({
      index: { documents: 3, chunks: 9, failed: 2, built_at: Date.now() },
      store: { ready: false },
      channels: [
        { name: "hr", kind: "lark", ready: true },
        { name: "it-help", kind: "wecom-bot", ready: false },
      ],
      event_loop_ms: { p50: 20, p99: 640 },
    }),
  );
  await page.getByText("This needs attention:").waitFor();
  expect(await page.locator(".overall li").allInnerTexts()).toEqual([
    "The store does not answer: messages and labels cannot be kept.",
    "The channel it-help is not ready.",
    "The event loop comes 640 ms late at times: the machine is overloaded.",
    "2 files of the corpus could not be read.",
  ]);
  await page.getByRole("link", { name: "Look at Documents" }).waitFor();
  expect(await seriousFindings(page)).toEqual([]);
});

test("without index, channels and models it says what that means", async () => {
  const { page } = await openHealth(healthDocument({ index: null, channels: [], usage: [], answerer: "extractive" }), {
    locale: "zh-CN",
    colorScheme: "dark",
  });
  await page.getByText("没有可用的索引").first().waitFor();
  for (const text of ["没有接入聊天平台", "最近 7 天没有调用过模型。", "不用大模型，直接取文档原句"]) {
    await page.getByText(text).waitFor();
  }
  expect(await seriousFindings(page)).toEqual([]);
});

test("all checks are run at the press of a button, what is amiss first, with what to do", async () => {
  const { page, asked } = await openHealth(healthDocument());
  await page.getByRole("button", { name: "Run all checks" }).click();
  await page.getByText("1 of 4 are fine").waitFor();
  expect(await page.locator(".check").allInnerTexts()).toEqual([
    expect.stringMatching(/Failed[\s\S]*the key is refused[\s\S]*What to do: Set QIANFAN_KEY\./u),
    expect.stringMatching(/Look at it[\s\S]*2 files were not read[\s\S]*What to do: Run xianheng ingest\./u),
    expect.stringMatching(/Fine[\s\S]*Node\.js: 20\.20\.0$/u),
    expect.stringMatching(/Left out[\s\S]*OCR: switched off$/u),
  ]);
  await page.getByText("1 check failed, see below.").waitFor();
  const said = asked.filter(({ path }) => path === "/v1/health/checks");
  expect(said.map(({ method, query }) => [method, query.get("language")])).toEqual([["POST", "en"]]);
  expect(await seriousFindings(page)).toEqual([]);
});

test("checks that cannot be run say why", async () => {
  const { page } = await openHealth(healthDocument(), {
    expectedStatuses: [504],
    answer: ({ method }) =>
      method === "POST"
        ? { status: 504, document: { title: "Timeout", status: 504, detail: "The checks took too long." } }
        : undefined,
  });
  await page.getByRole("button", { name: "Run all checks" }).click();
  await page.getByText("The checks took too long.").waitFor();
  await page.getByRole("button", { name: "Run all checks" }).waitFor();
});

test("it is looked at again by itself, and what was read last stays when that fails", async () => {
  const health = healthDocument();
  let isDown = false;
  const { page } = await openHealth(health, {
    hash: "#/",
    expectedStatuses: [503],
    answer: () => (isDown ? { status: 503, document: { title: "Busy", status: 503, detail: "Not now." } } : undefined),
  });
  await page.clock.install();
  await page.evaluate(() => (location.hash = "#/health"));
  await page.getByText("All is well.").waitFor();
  health.channels = [{ name: "hr", kind: "lark", ready: false }];
  await page.clock.runFor(10_500);
  await page.getByText("The channel hr is not ready.").waitFor();
  isDown = true;
  await page.clock.runFor(10_500);
  await page.getByText("This is what was read last").waitFor();
  await page.getByText("The channel hr is not ready.").waitFor();
});

test("on a phone in the dark nothing runs off the side", async () => {
  const { page } = await openHealth(healthDocument(), {
    width: 390,
    height: 844,
    locale: "zh-CN",
    colorScheme: "dark",
  });
  await page.getByRole("button", { name: "全部检查" }).click();
  await page.getByText("4 项中 1 项正常").waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await seriousFindings(page)).toEqual([]);
});
