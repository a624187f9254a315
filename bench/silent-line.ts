/*
 * What a line costs that is met with silence, against the bare embedding of the same line: the lines of
 * corpus/questions/bad.jsonl over the sample corpus, both calls in turn, in one process. Started by bench/run.ts.
 */
import { builtAssistant, giveFigures, importBuilt, inTemporaryFolder, MODEL_FOLDER } from "./built-program.ts";
import { median, percentile, type Figure } from "./figure.ts";
import { readQuietLines } from "./sample-questions.ts";

const ROUNDS = process.argv.includes("--quick") ? 3 : 10;
const { signal } = new AbortController();

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const figure = await inTemporaryFolder(async (workDir): Promise<Figure> => {
  const assistant = await builtAssistant(workDir);
  await assistant.ingest({}, signal);
  const { loadLocalEmbedding } =
    await importBuilt<typeof import("../src/models/local-embedding.ts")>("models/local-embedding.js");
  const embedding = await loadLocalEmbedding(MODEL_FOLDER);
  const lines: string[] = [];
  for (const { text } of await readQuietLines()) {
    const { outcome, timings } = await assistant.ask(text, {}, signal);
    // A line that ends before it is embedded would only flatter the figure.
    if (outcome.kind === "declined" && timings["retrieve"] !== undefined) lines.push(text);
  }
  const ratios: number[] = [];
  const [asks, bares]: [number[], number[]] = [[], []];
  for (const line of lines) {
    const [ask, bare]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await timed(() => embedding.embed([line], "query", signal)));
      ask.push(await timed(() => assistant.ask(line, {}, signal)));
    }
    ratios.push(median(ask) / median(bare));
    asks.push(...ask);
    bares.push(...bare);
  }
  await assistant.close();
  await embedding.close?.();
  return {
    name: "silent line / bare embedding call, p50",
    value: median(ratios),
    unit: "ratio",
    also: `p99 ${percentile(ratios, 0.99).toFixed(2)}; ${median(asks).toFixed(1)} ms / ${median(bares).toFixed(1)} ms`,
    ran: `${lines.length} declined lines, ${ROUNDS} rounds`,
    atLeast: 3,
    aim: 1.5,
  };
});
giveFigures([figure]);
