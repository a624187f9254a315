import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import type { GateDocument, LabelledLine, LineToLabel, TuneReport } from "../../src/web/api/gate.ts";
import { serveApi } from "../http/api-fixture.ts";
import { answerRoutes, type StubbedAnswer, type StubbedRequest } from "./answer-routes.ts";
import { seriousFindings, useBrowser, type ConsoleOptions } from "./browser.ts";

const browser = useBrowser();
const BUILT = join(import.meta.dirname, "..", "..", "dist", "web");

const LINES = [
  line("answered and right", true, 0.9),
  line("answered and wrong", false, 0.7),
  line("missed", true, 0.4),
  line("left alone", false, 0.3),
  line("left alone too", false, 0.1),
];

const REPORT: TuneReport = {
  threshold: 0.611,
  crossValidated: { precision: 0.93, recall: 0.86, f1: 0.894, auc: 0.96 },
  intervals: {
    precision: { low: 0.84, high: 1 },
    recall: { low: 0.75, high: 0.95 },
    f1: { low: 0.82, high: 0.95 },
    auc: { low: 0.91, high: 0.99 },
  },
  prior: { precision: 0.81, recall: 0.79, f1: 0.8, auc: 0.9 },
  labels: { positive: 29, negative: 35 },
  warnings: ["3 lines are labelled both ways."],
};

function line(text: string, positive: boolean, probability: number): LabelledLine {
  return { id: text, text, positive, probability, speaks: probability >= 0.5 };
}

function toLabel(id: string, outcome: string): LineToLabel {
  return { id, text: `The line ${id}`, probability: 0.49, outcome, at: Date.now() - 3_600_000 };
}

function gateOf(over: Partial<GateDocument> = {}): GateDocument {
  const lines = over.lines ?? LINES;
  const positive = lines.filter((one) => one.positive).length;
  return {
    kind: "prior",
    version: "v1",
    threshold: 0.5,
    question: 0.5,
    labels: { positive, negative: lines.length - positive, contradictory: 1, skipped: 2 },
    lines,
    to_label: [],
    ...over,
  };
}

async function openGate(
  gate: GateDocument,
  {
    answer,
    ...options
  }: Partial<ConsoleOptions> & { answer?: (request: StubbedRequest) => StubbedAnswer | undefined } = {},
): Promise<{ page: Page; asked: StubbedRequest[] }> {
  const api = await serveApi({}, { consoleFolder: BUILT });
  const page = await browser.open({ ...options, url: api.url });
  const asked = await answerRoutes(page, (request) => {
    const given = answer?.(request);
    if (given !== undefined) return given;
    if (request.path === "/v1/gate") return { document: gate };
    if (request.path === "/v1/gate/tune") return { document: REPORT };
    if (request.path === "/v1/ledger/facets") {
      return {
        document: { groups: [{ channel: "lark", group: "chat-1", count: 9 }], outcomes: {}, reasons: {} },
      };
    }
    return request.path.endsWith("/label") ? 204 : undefined;
  });
  await page.evaluate(() => (location.hash = "#/gate"));
  await page.getByRole("heading", { name: /^(Gate|门控)$/u }).waitFor();
  return { page, asked };
}

/** The value of a figure by its name. */
function figure(page: Page, name: string) {
  return page
    .locator(".figure")
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator("dd")
    .first();
}

test("what holds now is said in figures, and the curve in words and as a table", async () => {
  const { page } = await openGate(gateOf());
  await expect.poll(() => figure(page, "Gate").textContent()).toBe("Shipped");
  expect(await figure(page, "Threshold").textContent()).toBe("0.500");
  expect(await figure(page, "Contradictory").textContent()).toBe("1");
  await page.getByRole("img", { name: "Precision against recall on 5 lines." }).waitFor();
  await page.getByText("Stands on 5 lines: 2 to answer, 3 to leave alone.").waitFor();
  await page.getByText("As a table").click();
  expect(await page.locator(".plot-table tbody tr").allInnerTexts()).toHaveLength(5);
  expect(await page.getByText("The gate learnt from these same lines").count()).toBe(0);
  expect(await seriousFindings(page)).toEqual([]);
});

test("another threshold shows its measures and which lines change sides, and leads back", async () => {
  const { page } = await openGate(gateOf());
  const slider = page.getByRole("slider", { name: "Threshold to try" });
  await slider.waitFor();
  expect(await figure(page, "Recall").textContent()).toBe("50%");
  expect(await figure(page, "Wrongly answered").textContent()).toBe("1");
  await slider.fill("0.2");
  expect(await figure(page, "Precision").textContent()).toBe("50%");
  expect(await figure(page, "Recall").textContent()).toBe("100%");
  expect(await figure(page, "Missed").textContent()).toBe("0");
  await page.getByText("2 labelled lines change sides.").waitFor();
  const answered = page.locator(".trial-changes section").filter({ hasText: "Would now be answered (2)" });
  expect(await answered.locator("li").allInnerTexts()).toEqual([
    expect.stringMatching(/right\s+missed\s+0\.400/u),
    expect.stringMatching(/wrong\s+left alone\s+0\.300/u),
  ]);
  await page.getByRole("spinbutton").fill("0.8");
  await page.keyboard.press("Enter");
  await page.getByText("Would now be silent (1)").waitFor();
  expect(await figure(page, "Wrongly answered").textContent()).toBe("0");
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  expect(await slider.inputValue()).toBe("0.801");
  await page.getByRole("button", { name: "Back to present" }).click();
  await page.getByText("No labelled line changes sides.").waitFor();
  expect(await slider.inputValue()).toBe("0.5");
});

