/**
 * A gateway that Xianheng has no name for, used from code. Where it speaks OpenAI's dialect, a row of data is enough; to make
 * it part of the program, put the row into `src/models/vendors.ts` and its name into `src/config/llm-schema.ts`.
 *
 *     ACME_API_KEY=… npx tsx examples/add-a-vendor.ts "请问如何退公寓的时候需要注意什么？"
 *
 * A model of LangChain is brought along in the same way:
 *
 *     models: [fromLangChain(new ChatAnthropic({ model: "claude-…", maxRetries: 0 }), "anthropic/claude-…")]
 */
import { join } from "node:path";
import { createAssistant, fromVendor, loadConfig } from "../src/index.ts";
import type { Logger, Vendor } from "../src/index.ts";

/** From the vendor's document: where it ends, what its models hold, and what it refuses. */
const acme: Vendor = {
  baseUrl: process.env["ACME_BASE_URL"] ?? "https://api.acme.example/v1",
  // `auto` takes the smallest model that holds the prompt.
  defaultModel: "auto",
  autoModels: [
    { model: "acme-8k", contextTokens: 8192 },
    { model: "acme-128k", contextTokens: 131_072 },
  ],
  contextTokens: 131_072,
  hasStreamUsage: true,
  minTemperature: 0.01,
};

const question = process.argv.slice(2).join(" ") || "请问如何退公寓的时候需要注意什么？";
const apiKey = process.env["ACME_API_KEY"];
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

const config = await loadConfig({ cwd: process.cwd() });
const assistant = createAssistant({
  config,
  workDir: join(config.baseFolder, "workdir"),
  logger: silent,
  locale: "en",
  // Limits, tries after a fault, trimming to the window and redaction of the key come with it.
  models: [fromVendor(acme, { name: "acme", requestsPerMinute: 60, ...(apiKey === undefined ? {} : { apiKey }) })],
});
const signal = AbortSignal.timeout(120_000);

if (!(await assistant.hasIndex())) await assistant.ingest({}, signal);
const { outcome, notes } = await assistant.ask(question, {}, signal);

if (outcome.kind === "answered") {
  console.log(`${outcome.model}: ${outcome.answer}`);
} else {
  console.log(outcome.kind === "declined" ? `(silent: ${outcome.reason})` : outcome.message);
}
// Where the gateway failed, the answer is made of the documents' own sentences, and a note says why.
for (const note of notes) console.error(note);
await assistant.close();
