/*
 * `xianheng ask` as a person meets it: a new process each time, over an index of the sample corpus that is there already.
 * Started by bench/run.ts.
 */
import { builtAssistant, giveFigures, inTemporaryFolder, runProgram, type ProgramRun } from "./built-program.ts";
import { median, type Figure } from "./figure.ts";

const RUNS = process.argv.includes("--quick") ? 3 : 5;
const QUESTION = "请问如何退公寓的时候需要注意什么？";

const figures = await inTemporaryFolder(async (workDir): Promise<Figure[]> => {
  const assistant = await builtAssistant(workDir);
  const { chunks } = await assistant.ingest({}, new AbortController().signal);
  await assistant.close();
  const runs: ProgramRun[] = [];
  const args = ["ask", "--json", "--work-dir", workDir, QUESTION];
  // The first run reads files from the disk that later ones find in memory.
  await runProgram(args);
  for (let run = 0; run < RUNS; run++) runs.push(await runProgram(args));
  const { outcome, timings }: { outcome: string; timings: Record<string, number> } = JSON.parse(
    runs.at(-1)?.stdout ?? "",
  );
  if (outcome !== "answered") throw new Error(`The question was ${outcome}.`);
  const steps = Object.entries(timings).map(([step, ms]) => `${step} ${ms.toFixed(0)}`);
  console.error(`inside the last process, ms: ${steps.join(", ")}`);
  const ran = `${RUNS} processes after one to warm up, ${chunks} chunks, extractive answer`;
  const walls = runs.map(({ wallMs }) => wallMs);
  return [
    {
      name: "warm `ask`, process start to exit",
      value: median(walls) / 1000,
      unit: "s",
      also: `${(Math.min(...walls) / 1000).toFixed(2)} to ${(Math.max(...walls) / 1000).toFixed(2)}`,
      ran,
      atLeast: 1.5,
      aim: 0.8,
    },
    {
      name: "warm `ask`, process start to first output",
      value: median(runs.map(({ firstOutputMs }) => firstOutputMs)) / 1000,
      unit: "s",
      ran,
    },
  ];
});
giveFigures(figures);
