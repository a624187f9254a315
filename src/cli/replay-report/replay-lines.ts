import type { ReplayLine, ReplayReport, ReplayResult } from "../../app.ts";
import { clipLine } from "../clip-line.ts";
import type { CommandContext } from "../context.ts";
import { displayWidth, padColumns } from "../display-width.ts";
import { groupWords, type GroupWords } from "../messages/group-words.ts";
import { printable } from "../output.ts";
import { byCount, countSpoken, endingText, percent, shownTime } from "./reason-words.ts";

/** Posts and differences listed for a person; JSON has them all. */
const SHOWN = 20;

/** What a replay came to, for a person at a terminal. */
export function replayLines(
  { locale, text, output }: CommandContext,
  { report, engineMs, other }: ReplayResult,
  lines: readonly ReplayLine[],
): string[] {
  const words = groupWords(locale);
  const { bold, dim } = output.paint;
  const shown = [
    words.messages(report),
    dim(words.span(shownTime(report.from), shownTime(report.to))),
    "",
    ...table([
      [words.answered, String(report.answered)],
      [words.posts, postsText(report, words)],
      [words.postsPerHour, report.postsPerHour.toFixed(2)],
      [words.busiestHour, String(report.busiestHour)],
      [words.share, percent(report.share)],
      [words.largestShare, percent(report.largestShare)],
      [words.overBudget, String(report.overBudget)],
      [words.asked, String(report.asked)],
      [words.modelCalls, String(report.modelCalls)],
      [words.linesPerSecond, engineMs > 0 ? ((report.messages * 1000) / engineMs).toFixed(0) : "–"],
    ]),
    "",
    bold(words.declined),
    ...table(byCount(report.declined).map(([reason, count]) => [endingText(reason, words, text), String(count)])),
    "",
    bold(words.people),
    ...peopleLines(report, words).map((line) => `  ${line}`),
    "",
    bold(words.said),
    ...saidLines(report, words),
  ];
  return other === undefined ? shown : [...shown, "", ...differenceLines(other.differences)];

  function differenceLines(differences: NonNullable<ReplayResult["other"]>["differences"]): string[] {
    if (differences.length === 0) return [bold(words.noDifference)];
    const textOf = new Map(lines.map((line) => [line.id, line.text]));
    const few = differences.slice(0, SHOWN).map(({ id, before, after }) => {
      const change = words.change(endingText(before, words, text), endingText(after, words, text));
      return `  ${change}  ${clipLine(printable(textOf.get(id) ?? id))}`;
    });
    return [
      bold(words.differences(differences.length, countSpoken(differences))),
      ...few,
      ...moreLine(differences.length, words),
    ];
  }
}

/** Figures about people, a sentence each. */
export function peopleLines({ people, posts }: ReplayReport, words: GroupWords): string[] {
  const { questions, replied, medianReplyMs, repliedBefore, cancelled } = people;
  const medianS = medianReplyMs === undefined ? "–" : (medianReplyMs / 1000).toFixed(0);
  return [
    words.peopleText({ questions, replied, medianS, before: repliedBefore, answered: posts.answer }),
    words.cancelled(cancelled),
  ];
}

/** `12 (10 answers, 2 pointers)`. */
export function postsText({ posts }: ReplayReport, words: GroupWords): string {
  const { total, ...kinds } = posts;
  const parts = Object.entries(words.postKinds).flatMap(([kind, word]) => {
    const count = Object.entries(kinds).find(([name]) => name === kind)?.[1] ?? 0;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return parts.length === 0 ? String(total) : `${total} (${parts.join(", ")})`;
}

function saidLines({ said }: ReplayReport, words: GroupWords): string[] {
  if (said.length === 0) return [`  ${words.nothingSaid}`];
  const few = said.slice(0, SHOWN).map(({ at, afterMs, kind, question }) => {
    const after = afterMs === undefined ? "" : `  ${words.after((afterMs / 1000).toFixed(0))}`;
    return `  ${shownTime(at)}${after}  ${words.postKinds[kind]}: ${clipLine(printable(question))}`;
  });
  return [...few, ...moreLine(said.length, words)];
}

function moreLine(count: number, words: GroupWords): string[] {
  return count > SHOWN ? [`  ${words.more(count - SHOWN)}`] : [];
}

function table(rows: [name: string, value: string][]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => displayWidth(name)));
  return rows.map(([name, value]) => `  ${padColumns(name, width)}  ${value}`);
}
