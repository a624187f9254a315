import { describe, expect, test } from "vitest";
import { curveRows, thinnedCurve } from "../../src/cli/gate-report/curve-rows.ts";
import { curveSvg } from "../../src/cli/gate-report/curve-svg.ts";
import { escapeHtml } from "../../src/cli/html-page/escape-html.ts";
import { reportPage } from "../../src/cli/gate-report/report-page.ts";
import { en } from "../../src/cli/messages/en.ts";
import { gateWarningInChinese } from "../../src/cli/messages/gate-warnings-zh.ts";
import { zh } from "../../src/cli/messages/zh.ts";
import { conflictWarnings, MAX_LINES, sampleLines } from "../../src/gate/labelled.ts";
import type { LabelledEvidence } from "../../src/gate/labelled.ts";
import { tuneGate } from "../../src/gate/tune-gate.ts";
import { comparison, evalReport, HOSTILE, labelFile } from "./gate-reports-fixture.ts";

const madeAt = new Date("2026-01-02T03:04:05Z");
const page = { report: evalReport, labels: labelFile, labelPath: "a<b>.tsv", madeAt, text: en, locale: "en" as const };

/** Every tag closed in order, every attribute quoted, no bare `<`, `>` or `&`. */
function expectWellFormed(xml: string): void {
  const open: string[] = [];
  const rest = xml.replaceAll(
    /<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+="[^"<>]*")*)(\/?)>/gu,
    (_all, closing: string, name: string, _attributes, empty: string) => {
      if (closing === "") {
        if (empty === "") open.push(name);
      } else expect(open.pop()).toBe(name);
      return "";
    },
  );
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/u);
}

describe("the curve", () => {
  test("is well-formed SVG with both thresholds marked, and has no figure that is none", () => {
    for (const words of [en.gate, zh.gate]) {
      const svg = curveSvg(evalReport, words);
      expectWellFormed(svg);
      expect(svg).toContain(`<title>${words.presentMark}: 0.800 / 0.700</title>`);
      expect(svg).toContain(`<title>${words.bestMark}: 0.800 / 0.700</title>`);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/u);
    }
  });

  test("can be drawn without a point and with very many", () => {
    expectWellFormed(curveSvg({ ...evalReport, curve: [] }, en.gate));
    const curve = Array.from({ length: 100_000 }, (_, index) => ({
      threshold: 1 - index / 100_000,
      precision: 1 - index / 200_000,
      recall: index / 99_999,
    }));
    const svg = curveSvg({ ...evalReport, curve }, en.gate);
    expect(svg.length).toBeLessThan(40_000);
    expect(thinnedCurve(curve, 600)).toHaveLength(600);
    expect(thinnedCurve(curve, 600).at(-1)).toBe(curve.at(-1));
  });

  test("names the most precise point for each level of recall once", () => {
    const points = [
      { threshold: 0.9, precision: 0.9, recall: 0.55 },
      { threshold: 0.6, precision: 0.8, recall: 0.75 },
      { threshold: 0.3, precision: 0.85, recall: 0.85 },
    ];
    expect(curveRows(points)).toEqual([points[0], points[2]]);
    expect(curveRows([])).toEqual([]);
  });
});

