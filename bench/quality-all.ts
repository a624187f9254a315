/*
 * All that is known of the quality, one bench after another: the sample questions (quality.ts, without a model and with one),
 * ranking on public sets (retrieval.ts), reading of real files (documents.ts), what a judge for the unsure band would bring
 * (judge.ts), follow-ups (rewrite.ts), the gate on a real group's lines (gate.ts) and questions in another language than the
 * documents (cross-language.ts). They say "not run" where XIANHENG_EVAL_DIR does not name their data. Arguments (such as `-v`)
 * go to each. Exit code 1 when any of them fails.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const BENCHES = [
  ["quality.ts"],
  ["quality.ts", "--model"],
  ["retrieval.ts"],
  ["documents.ts"],
  ["judge.ts"],
  ["rewrite.ts"],
  ["gate.ts"],
  ["cross-language.ts"],
];

/** Runs one bench with this process's streams. @returns its exit code */
async function run([script = "", ...own]: string[]): Promise<number> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", path, ...own, ...process.argv.slice(2)], {
    cwd: fileURLToPath(new URL("../", import.meta.url)),
    env: { ...process.env, ORT_DISABLE_TELEMETRY: "1" },
    stdio: "inherit",
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => resolve(code ?? 1));
  });
}

for (const bench of BENCHES) {
  console.log(`\n## bench/${bench.join(" ")}\n`);
  if ((await run(bench)) !== 0) process.exitCode = 1;
}
