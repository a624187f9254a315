import type { EvalReport } from "../../app.ts";
import type { Messages } from "../messages/en.ts";
import { thinnedCurve } from "./curve-rows.ts";
import { escapeHtml } from "../html-page/escape-html.ts";

/** Plot area and its margins, in SVG units. */
const WIDTH = 520;
const HEIGHT = 360;
const LEFT = 56;
const TOP = 16;
const RIGHT = 20;
const BOTTOM = 52;
/** More points than this cannot be told apart on the page. */
const MOST_POINTS = 600;
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
/** Lines of equal F1 in the background. */
const LEVELS = [0.5, 0.7, 0.9];

interface Place {
  precision: number;
  recall: number;
}

/**
 * Precision over recall, with the present threshold (dot), the best one (ring), and dashed another gate where there is one.
 * Each mark has its name beside it. Colours come from the page's `--ink`, `--soft`, `--line`, `--accent`, `--mark`, `--best`,
 * `--other`, `--paper`.
 */
export function curveSvg(report: EvalReport, words: Messages["gate"]): string {
  const { best, against } = report;
  const now = { precision: report.precision, recall: report.recall };
  const title = escapeHtml(words.curve);
  return [
    `<svg viewBox="0 0 ${LEFT + WIDTH + RIGHT} ${TOP + HEIGHT + BOTTOM}" role="img" aria-label="${title}" xmlns="http://www.w3.org/2000/svg">`,
    `<title>${title}</title>`,
    ...TICKS.map(tick),
    ...LEVELS.map(equalF1),
    axisNames(words),
    ...(against === undefined ? [] : [otherPath(thinnedCurve(against.curve, MOST_POINTS))]),
    curvePaths(thinnedCurve(report.curve, MOST_POINTS)),
    ...(against === undefined ? [] : [marker(against, `class="other" r="5"`, words.otherMark)]),
    marker(best, `class="best" r="7"`, words.bestMark),
    marker(now, `class="now" r="5.5"`, words.presentMark),
    ...markNames({ best, now, ...(against && { other: against }) }, words),
    "</svg>",
  ].join("\n");
}

function x(recall: number): string {
  return (LEFT + recall * WIDTH).toFixed(1);
}

function y(precision: number): string {
  return (TOP + (1 - precision) * HEIGHT).toFixed(1);
}

function tick(value: number): string {
  return (
    `<path d="M${x(0)} ${y(value)}H${x(1)}M${x(value)} ${y(0)}V${y(1)}" stroke="var(--line)" fill="none"/>` +
    `<text x="${LEFT - 10}" y="${y(value)}" text-anchor="end" dominant-baseline="middle">${value.toFixed(1)}</text>` +
    `<text x="${x(value)}" y="${TOP + HEIGHT + 20}" text-anchor="middle">${value.toFixed(1)}</text>`
  );
}

function axisNames({ measures }: Messages["gate"]): string {
  const middle = y(0.5);
  return (
    `<text class="axis" x="${x(0.5)}" y="${TOP + HEIGHT + 42}" text-anchor="middle">${escapeHtml(measures.recall)}</text>` +
    `<text class="axis" x="14" y="${middle}" text-anchor="middle" transform="rotate(-90 14 ${middle})">${escapeHtml(measures.precision)}</text>`
  );
}

/** All points with the same F1: precision = F1 · recall / (2 · recall − F1). */
function equalF1(f1: number): string {
  const least = f1 / (2 - f1);
  const steps = Array.from({ length: 41 }, (_, step) => least + ((1 - least) * step) / 40);
  const path = pathOf(steps.map((recall) => ({ recall, precision: (f1 * recall) / (2 * recall - f1) })));
  return (
    `<path d="${path}" fill="none" stroke="var(--soft)" stroke-opacity=".45" stroke-dasharray="3 5"/>` +
    `<text class="level" x="${x(1)}" y="${y(least)}" dx="-6" dy="15" text-anchor="end">F1 ${f1}</text>`
  );
}

function curvePaths(points: readonly Place[]): string {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return "";
  const path = pathOf(points);
  return (
    `<path d="${path}L${x(last.recall)} ${y(0)}L${x(first.recall)} ${y(0)}Z" fill="var(--accent)" fill-opacity=".1"/>` +
    `<path d="${path}" fill="none" stroke="var(--accent)" stroke-width="2.5" stroke-linejoin="round"/>`
  );
}

function otherPath(points: readonly Place[]): string {
  return `<path d="${pathOf(points)}" fill="none" stroke="var(--other)" stroke-width="2" stroke-dasharray="7 4" stroke-linejoin="round"/>`;
}

/** Least distance of two names, in SVG units. */
const NAME_HEIGHT = 22;

/** Names in a column below and left of the marks, each with a line to its own: marks lie close, often in the corner. */
function markNames(marks: { best: Place; now: Place; other?: Place }, words: Messages["gate"]): string[] {
  const named = [
    { ...marks.now, name: words.presentShort, look: "now" },
    { ...marks.best, name: words.bestShort, look: "best" },
    ...(marks.other ? [{ ...marks.other, name: words.otherMark, look: "other" }] : []),
  ].toSorted((a, b) => b.precision - a.precision);
  const right = Math.min(...named.map(({ recall }) => recall)) - 0.12;
  const column = Math.max(0.3, right);
  let lowest = TOP;
  return named.map(({ name, look, precision, recall }) => {
    const height = Math.max(lowest + NAME_HEIGHT, Number(y(precision)) + 2 * NAME_HEIGHT);
    lowest = height;
    return (
      `<path class="${look}" d="M${Number(x(column)) + 6} ${height - 4}L${x(recall)} ${y(precision)}" fill="none" stroke-width="1"/>` +
      `<text class="name ${look}" x="${x(column)}" y="${height}" text-anchor="end">${escapeHtml(name)}</text>`
    );
  });
}

function pathOf(points: readonly Place[]): string {
  return points
    .map(({ recall, precision }, index) => `${index === 0 ? "M" : "L"}${x(recall)} ${y(precision)}`)
    .join("");
}

function marker({ recall, precision }: Place, look: string, name: string): string {
  const said = `${name}: ${precision.toFixed(3)} / ${recall.toFixed(3)}`;
  return `<circle cx="${x(recall)}" cy="${y(precision)}" ${look}><title>${escapeHtml(said)}</title></circle>`;
}
