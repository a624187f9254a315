/*
 * Follow-up questions. (1) corpus/questions/follow-ups.tsv through the assistant with its real index and model, without a
 * language model: does the follow-up find its document and the fact, is the rest met with silence; and the same with the
 * line as it is. (2) With XIANHENG_EVAL_DIR: groupchat/rewrite_zh.dev.jsonl, chit-chat with human rewrites. Rules were
 * written on the lines with an even place in that file and are scored on those with an odd one. `-v` prints each line.
 */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { createAssistant } from "../src/app.ts";
import { loadConfig } from "../src/config/load.ts";
import type { HistoryTurn } from "../src/core/message.ts";
import { readFollowUp } from "../src/pipeline/follow-up.ts";
import { resolveFollowUp } from "../src/pipeline/resolve-follow-up.ts";
import { evaluationFolder, jsonLines } from "./evaluation-data.ts";
import { figureTable, type Figure } from "./figure.ts";
import { readFollowUps } from "./sample-follow-ups.ts";
import { readGoodQuestions } from "./sample-questions.ts";

const verbose = process.argv.includes("-v");
const signal = new AbortController().signal;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

interface Share {
  right: number;
  of: number;
}

function figure(name: string, { right, of }: Share, ran: string): Figure {
  return {
    name,
    value: of === 0 ? undefined : right / of,
    unit: "share",
    also: `${right} of ${of}`,
    ran,
    better: "higher",
  };
}

function share<T>(rows: readonly T[], isRight: (row: T) => boolean): Share {
  return { right: rows.filter(isRight).length, of: rows.length };
}

/** Every conversation of the sample, once with its history and once without. */
async function sampleFigures(): Promise<Figure[]> {
  const workDir = await mkdtemp(join(tmpdir(), "xianheng-rewrite-"));
  const config = await loadConfig({ cwd: workDir, env: {} });
  const assistant = createAssistant({ config, workDir, logger: silent, locale: "en" });
  try {
    await assistant.ingest({}, signal);
    const rows = [];
    for (const line of await readFollowUps()) {
      const { question, followUp, document, fact } = line;
      const first = await assistant.ask(question, {}, signal);
      const history: HistoryTurn[] = [{ role: "user", content: question }];
      if (first.outcome.kind === "answered") history.push({ role: "assistant", content: first.outcome.answer });
      const answers = [];
      for (const given of [history, []]) {
        const { outcome, scores } = await assistant.ask(followUp, { history: given }, signal);
        const answered = outcome.kind === "answered" ? outcome : undefined;
        answers.push({
          answered: answered !== undefined,
          found: answered?.citations.some(({ source }) => document !== undefined && source.endsWith(document)) === true,
          fact: fact.some((spelling) => plain(answered?.answer ?? "").includes(plain(spelling))),
          said: answered?.answer ?? (outcome.kind === "declined" ? outcome.reason : ""),
          scores,
        });
      }
      rows.push({ ...line, withHistory: answers[0], alone: answers[1] });
      if (verbose) {
        const right = document === undefined ? !answers[0]?.answered : answers[0]?.found && answers[0].fact;
        const { scores, said = "" } = answers[0] ?? {};
        const resolution = resolveFollowUp(followUp, history);
        console.log(
          `${right ? "✓" : "✗"} ${question} / ${followUp} → ${resolution.kind === "resolved" ? resolution.question : resolution.kind}` +
            (right
              ? ""
              : `\n    q=${scores?.question.toFixed(2)} a=${scores?.answerable.toFixed(2)} ${said.slice(0, 160)}`),
        );
      }
    }
    const asking = rows.filter(({ document }) => document !== undefined);
    const quiet = rows.filter(({ document }) => document === undefined);
    const ran = "corpus/questions/follow-ups.tsv";
    return [
      figure(
        "follow-ups answered from the right document",
        share(asking, (row) => row.withHistory?.found === true),
        ran,
      ),
      figure(
        "… with the fact",
        share(asking, (row) => row.withHistory?.found === true && row.withHistory.fact),
        ran,
      ),
      figure(
        "… the line alone, with the fact",
        share(asking, (row) => row.alone?.found === true && row.alone.fact),
        ran,
      ),
      figure(
        "other lines after a question met with silence",
        share(quiet, (row) => row.withHistory?.answered === false),
        ran,
      ),
    ];
  } finally {
    await assistant.close();
    await rm(workDir, { recursive: true, force: true });
  }
}

