/*
 * Quality of the whole: `npm run quality`. Indexes the sample corpus with the shipped model into a temporary folder, puts
 * every line of corpus/questions through the assistant without a language model, and prints how many answerable questions
 * got all their facts and how many other lines were met with silence, by half (thresholds are chosen on "dev" only).
 * `-v` prints each miss, `--model` puts a scripted model behind a stand-in gateway into the loop.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAssistant, type AskResult } from "../src/app.ts";
import { loadConfig } from "../src/config/load.ts";
import { readGoodQuestions, readQuietLines } from "./sample-questions.ts";

/**
 * Stands in for a gateway: says the first two passages of the material line by line with their numbers, and one sentence
 * that no passage holds, as models do. `--model` puts it in the loop.
 */
async function scriptedFetch(_input: string, init?: RequestInit): Promise<Response> {
  modelCalls++;
  const { messages }: { messages: { content: string }[] } = JSON.parse(
    typeof init?.body === "string" ? init.body : "{}",
  );
  const material = (messages.at(-1)?.content ?? "").split(/<<<[0-9a-f]+>>>/u)[1] ?? "";
  const passages = material.split(/^\[(\d+)\] .*$/mu).slice(1);
  const lines = [0, 1].flatMap((place) => {
    const n = passages[2 * place];
    const text = passages[2 * place + 1] ?? "";
    return n === undefined
      ? []
      : text
          .split("\n")
          .filter((line) => line.trim() !== "")
          .map((line) => `${line} [${n}]`);
  });
  const content = [...lines, "另外，违者罚款 98765 元。[1]"].join("\n");
  return Response.json({ choices: [{ message: { role: "assistant", content }, finish_reason: "stop" }] });
}

let modelCalls = 0;
const withModel = process.argv.includes("--model");
const verbose = process.argv.includes("-v");
const signal = new AbortController().signal;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

function plain(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s*`|–—-]/gu, "");
}

function missingFacts(answer: string, facts: string[][]): string[] {
  const said = plain(answer);
  return facts
    .filter((spellings) => !spellings.some((spelling) => said.includes(plain(spelling))))
    .map((each) => each[0] ?? "");
}

function tally(rows: { split: string; right: boolean }[]): string {
  const part = (split?: string): string => {
    const chosen = rows.filter((row) => split === undefined || row.split === split);
    return `${chosen.filter((row) => row.right).length}/${chosen.length}`;
  };
  return `dev ${part("dev")}, test ${part("test")}, all ${part()}`;
}

const workDir = await mkdtemp(join(tmpdir(), "xianheng-quality-"));
if (withModel) {
  // The stand-in knows no JSON: it only answers.
  const llm =
    '[gate]\njudge = "never"\n[[llm]]\nprovider = "vllm"\nmodel = "scripted"\nstream = false\nrequests_per_minute = 0\n';
  await writeFile(join(workDir, "config.ini"), llm);
}
const config = await loadConfig({ cwd: workDir, env: {} });
const assistant = createAssistant({
  config,
  workDir,
  logger: silent,
  locale: "en",
  ...(withModel ? { fetch: scriptedFetch } : {}),
});
try {
  const report = await assistant.ingest({}, signal);
  console.log(
    `indexed ${report.documents.added} documents, ${report.chunks} passages in ${report.seconds.toFixed(1)} s`,
  );
  const ask = (text: string): Promise<AskResult> => assistant.ask(text, {}, signal);

  const good: { split: string; right: boolean; answered: boolean; chars: number }[] = [];
  for (const { id, question, facts, split, document } of await readGoodQuestions()) {
    const { outcome, scores } = await ask(question);
    const answered = outcome.kind === "answered";
    const missing = answered ? missingFacts(outcome.answer, facts) : facts.map((each) => each[0] ?? "");
    const cited = answered && outcome.citations.some((citation) => citation.source.endsWith(document));
    good.push({
      split,
      right: answered && missing.length === 0 && cited,
      answered,
      chars: answered ? outcome.answer.length : 0,
    });
    if (verbose && (missing.length > 0 || !cited)) {
      const why =
        outcome.kind === "declined"
          ? outcome.reason
          : outcome.kind === "failed"
            ? outcome.message
            : `missing ${missing.join(", ")}${cited ? "" : " (other document)"}`;
      console.log(
        `  ✗ ${id} [${split}] ${question}\n    ${why}  q=${scores?.question.toFixed(2)} a=${scores?.answerable.toFixed(2)}`,
      );
      if (answered) console.log(`    ${outcome.answer.replaceAll("\n", "\n    ")}`);
    }
  }
  const bad: { split: string; right: boolean; kind: string; reasoned: boolean }[] = [];
  for (const { id, text, kind, split, reason } of await readQuietLines()) {
    const { outcome, scores } = await ask(text);
    const right = outcome.kind === "declined";
    bad.push({ split, right, kind, reasoned: outcome.kind === "declined" && reason.includes(outcome.reason) });
    if (verbose && !right) {
      console.log(
        `  ✗ ${id} [${split}] ${kind}: ${text}  q=${scores?.question.toFixed(2)} a=${scores?.answerable.toFixed(2)}`,
      );
      if (outcome.kind === "answered") console.log(`    ${outcome.answer.replaceAll("\n", "\n    ")}`);
    }
  }
  const chars = good
    .filter((row) => row.answered)
    .map((row) => row.chars)
    .toSorted((a, b) => a - b);
  console.log(`answerable questions answered with all facts and the right document: ${tally(good)}`);
  console.log(`answerable questions answered at all: ${tally(good.map((row) => ({ ...row, right: row.answered })))}`);
  console.log(
    `answer length, characters: median ${chars[Math.floor(chars.length / 2)] ?? 0}, longest ${chars.at(-1) ?? 0}`,
  );
  console.log(`other lines met with silence: ${tally(bad)}`);
  for (const kind of new Set(bad.map((row) => row.kind)))
    console.log(`  ${kind}: ${tally(bad.filter((row) => row.kind === kind))}`);
  if (withModel) console.log(`calls of the model: ${modelCalls} for ${good.length + bad.length} lines`);
  console.log(`declined with an expected reason: ${tally(bad.map((row) => ({ ...row, right: row.reasoned })))}`);
} finally {
  await assistant.close();
  await rm(workDir, { recursive: true, force: true });
}
