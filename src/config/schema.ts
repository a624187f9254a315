import { z } from "zod";
import { channelSchema } from "./channel-schema.ts";
import { flag, oneOf, prefix, share, text, variableName, webAddress, webOrigins, wholeNumber } from "./fields.ts";
import { llmSchema } from "./llm-schema.ts";
import { attentionFields, corpusFields, gateFields, groupFields } from "./section-fields.ts";

const corpus = z.strictObject({
  paths: corpusFields.paths.min(1).default(["corpus"]),
  include: corpusFields.include.default(["**/*"]),
  exclude: corpusFields.exclude.default([]),
  max_file_mib: corpusFields.max_file_mib.default(100),
  ocr: corpusFields.ocr.default(false),
});

const index = z.strictObject({
  kind: oneOf(["auto", "exact", "hnsw"], "Vector index; auto = exact below about 50,000 passages.").default("auto"),
  chunk_chars: wholeNumber(100, 4000, "characters", "Aim per passage; headings and paragraphs come first.").default(
    480,
  ),
});

const embedding = z.strictObject({
  provider: oneOf(["local", "openai", "aimhub", "transformers"], "Who makes the vectors.").default("local"),
  model: text(
    "Folder of the model (relative to this file), or the model's name for openai; aimhub has Embedding-V1.",
  ).default("models/multilingual-e5-small-zh-en"),
  base_url: webAddress("openai and aimhub: an address that has /embeddings; aimhub has its own.").default(
    "https://api.openai.com/v1",
  ),
  api_key_env: variableName("openai and aimhub: environment variable that holds the key.").optional(),
  dimensions: wholeNumber(
    8,
    16_384,
    "numbers",
    "openai and aimhub: length of its vectors. Default: asked once.",
  ).optional(),
  timeout_s: wholeNumber(1, 3600, "s", "openai and aimhub: longest wait for one batch.").default(60),
  requests_per_minute: wholeNumber(0, 100_000, "requests/min", "openai and aimhub; 0 = no limit.").default(0),
  batch: wholeNumber(1, 2048, "texts", "openai and aimhub: texts of one call. Default: 64, aimhub 16.").optional(),
  max_input_tokens: wholeNumber(
    16,
    1_000_000,
    "tokens",
    "openai and aimhub: longer texts lose their end. Default: no limit, aimhub 384.",
  ).optional(),
  query_prefix: prefix('openai and aimhub: stands before each question, such as "query: ".').default(""),
  passage_prefix: prefix('openai and aimhub: stands before each passage, such as "passage: ".').default(""),
  threads: wholeNumber(
    1,
    64,
    "threads",
    "local: threads of serve, each with some 115 MB. Default: one a core, at most 4.",
  ).optional(),
});

const rerank = z.strictObject({
  provider: oneOf(
    ["off", "jina", "siliconflow", "cohere", "vllm"],
    "Who puts the passages found in a better order, after the gate; vllm = any server that has /rerank.",
  ).default("off"),
  base_url: webAddress("An address that has /rerank. Default: the provider's own.").optional(),
  model: text("Name of the model. Default: the provider's multilingual one; vllm has none.").optional(),
  api_key_env: variableName("Environment variable that holds the key.").optional(),
  candidates: wholeNumber(1, 100, "passages", "Passages that are put in order.").default(24),
  top_n: wholeNumber(1, 100, "passages", "Passages that are kept for the answer.").default(12),
  timeout_s: wholeNumber(1, 3600, "s", "Longest wait; then the order of the search holds.").default(5),
  requests_per_minute: wholeNumber(
    0,
    100_000,
    "requests/min",
    "Calls a minute that we allow ourselves; 0 = no limit.",
  ).default(0),
});

const gate = z.strictObject({
  max_wrong: gateFields.max_wrong.default(0.01),
  question: gateFields.question.default(0.5),
  judge: gateFields.judge.default("unsure"),
  judge_per_hour: gateFields.judge_per_hour.default(60),
});

const answer = z.strictObject({
  language: oneOf(["auto", "zh", "en"], "Language of answers; auto = that of the question.").default("auto"),
  max_context_chars: wholeNumber(500, 1_000_000, "characters", "Material handed to the model.").default(6000),
  cite: flag("Shows citations.").default(true),
  footnotes: flag("Lists the sources below answers to OpenAI's clients.").default(false),
});