describe("the page", () => {
  test("lets nothing that people wrote be anything but text", () => {
    const html = reportPage(page);
    expect(html).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;");
    expect(html).toContain("a&lt;b&gt;.tsv");
    expect(html).not.toContain("<script");
    expect(html).not.toContain("\u001B");
    expect(escapeHtml(`${HOSTILE}\uD800\0\uFFFF`).isWellFormed()).toBe(true);
    expectWellFormed(html.slice(html.indexOf("<main>"), html.indexOf("</body>")));
  });

  test("needs nothing from elsewhere", () => {
    const html = reportPage(page);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(html.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|src=|url\(|@import/u);
    expect(html).toContain("prefers-color-scheme: dark");
  });

  test("holds figures with intervals, counts, curve, thresholds and comparison in both languages", () => {
    const english = reportPage({ ...page, report: { ...evalReport, against: comparison } });
    for (const said of [
      "0.750",
      "95 %: 0.500 – 0.900",
      "5 of 6",
      "<svg",
      "This gate is better",
      "Made 2026-01-02 03:04",
    ])
      expect(english).toContain(said);
    const chinese = reportPage({ ...page, text: zh, locale: "zh" });
    for (const said of ['<html lang="zh-CN">', "精确率", "判断错误（2 行）", "当前阈值 0.400"])
      expect(chinese).toContain(said);
    expect(chinese.slice(chinese.indexOf("<main>"))).not.toMatch(/>[^<]*[a-z]{4,} [a-z]{3,} [a-z]{3,}/u);
  });

  test("says so when nothing is wrong, and how many lines are left out of a long list", () => {
    expect(reportPage({ ...page, report: { ...evalReport, wrong: [] } })).toContain("<p>None.</p>");
    const wrong = Array.from({ length: 250 }, (_, line) => ({ text: "x", line, positive: true, probability: 0.1 }));
    expect(reportPage({ ...page, report: { ...evalReport, wrong } })).toContain("… and 50 more");
  });

  test("shows the beginning of a very long line", () => {
    const wrong = [{ text: "字".repeat(10_000), line: 1, positive: true, probability: 0.1 }];
    const html = reportPage({ ...page, report: { ...evalReport, wrong } });
    expect(html).toContain(`<bdi>${"字".repeat(300)}…</bdi>`);
  });
});

test("every warning of the gate has its Chinese", () => {
  const evidence = {
    queryVector: Float32Array.of(1),
    nearest: [0.8],
    centroid: 0.8,
    bestLexical: 1,
    knownTerms: 1,
    bestCoverage: 1,
  };
  const rows = (count: number, textOf: (index: number) => string): LabelledEvidence[] =>
    Array.from({ length: count }, (_, index) => ({
      text: textOf(index),
      positive: index % 2 === 0,
      line: index + 1,
      hits: [],
      evidence,
    }));
  const warnings = [
    ...conflictWarnings(rows(60, (index) => `退宿 ${index >> 1}`)),
    ...sampleLines(rows(MAX_LINES + 1, String), 1).warnings,
    ...tuneGate(
      rows(20, (index) => `${index % 2 === 0 ? "押金怎么退" : "收到"} ${index}`),
      {
        seed: 1,
        maxWrong: 0.01,
        fingerprint: { embedding: "e", corpus: "c" },
        now: 0,
      },
    ).warnings,
  ];
  expect(warnings).toHaveLength(23);
  for (const warning of warnings) expect(gateWarningInChinese(warning)).toMatch(/^(?:第|还有|从|应忽略)/u);
  for (const warning of [
    `The gate was tuned on other documents than there are now; run "xianheng tune" again when they changed much.`,
    `The gate of group 产品 was tuned on other documents than there are now, and is adjusted to them; run "xianheng tune" again when they changed much.`,
    "The former gate file could not be used; it is kept as /a b/gate.json.replaced.",
  ]) {
    expect(gateWarningInChinese(warning)).toMatch(/^(?:训练|原来)/u);
  }
  expect(gateWarningInChinese("Something new.")).toBe("Something new.");
});

test("the page shows another gate beside the present one: its figures, its curve, its mark", () => {
  const shown = reportPage({ ...page, report: { ...evalReport, against: comparison, tunedOn: 3 } });
  expect(shown).toContain("<h2>Against the other gate</h2>");
  expect(shown).toContain("<td>precision</td><td>0.800</td><td>0.700</td><td>+0.100</td>");
  expect(shown).toContain("This gate is better, beyond chance.");
  expect(shown).toContain('<span class="other">other gate 0.300</span>');
  expect(shown.match(/<circle /gu)).toHaveLength(3);
  expect(shown).toContain("3 of these 12 lines are among those the gate was tuned on");
  expect(shown).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org\/2000\/svg)|NaN|undefined/u);
});

test("without another gate the page names the present and the best threshold on the curve, and no other", () => {
  const shown = reportPage({ ...page, text: zh, locale: "zh" });
  expect(shown.match(/<circle /gu)).toHaveLength(2);
  expect(shown).toContain(">当前阈值</text>");
  expect(shown).toContain(">最佳 F1</text>");
  expect(shown).not.toContain("另一个门控");
});
