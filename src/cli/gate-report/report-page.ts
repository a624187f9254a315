import type { EvalReport } from "../../app.ts";
import type { Locale } from "../../core/runtime.ts";
import { clipLine } from "../clip-line.ts";
import type { Messages } from "../messages/en.ts";
import type { LabelFile } from "../read-labels.ts";
import { curveRows } from "./curve-rows.ts";
import { curveSvg } from "./curve-svg.ts";
import { escapeHtml } from "../html-page/escape-html.ts";
import { comparisonLines, signed, verdictLines } from "./eval-lines.ts";
import { MEASURES } from "./measure-lines.ts";
import { htmlPage } from "../html-page/html-page.ts";

export interface ReportPage {
  report: EvalReport;
  labels: LabelFile;
  /** Path of the label file, as it is to be shown. */
  labelPath: string;
  /** When the report was made. */
  madeAt: Date;
  text: Messages;
  locale: Locale;
}

type Words = Messages["gate"];

/** Wrong lines listed on the page. */
const SHOWN_LINES = 200;
/** Characters of each. */
const SHOWN_CHARS = 300;

/** A page that a person can read: key figures, precision–recall curve, wrong lines. Needs no network; all text is escaped. */
export function reportPage({ report, labels, labelPath, madeAt, text, locale }: ReportPage): string {
  const words = text.gate;
  const flatters = report.tunedOn > 0 ? [words.flatters(report.tunedOn, labels.lines.length)] : [];
  // What is said of the other gate stands beside its figures.
  const ours = verdictLines({ ...report, against: undefined }, labels, words);
  const says = [...flatters, ...ours].map((line) => `<li>${escapeHtml(line)}</li>`);
  const body = `<dl class="figures">
${figures(report, words)}
</dl>
<ul class="says">
${says.join("\n")}
</ul>
<h2>${escapeHtml(words.curve)}</h2>
<div class="plot">
<figure>
${curveSvg(report, words)}
<figcaption><span>${escapeHtml(words.presentMark)} ${report.threshold.toFixed(3)}</span><span class="best">${escapeHtml(words.bestMark)} ${report.best.threshold.toFixed(3)}</span>${otherCaption(report, words)}</figcaption>
</figure>
${thresholdTable(report, words)}
</div>
${comparison(report, words)}<h2>${escapeHtml(words.countOf(words.wrong, report.wrong.length))}</h2>
${wrongTable(report.wrong, words)}`;
  return htmlPage({
    locale,
    title: words.pageTitle,
    brand: words.product,
    facts: words.measuredOn(labels.positives, labels.negatives),
    file: labelPath,
    madeAt: words.madeAt(madeAt.toISOString().slice(0, 16).replace("T", " ")),
    body,
  });
}

function figures(report: EvalReport, words: Words): string {
  return MEASURES.map((name) => {
    const { low, high } = report.intervals[name];
    const interval = escapeHtml(words.interval(low.toFixed(3), high.toFixed(3)));
    return `<div class="figure"><dt>${escapeHtml(words.measures[name])}</dt><dd>${report[name].toFixed(3)}</dd><dd class="interval">${interval}</dd></div>`;
  }).join("\n");
}

function otherCaption({ against }: EvalReport, words: Words): string {
  if (against === undefined) return "";
  return `<span class="other">${escapeHtml(words.otherMark)} ${against.threshold.toFixed(3)}</span>`;
}

/** Both gates side by side, and whether the difference is more than chance. */
function comparison(report: EvalReport, words: Words): string {
  const { against } = report;
  if (against === undefined) return "";
  const rows = [
    ...MEASURES.map((name) => [words.measures[name], report[name], against[name]] as const),
    [words.thresholdColumn, report.threshold, against.threshold] as const,
  ].map(([name, ours, theirs]) =>
    tableRow([escapeHtml(name), ours.toFixed(3), theirs.toFixed(3), escapeHtml(signed(ours - theirs))]),
  );
  return `<h2>${escapeHtml(words.compared)}</h2>
<div class="scroll"><table class="compare">${tableHead(["", words.thisGate, words.otherMark, words.difference])}<tbody>${rows.join("\n")}</tbody></table></div>
${comparisonLines(against, words)
  .map((line) => `<p>${escapeHtml(line)}</p>`)
  .join("\n")}
`;
}

function thresholdTable({ curve }: EvalReport, words: Words): string {
  const head = [words.thresholdColumn, words.measures.precision, words.measures.recall];
  const rows = curveRows(curve).map(({ threshold, precision, recall }) =>
    [threshold, precision, recall].map((value) => value.toFixed(3)),
  );
  return `<table class="thresholds">${tableHead(head)}<tbody>${rows.map((cells) => tableRow(cells)).join("\n")}</tbody></table>`;
}

function wrongTable(wrong: EvalReport["wrong"], words: Words): string {
  if (wrong.length === 0) return `<p>${escapeHtml(words.none)}</p>`;
  const { line, answerable, label, text } = words.wrongColumns;
  const rows = wrong.slice(0, SHOWN_LINES).map((each) => {
    const tag = each.positive
      ? `<span class="tag missed">${escapeHtml(words.shouldSpeak)}</span>`
      : `<span class="tag">${escapeHtml(words.shouldBeSilent)}</span>`;
    // Letters that turn the direction of writing must not reach beyond their own cell.
    return tableRow([
      String(each.line),
      each.probability.toFixed(2),
      tag,
      `<bdi>${escapeHtml(clipLine(each.text, SHOWN_CHARS))}</bdi>`,
    ]);
  });
  const more = wrong.length - rows.length;
  return (
    `<div class="scroll"><table class="lines">${tableHead([line, answerable, label, text])}<tbody>${rows.join("\n")}</tbody></table></div>` +
    (more > 0 ? `<p class="meta">${escapeHtml(words.moreLines(more))}</p>` : "")
  );
}

function tableHead(names: string[]): string {
  return `<thead><tr>${names.map((name) => `<th>${escapeHtml(name)}</th>`).join("")}</tr></thead>`;
}

/** Cells are HTML. */
function tableRow(cells: string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}
