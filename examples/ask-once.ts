/**
 * Asks one question from code.
 *
 *     npx tsx examples/ask-once.ts "请问如何退公寓的时候需要注意什么？"
 */
import { join } from "node:path";
import { createAssistant, loadConfig } from "../src/index.ts";
import type { Logger } from "../src/index.ts";

const question = process.argv.slice(2).join(" ") || "请问如何退公寓的时候需要注意什么？";
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

const config = await loadConfig({ cwd: process.cwd() });
const assistant = createAssistant({
  config,
  workDir: join(config.baseFolder, "workdir"),
  logger: silent,
  locale: "en",
});
// Every call takes a signal; this one gives up after two minutes.
const signal = AbortSignal.timeout(120_000);

if (!(await assistant.hasIndex())) await assistant.ingest({}, signal);
const { outcome } = await assistant.ask(question, {}, signal);

switch (outcome.kind) {
  case "answered":
    console.log(outcome.answer);
    for (const { n, source, quote } of outcome.citations) console.log(`[${n}] ${source}: ${quote}`);
    break;
  case "declined":
    console.log(`(silent: ${outcome.reason})`);
    break;
  case "failed":
    console.error(outcome.message);
    process.exitCode = 1;
}
await assistant.close();
