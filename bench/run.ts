/*
 * Times, memory and recall of the built program: `npm run bench [-- --quick] [PART…]`, parts: ingest, ask, silence, large,
 * graph, gateway, group, replay, console, http. The parts run one after another, each in processes of its own, and their figures are printed as one Markdown table;
 * progress goes to stderr. The whole takes about ten minutes, `--quick` about two. See bench/RESULTS.md.
 */
import { spawn } from "node:child_process";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { buildProgram } from "./built-program.ts";
import { figureTable, type Figure } from "./figure.ts";

const PARTS: Record<string, string> = {
  ingest: "ingest-ratio.ts",
  ask: "ask-start.ts",
  silence: "silent-line.ts",
  large: "large-index.ts",
  graph: "graph-recall.ts",
  gateway: "gateway.ts",
  group: "group-intake.ts",
  replay: "replay.ts",
  console: "console.ts",
  http: "http.ts",
};

/**
 * TypeScript is registered in the main thread only: with `--import tsx` the worker threads of the built program would load
 * it, too, and every figure would hold that.
 */
const START =
  'import("tsx/esm/api").then(({ register }) => { register(); return import(require("node:url").pathToFileURL(process.argv[1])); })';

/** Runs one part as a process of its own. @returns what it printed last, its figures */
async function runPart(script: string, args: string[]): Promise<Figure[]> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const root = fileURLToPath(new URL("../", import.meta.url));
  const env = { ...process.env, ORT_DISABLE_TELEMETRY: "1" };
  const child = spawn(process.execPath, ["--eval", START, path, ...args], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  const figures: Figure[] = JSON.parse(stdout.trim().split("\n").at(-1) ?? "[]");
  return figures;
}

const flags = process.argv.slice(2).filter((argument) => argument.startsWith("--"));
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
for (const name of wanted) if (!(name in PARTS)) throw new Error(`No part "${name}": ${Object.keys(PARTS).join(", ")}`);

await buildProgram();
const figures: Figure[] = [];
for (const [name, script] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const load = loadavg()[0] ?? 0;
  console.error(`${name} …`);
  for (const figure of await runPart(script, flags)) figures.push({ ...figure, load });
}
console.log(`Node ${process.version}${flags.includes("--quick") ? ", quick" : ""}\n\n${figureTable(figures)}`);