function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s*`|–—-]/gu, "");
}

/** Whole questions stay as they are, whatever was asked before. */
async function standaloneFigure(): Promise<Figure> {
  const questions = (await readGoodQuestions()).map(({ question }) => question);
  const rows = questions.map((question, place) => {
    const before = questions[(place + 7) % questions.length] ?? "";
    const resolution = resolveFollowUp(question, [
      { role: "user", content: before },
      { role: "assistant", content: "…" },
    ]);
    if (verbose && resolution.kind !== "unchanged") console.log(`✗ changed: ${before} / ${question}`, resolution);
    return resolution.kind === "unchanged";
  });
  return figure("whole questions left as they are", share(rows, Boolean), "corpus/questions, each after another one");
}

const rewriteLine = z.object({
  history: z.array(z.string()),
  text: z.string(),
  rewritten: z.string(),
  changed: z.boolean(),
  kind: z.string(),
});
type RewriteLine = z.infer<typeof rewriteLine>;

function bigrams(text: string): string[] {
  const characters = Array.from(text.replace(/[\s？?。，,！!]/gu, ""));
  return characters.slice(1).map((character, index) => `${characters[index] ?? ""}${character}`);
}

/** Pairs of characters of `text` beyond those of `line`, with their number. */
function added(text: string, line: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const pair of bigrams(text)) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  for (const pair of bigrams(line)) counts.set(pair, (counts.get(pair) ?? 0) - 1);
  return new Map([...counts].filter(([, count]) => count > 0));
}

interface Overlap {
  shared: number;
  wanted: number;
  given: number;
}

/** How much of what people added the rewrites add. */
function overlap(lines: RewriteLine[], rewrite: (line: RewriteLine) => string): Overlap {
  const sum = { shared: 0, wanted: 0, given: 0 };
  for (const line of lines) {
    const wanted = added(line.rewritten, line.text);
    const given = added(rewrite(line), line.text);
    for (const [pair, count] of wanted) {
      sum.wanted += count;
      sum.shared += Math.min(count, given.get(pair) ?? 0);
    }
    for (const count of given.values()) sum.given += count;
  }
  return sum;
}

function overlapFigures(name: string, { shared, wanted, given }: Overlap, ran: string): Figure[] {
  return [
    figure(`${name}: recall of added pairs`, { right: shared, of: wanted }, ran),
    figure(`${name}: precision of added pairs`, { right: shared, of: given }, ran),
  ];
}

/** The data set's histories have two lines of two people; a line leans on either. */
function historyOf({ history }: RewriteLine): HistoryTurn[] {
  return history.map((content) => ({ role: "user", content }));
}

function rewritten(line: RewriteLine): string {
  const resolution = resolveFollowUp(line.text, historyOf(line));
  return resolution.kind === "resolved" ? resolution.question : line.text;
}

const QUESTION = /[?？吗么呢嘛]$|什么|啥|怎么|谁|哪|几|多少|多[久长大远高]/u;

async function dataFigures(): Promise<Figure[]> {
  const path = join(evaluationFolder() ?? "", "groupchat", "rewrite_zh.dev.jsonl");
  if (evaluationFolder() === undefined || !existsSync(path)) {
    return [
      {
        name: "human rewrites",
        value: undefined,
        unit: "share",
        ran: "not run: XIANHENG_EVAL_DIR names no groupchat/rewrite_zh.dev.jsonl",
      },
    ];
  }
  const all = jsonLines(await readFile(path, "utf8"), rewriteLine);
  const figures: Figure[] = [];
  for (const half of [0, 1]) {
    const lines = all.filter((_, place) => place % 2 === half);
    const changed = lines.filter((line) => line.changed);
    const questions = changed.filter(({ text }) => QUESTION.test(text));
    const resolved = questions.filter((line) => rewritten(line) !== line.text);
    const ran = `${half === 0 ? "even lines (rules were written on them)" : "odd lines (scored)"}: ${lines.length}`;
    const leaning = (line: RewriteLine): boolean => readFollowUp(line.text).kind !== "none";
    figures.push(
      figure(
        "rewrites of people left as they are",
        share(changed, (line) => resolveFollowUp(line.rewritten, historyOf(line)).kind === "unchanged"),
        ran,
      ),
      figure("questions recognised as leaning", share(questions, leaning), ran),
      figure("all lines recognised as leaning", share(changed, leaning), ran),
      ...overlapFigures(
        "rules, questions they rewrite",
        overlap(resolved, rewritten),
        `${ran}, ${resolved.length} questions`,
      ),
      ...overlapFigures("rules, all questions", overlap(questions, rewritten), ran),
      ...overlapFigures(
        "previous line before it, all questions",
        overlap(questions, ({ history, text }) => `${history.at(-1) ?? ""} ${text}`),
        ran,
      ),
      ...overlapFigures(
        "both lines before it, all questions",
        overlap(questions, ({ history, text }) => [...history, text].join(" ")),
        ran,
      ),
    );
    if (verbose && half === 0) {
      for (const line of questions) {
        const result = rewritten(line);
        console.log(
          `${line.history.join(" | ")} / ${line.text} → ${result === line.text ? `(${readFollowUp(line.text).kind})` : result}   [${line.rewritten}]`,
        );
      }
    }
  }
  const unchanged = all.filter((line) => !line.changed);
  figures.push(
    figure(
      "unchanged lines left as they are",
      share(unchanged, (line) => rewritten(line) === line.text),
      "all lines",
    ),
  );
  return figures;
}

const figures = [
  ...(process.argv.includes("--data-only") ? [] : await sampleFigures()),
  await standaloneFigure(),
  ...(await dataFigures()),
];
console.log(figureTable(figures));
