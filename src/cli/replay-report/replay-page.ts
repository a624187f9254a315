import type { ReplayLine, ReplayReport, ReplayResult } from "../../app.ts";
import type { Locale } from "../../core/runtime.ts";
import { clipLine } from "../clip-line.ts";
import { escapeHtml } from "../html-page/escape-html.ts";
import { htmlPage } from "../html-page/html-page.ts";
import type { Messages } from "../messages/en.ts";
import { groupWords, type GroupWords } from "../messages/group-words.ts";
import { byCount, countSpoken, endingText, percent, shownTime } from "./reason-words.ts";
import { peopleLines, postsText } from "./replay-lines.ts";

export interface ReplayPage {
  result: ReplayResult;
  lines: readonly ReplayLine[];
  /** As it is to be shown. */
  file: string;
  madeAt: Date;
  locale: Locale;
  text: Messages;
}

/** Rows of each table. */
const SHOWN_ROWS = 1000;
const SHOWN_CHARS = 300;
const CHART = { width: 720, height: 160, left: 36, bottom: 24, hours: 24 };

/** A page that a person can read: figures, reasons, posts by hour, what was said, what another policy changes. All text is escaped. */
export function replayPage({ result, lines, file, madeAt, locale, text }: ReplayPage): string {
  const words = groupWords(locale);
  const { report, other } = result;
  const reasons = byCount(report.declined).map(([reason, count]) => [
    escapeHtml(endingText(reason, words, text)),
    String(count),
  ]);
  const body = `<dl class="figures">
${figures(report, words)}
</dl>
<ul class="says">
${peopleLines(report, words)
  .map((line) => `<li>${escapeHtml(line)}</li>`)
  .join("\n")}
</ul>
<h2>${escapeHtml(words.byHour)}</h2>
<figure>
${hourChart(report, words)}
</figure>
<h2>${escapeHtml(words.declined)}</h2>
${tableOf([], reasons)}
<h2>${escapeHtml(words.said)}</h2>
${saidTable(report, words)}
${other === undefined ? "" : differenceSection(other.differences, { lines, words, text })}`;
  return htmlPage({
    locale,
    title: words.pageTitle,
    brand: text.gate.product,
    facts: `${words.messages(report)}, ${words.span(shownTime(report.from), shownTime(report.to))}`,
    file: file,
    madeAt: words.madeAt(shownTime(madeAt.getTime())),
    body,
  });
}

function figures(report: ReplayReport, words: GroupWords): string {
  const shown: [name: string, value: string, beside: string][] = [
    [words.answered, String(report.answered), ""],
    [words.posts, String(report.posts.total), postsText(report, words)],
    [words.postsPerHour, report.postsPerHour.toFixed(2), `${words.busiestHour}: ${report.busiestHour}`],
    [words.share, percent(report.share), `${words.largestShare}: ${percent(report.largestShare)}`],
    [words.overBudget, String(report.overBudget), ""],
    [words.modelCalls, String(report.modelCalls), ""],
  ];
  return shown
    .map(
      ([name, value, beside]) =>
        `<div class="figure"><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd><dd class="interval">${escapeHtml(beside)}</dd></div>`,
    )
    .join("\n");
}

/** A bar an hour. */
function hourChart({ byHour }: ReplayReport, words: GroupWords): string {
  const { width, height, left, bottom, hours } = CHART;
  const most = Math.max(1, ...byHour);
  const step = (width - left) / hours;
  const bars = byHour.map((count, hour) => {
    const tall = (count / most) * (height - bottom - 16);
    const x = left + hour * step + 2;
    const label = hour % 3 === 0 ? `<text x="${x.toFixed(1)}" y="${height - 6}">${hour}</text>` : "";
    return `<rect x="${x.toFixed(1)}" y="${(height - bottom - tall).toFixed(1)}" width="${(step - 4).toFixed(1)}" height="${tall.toFixed(1)}" fill="var(--accent)"><title>${hour}:00 UTC: ${count}</title></rect>${label}`;
  });
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(words.byHour)}"><text x="0" y="14">${most}</text>${bars.join("")}</svg>`;
}

function saidTable({ said }: ReplayReport, words: GroupWords): string {
  if (said.length === 0) return `<p>${escapeHtml(words.nothingSaid)}</p>`;
  const { time, group, kind, asked } = words.columns;
  const rows = said
    .slice(0, SHOWN_ROWS)
    .map((post) => [
      escapeHtml(shownTime(post.at)),
      `<bdi>${escapeHtml(clipLine(post.group, 24))}</bdi>`,
      `<span class="tag${post.mentioned ? " missed" : ""}">${escapeHtml(words.postKinds[post.kind])}</span> ${escapeHtml(post.mentioned ? words.mentioned : words.unasked)}`,
      post.afterMs === undefined ? "" : escapeHtml(words.after((post.afterMs / 1000).toFixed(0))),
      `<bdi>${escapeHtml(clipLine(post.question, SHOWN_CHARS))}</bdi>${answerText(post.markdown)}`,
    ]);
  return tableOf([time, group, kind, "", asked], rows) + moreRows(said.length, words);
}

function answerText(markdown: string | undefined): string {
  return markdown === undefined ? "" : `<br><bdi class="meta">${escapeHtml(clipLine(markdown, SHOWN_CHARS))}</bdi>`;
}

function differenceSection(
  differences: NonNullable<ReplayResult["other"]>["differences"],
  { lines, words, text }: { lines: readonly ReplayLine[]; words: GroupWords; text: Messages },
): string {
  if (differences.length === 0) return `<h2>${escapeHtml(words.noDifference)}</h2>`;
  const lineOf = new Map(lines.map((line) => [line.id, line]));
  const rows = differences.slice(0, SHOWN_ROWS).map(({ id, before, after }) => {
    const line = lineOf.get(id);
    return [
      escapeHtml(line === undefined ? "" : shownTime(line.at)),
      escapeHtml(endingText(before, words, text)),
      escapeHtml(endingText(after, words, text)),
      `<bdi>${escapeHtml(clipLine(line?.text ?? id, SHOWN_CHARS))}</bdi>`,
    ];
  });
  const { time, before, after, asked } = words.columns;
  return `<h2>${escapeHtml(words.differences(differences.length, countSpoken(differences)))}</h2>
${tableOf([time, before, after, asked], rows)}${moreRows(differences.length, words)}`;
}

function moreRows(count: number, words: GroupWords): string {
  return count > SHOWN_ROWS ? `<p class="meta">${escapeHtml(words.more(count - SHOWN_ROWS))}</p>` : "";
}

/** Cells are HTML, headings are text. */
function tableOf(head: string[], rows: string[][]): string {
  const headings = head.map((name) => `<th>${escapeHtml(name)}</th>`).join("");
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("\n");
  return `<div class="scroll"><table class="lines">${head.length === 0 ? "" : `<thead><tr>${headings}</tr></thead>`}<tbody>${body}</tbody></table></div>`;
}