test("a tuned gate says that it learnt from the lines it is shown on", async () => {
  const { page } = await openGate(gateOf({ kind: "tuned", tunedAt: Date.now() }));
  await page.getByText("The gate learnt from these same lines").waitFor();
  expect(await figure(page, "Gate").textContent()).toBe("Tuned");
});

test("without labels it is said how to begin, and nothing is drawn", async () => {
  const { page } = await openGate(gateOf({ lines: [] }), { locale: "zh-CN" });
  await page.getByText("还没有标注").waitFor();
  await page.getByText("xianheng tune --labels").waitFor();
  expect(await page.locator("canvas").count()).toBe(0);
  expect(await page.getByRole("slider").count()).toBe(0);
  expect(await seriousFindings(page)).toEqual([]);
});

test("labels of one kind alone draw nothing either", async () => {
  const { page } = await openGate(gateOf({ lines: LINES.filter(({ positive }) => positive) }));
  await page.getByText("So far no line is labelled “Should stay silent”.").waitFor();
  expect(await page.locator("canvas").count()).toBe(0);
});

test("a label is said of the decision, takes its line out of the list and counts at once", async () => {
  const gate = gateOf({ to_label: [toLabel("a", "answered"), toLabel("b", "declined"), toLabel("c", "declined")] });
  const { page, asked } = await openGate(gate);
  await page.getByRole("button", { name: "Should stay silent: The line a" }).click();
  await page.getByText("Noted: should stay silent.").waitFor();
  expect(await page.getByText("The line a").count()).toBe(0);
  expect(await figure(page, "Should stay silent").textContent()).toBe("4");
  const focused = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  expect(focused).toBe("Should answer: The line b");
  await page.getByRole("button", { name: "Should stay silent: The line b" }).click();
  await page.getByRole("button", { name: "Should answer: The line c" }).click();
  await page.getByText("Nothing is left to label.").waitFor();
  const labels = () =>
    asked.filter(({ path }) => path.endsWith("/label")).map(({ path, method, body }) => [path, method, body]);
  expect(labels()).toEqual([
    ["/v1/ledger/a/label", "PUT", { right: false }],
    ["/v1/ledger/b/label", "PUT", { right: true }],
    ["/v1/ledger/c/label", "PUT", { right: false }],
  ]);
  await page.getByRole("button", { name: "Take back" }).click();
  await page.getByText("The line c").waitFor();
  expect(labels().at(-1)).toEqual(["/v1/ledger/c/label", "DELETE", undefined]);
});

test("a label that is refused puts its line back", async () => {
  const { page } = await openGate(gateOf({ to_label: [toLabel("a", "answered")] }), {
    expectedStatuses: [503],
    answer: ({ path }) =>
      path.endsWith("/label")
        ? { status: 503, document: { title: "Unavailable", status: 503, detail: "The store is closed." } }
        : undefined,
  });
  await page.getByRole("button", { name: "Should answer: The line a" }).click();
  await page.getByText("The store is closed.").waitFor();
  await page.getByText("The line a").waitFor();
  expect(await figure(page, "Should answer").textContent()).toBe("2");
});

test("tuning shows how good the gate became beside the shipped one", async () => {
  const { page, asked } = await openGate(gateOf());
  const share = page.getByLabel("At most this share of wrong answers");
  await share.fill("many");
  expect(await page.getByRole("button", { name: "Tune now" }).isDisabled()).toBe(true);
  await share.fill("1.5");
  await page.getByRole("button", { name: "Tune now" }).click();
  await page.getByText("The gate is tuned. Its threshold is 0.611.").waitFor();
  expect(asked.find(({ path }) => path === "/v1/gate/tune")?.body).toEqual({ max_wrong: 0.015 });
  const row = page.getByRole("row", { name: /^Precision/u }).last();
  expect(await row.innerText()).toMatch(/93%\s+\(84% – 100%\)\s+81%/u);
  await page.getByText("3 lines are labelled both ways.").waitFor();
  await expect.poll(() => asked.filter(({ path }) => path === "/v1/gate").length).toBeGreaterThan(1);
  expect(await seriousFindings(page)).toEqual([]);
});

test("too few labels are the service's reason and no fault", async () => {
  const { page } = await openGate(gateOf(), {
    expectedStatuses: [422],
    answer: ({ path }) =>
      path === "/v1/gate/tune"
        ? { status: 422, document: { title: "Unprocessable", status: 422, detail: "There are 5 lines; it takes 10." } }
        : undefined,
  });
  await page.getByRole("button", { name: "Tune now" }).click();
  await page.getByText("Not tuned yet: There are 5 lines; it takes 10.").waitFor();
});

test("a group has its own gate", async () => {
  const { page, asked } = await openGate(gateOf());
  await page.getByRole("combobox", { name: "Gate of" }).selectOption("chat-1");
  await expect.poll(() => asked.at(-1)?.query.get("group")).toBe("chat-1");
  await page.getByRole("button", { name: "Tune now" }).click();
  await page.getByText("The gate is tuned.").waitFor();
  expect(asked.find(({ path }) => path === "/v1/gate/tune")?.body).toEqual({ group: "chat-1" });
});

test("on a phone in the dark nothing runs off the side and nobody is kept out", async () => {
  const { page } = await openGate(gateOf({ kind: "tuned", tunedAt: 0, to_label: [toLabel("a", "declined")] }), {
    width: 390,
    height: 844,
    locale: "zh-CN",
    colorScheme: "dark",
  });
  await page.getByRole("slider").fill("0.2");
  await page.getByText("有 2 句会变。").waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  const { width } = (await page.locator("canvas").boundingBox()) ?? { width: 0 };
  expect(width).toBeGreaterThan(250);
  await page.getByRole("button", { name: "浅色主题" }).click();
  expect(await page.locator("canvas").count()).toBe(1);
  expect(await seriousFindings(page)).toEqual([]);
});