const group = z.strictObject({
  debounce_s: groupFields.debounce_s.default(12),
  max_burst_age_s: groupFields.max_burst_age_s.default(7200),
  unasked: groupFields.unasked.default(true),
  human_first_s: groupFields.human_first_s.default(20),
  admins: groupFields.admins.default([]),
  max_age_s: groupFields.max_age_s.default(900),
  mentioned_max_age_s: groupFields.mentioned_max_age_s.default(7200),
});

const attention = z.strictObject({
  min_gap_s: attentionFields.min_gap_s.default(30),
  per_hour: attentionFields.per_hour.default(12),
  per_day: attentionFields.per_day.default(60),
  max_share: attentionFields.max_share.default(0.2),
  quiet_hours: attentionFields.quiet_hours.default([]),
  timezone: attentionFields.timezone.default("Asia/Shanghai"),
});

const server = z.strictObject({
  host: text("Address to listen on.").default("127.0.0.1"),
  port: wholeNumber(0, 65_535, "port", "Port to listen on; 0 = any free one.").default(8280),
  public_url: webAddress("Where chat platforms reach us.").optional(),
  api_keys_env: variableName(
    "Environment variable that holds the API keys, comma separated, each as key or name:key; required when host is not loopback.",
  ).default("XIANHENG_API_KEYS"),
  admin_key_env: variableName(
    "Environment variable that holds the admin key; admin routes stay closed without it.",
  ).default("XIANHENG_ADMIN_KEY"),
  max_body_kib: wholeNumber(1, 1_048_576, "KiB", "Larger request bodies are refused.").default(1024),
  max_upload_mib: wholeNumber(1, 4096, "MiB", "Larger uploads are refused.").default(25),
  requests_per_minute: wholeNumber(
    0,
    1_000_000,
    "requests/min",
    "Per key, or per address without keys; 0 = off.",
  ).default(600),
  max_waiting: wholeNumber(
    1,
    100_000,
    "questions",
    "Questions over HTTP that wait for their turn; more are answered 503 with Retry-After.",
  ).default(256),
  rate_limit_redis_url_env: variableName(
    "Environment variable that holds redis://…, where several processes count together (needs the package ioredis).",
  ).optional(),
  huixiangdou_pipeline: oneOf(
    ["parallel", "serial"],
    "Whose answers the HuixiangDou routes give: its parallel pipeline's, or its serial one's.",
  ).default("parallel"),
  cors_origins: webOrigins("Other sites whose pages may use the API from a browser.").default([]),
  log_level: oneOf(
    ["debug", "info", "warn", "error"],
    "The least important lines of the log of serve; --quiet and --verbose win.",
  ).default("info"),
});

const telemetry = z.strictObject({
  otlp_endpoint: webAddress(
    "OpenTelemetry collector that takes OTLP over HTTP; traces go to /v1/traces below it.",
  ).optional(),
  service_name: text("Name of this service in traces.").default("xianheng"),
  headers_env: variableName(
    "Environment variable that holds headers for the collector, as name=value,name=value.",
  ).optional(),
  sample: share("Share of traces that are kept; a caller's traceparent decides for its own.").default(1),
});

const store = z.strictObject({
  url: z
    .string()
    .refine((value) => /^(file:.|postgres(ql)?:\/\/.)/.test(value), { params: { rule: "store-url" } })
    .meta({ description: "file:NAME in the work dir, or postgres://…" })
    .default("file:state.db"),
  retention_days: wholeNumber(
    1,
    36_500,
    "days",
    "Texts of messages and posts are deleted after this; scores and outcomes stay.",
  ).default(30),
});

/** `config.ini`, whole. The only place where defaults live; keys are spelt as in the file. */
export const configSchema = z.strictObject({
  corpus: corpus.prefault({}),
  index: index.prefault({}),
  embedding: embedding.prefault({}),
  rerank: rerank.prefault({}),
  gate: gate.prefault({}),
  llm: z.array(llmSchema).default([]),
  answer: answer.prefault({}),
  group: group.prefault({}),
  attention: attention.prefault({}),
  channel: z.array(channelSchema).default([]),
  server: server.prefault({}),
  store: store.prefault({}),
  telemetry: telemetry.prefault({}),
});

export type Config = z.output<typeof configSchema>;
