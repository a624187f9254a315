/*
 * What a line costs that is met with silence, against the bare embedding of the same line: the lines of
 * corpus/questions/bad.jsonl over the sample corpus, both calls in turn, in one process; with the shipped prior, and with a gate
 * tuned on corpus/questions. Started by bench/run.ts.
 */
import type { Assistant } from "../src/app.ts";
import { builtAssistant, giveFigures, importBuilt, inTemporaryFolder, MODEL_FOLDER } from "./built-program.ts";
import { median, percentile, type Figure } from "./figure.ts";
import { readGoodQuestions, readQuietLines } from "./sample-questions.ts";

const ROUNDS = process.argv.includes("--quick") ? 3 : 10;
const { signal } = new AbortController();

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const figures = await inTemporaryFolder(async (workDir): Promise<Figure[]> => {
  const assistant = await builtAssistant(workDir);
  await assistant.ingest({}, signal);
  const { loadLocalEmbedding } =
    await importBuilt<typeof import("../src/models/local-embedding.ts")>("models/local-embedding.js");
  const embedding = await loadLocalEmbedding(MODEL_FOLDER);
  const embedBare = (line: string): Promise<unknown> => embedding.embed([line], "query", signal);
  const quiet = (await readQuietLines()).map(({ text }) => text);
  const measured = [await silenceFigure("silent line / bare embedding call, p50", assistant, quiet, embedBare)];
  const good = (await readGoodQuestions()).map(({ question }) => question);
  const labelled = [...good, ...quiet].map((text, index) => ({ text, positive: index < good.length, line: index + 1 }));
  await assistant.tune(labelled, { seed: 1 }, signal);
  await assistant.close();
  // The gate file is read when an assistant starts.
  const tuned = await builtAssistant(workDir);
  const name = `silent line with a gate of ${labelled.length} labels / bare embedding call, p50`;
  measured.push({ ...(await silenceFigure(name, tuned, quiet, embedBare)), atLeast: 2, aim: 1.2 });
  await tuned.close();
  await embedding.close?.();
  return measured;
});
giveFigures(figures);

async function silenceFigure(
  name: string,
  assistant: Assistant,
  texts: string[],
  embedBare: (line: string) => Promise<unknown>,
): Promise<Figure> {
  const lines: string[] = [];
  for (const text of texts) {
    const { outcome, timings } = await assistant.ask(text, {}, signal);
    // A line that ends before it is embedded would only flatter the figure.
    if (outcome.kind === "declined" && timings["retrieve"] !== undefined) lines.push(text);
  }
  const ratios: number[] = [];
  const [asks, bares]: [number[], number[]] = [[], []];
  for (const line of lines) {
    const [ask, bare]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await timed(() => embedBare(line)));
      ask.push(await timed(() => assistant.ask(line, {}, signal)));
    }
    ratios.push(median(ask) / median(bare));
    asks.push(...ask);
    bares.push(...bare);
  }
  return {
    name,
    value: median(ratios),
    unit: "ratio",
    also: `p99 ${percentile(ratios, 0.99).toFixed(2)}; ${median(asks).toFixed(1)} ms / ${median(bares).toFixed(1)} ms`,
    ran: `${lines.length} declined lines, ${ROUNDS} rounds`,
    atLeast: 3,
    aim: 1.5,
  };
}
