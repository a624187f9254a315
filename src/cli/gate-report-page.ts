import type { EvalReport } from "../app.ts";
import type { Locale } from "../core/runtime.ts";
import type { Messages } from "./messages/en.ts";

/** Plot area of the curve, in SVG units. */
const SIZE = 360;
const MARGIN = 44;
/** Wrong lines listed on the page. */
const SHOWN_LINES = 200;

/** A page that a person can read: key figures, precision–recall curve, wrong lines. Needs no network; all text is escaped. */
export function evalReportPage(report: EvalReport, text: Messages, locale: Locale): string {
  const words = text.gate;
  const figures = (["precision", "recall", "f1", "auc"] as const).map((name) => {
    const { low, high } = report.intervals[name];
    return `<div class="figure"><dt>${escape(words.measures[name].trim())}</dt><dd>${report[name].toFixed(3)}</dd><small>${low.toFixed(3)} – ${high.toFixed(3)}</small></div>`;
  });
  const rows = report.wrong
    .slice(0, SHOWN_LINES)
    .map(
      ({ line, text: said, positive, probability }) =>
        `<tr><td>${line}</td><td>${probability.toFixed(2)}</td><td>${escape(positive ? words.shouldSpeak : words.shouldBeSilent)}</td><td>${escape(said)}</td></tr>`,
    );
  return `<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(words.evaluated)}</title>
<style>
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5f6b7a; --line: #d8dee6; --paper: #fff; --panel: #f5f7fa; --accent: #0b6e99; --mark: #c2410c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa6b5; --line: #303a47; --paper: #12171e; --panel: #1a212b; --accent: #5cb8de; --mark: #fb923c; } }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, "PingFang SC", "Noto Sans SC", sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 1.25rem; } h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 0; }
.figure { background: var(--panel); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; }
dt, small { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-size: 1.7rem; font-variant-numeric: tabular-nums; }
svg { width: 100%; max-width: 30rem; height: auto; } svg text { fill: var(--soft); font-size: 12px; }
table { width: 100%; border-collapse: collapse; } th, td { text-align: left; padding: .45rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; } td:nth-child(-n+2) { font-variant-numeric: tabular-nums; white-space: nowrap; }
</style>
</head>
<body>
<h1>${escape(words.evaluated)}</h1>
<dl>${figures.join("")}</dl>
<p>${escape(words.threshold(report.threshold.toFixed(3)))} ${escape(words.best(report.best.threshold.toFixed(3), report.best.f1.toFixed(3)))}</p>
<h2>${escape(words.curve)}</h2>
${curveSvg(report, words)}
<h2>${escape(words.wrong)}</h2>
${rows.length === 0 ? `<p>${escape(words.nothingWrong)}</p>` : `<table><thead><tr>${words.columns.map((name) => `<th>${escape(name)}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`}
</body>
</html>
`;
}

/** Precision over recall, with the present threshold (dot) and the best one (ring). */
export function curveSvg({ curve, precision, recall, best }: EvalReport, words: Messages["gate"]): string {
  const x = (value: number): string => (MARGIN + value * SIZE).toFixed(1);
  const y = (value: number): string => (SIZE + 12 - value * SIZE).toFixed(1);
  const path = curve
    .map((point, index) => `${index === 0 ? "M" : "L"}${x(point.recall)} ${y(point.precision)}`)
    .join("");
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (value) =>
      `<path d="M${x(0)} ${y(value)}H${x(1)}M${x(value)} ${y(0)}V${y(1)}" stroke="var(--line)" fill="none"/>` +
      `<text x="${MARGIN - 8}" y="${y(value)}" text-anchor="end" dominant-baseline="middle">${value}</text>` +
      `<text x="${x(value)}" y="${SIZE + 30}" text-anchor="middle">${value}</text>`,
  );
  return (
    `<svg viewBox="0 0 ${SIZE + MARGIN + 16} ${SIZE + 56}" role="img" aria-label="${escape(words.curve)}" xmlns="http://www.w3.org/2000/svg">` +
    ticks.join("") +
    `<text x="${x(0.5)}" y="${SIZE + 50}" text-anchor="middle">${escape(words.measures.recall.trim())}</text>` +
    `<text x="12" y="${y(0.5)}" text-anchor="middle" transform="rotate(-90 12 ${y(0.5)})">${escape(words.measures.precision.trim())}</text>` +
    `<path d="${path}" fill="none" stroke="var(--accent)" stroke-width="2.5" stroke-linejoin="round"/>` +
    `<circle cx="${x(best.recall)}" cy="${y(best.precision)}" r="7" fill="none" stroke="var(--mark)" stroke-width="2"/>` +
    `<circle cx="${x(recall)}" cy="${y(precision)}" r="5" fill="var(--mark)"/>` +
    "</svg>"
  );
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escape(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => ENTITIES[character] ?? character);
}
