import type { Locale } from "../core/runtime.ts";

export type CheckName =
  | "node"
  | "config"
  | "workDir"
  | "corpus"
  | "embedding"
  | "index"
  | "gate"
  | "graph"
  | "ocr"
  | "models"
  | "channels"
  | "usage";

/** One model's calls and tokens of today. */
export interface UsageToday {
  model: string;
  calls: number;
  promptTokens: number;
  completionTokens: number;
  /** In the currency of the configured prices. */
  cost?: number;
}

/** What `doctor` says, in one language. */
export interface HealthTexts {
  names: Record<CheckName, string>;
  node: (version: string) => string;
  nodeRemedy: string;
  config: (file: string) => string;
  defaults: string;
  writable: (folder: string, freeMib: number) => string;
  notWritable: (folder: string, reason: string) => string;
  notWritableRemedy: string;
  littleSpace: string;
  corpus: (paths: string) => string;
  corpusMissing: (path: string) => string;
  corpusUnreadable: (path: string, reason: string) => string;
  corpusRemedy: string;
  embedding: (id: string, dimensions: number, ms: number) => string;
  embeddingRemedy: string;
  index: (documents: number, chunks: number, failed: number) => string;
  indexRemedy: string;
  failedRemedy: string;
  emptyRemedy: string;
  gate: (count: number) => string;
  gateOfOther: (count: number) => string;
  gateRemedy: string;
  priorGate: string;
  noIndexForGate: string;
  tuneRemedy: string;
  graph: string;
  graphMissing: string;
  graphRemedy: string;
  ocrOff: string;
  ocr: string;
  ocrRemedy: string;
  noModel: string;
  modelAnswers: (id: string, ms: number) => string;
  modelRemedy: string;
  noChannel: string;
  channelRemedy: string;
  nothingUsed: string;
  used: (usage: UsageToday) => string;
}

const zh: HealthTexts = {
  names: {
    node: "Node.js",
    config: "配置",
    workDir: "工作目录",
    corpus: "文档目录",
    embedding: "向量模型",
    index: "索引",
    gate: "门控",
    graph: "图索引",
    ocr: "文字识别",
    models: "大模型",
    channels: "渠道",
    usage: "今日用量",
  },
  node: (version) => `版本 ${version}`,
  nodeRemedy: "请安装 Node.js 20.19 或更高版本。",
  config: (file) => `已读取 ${file}`,
  defaults: "没有 config.ini，使用默认配置",
  writable: (folder, freeMib) => `${folder} 可写，剩余 ${freeMib} MiB`,
  notWritable: (folder, reason) => `${folder} 不可写：${reason}`,
  notWritableRemedy: "请修改目录权限，或用 --work-dir 指定其他目录。",
  littleSpace: "磁盘空间不足 200 MiB，请清理后再建索引。",
  corpus: (paths) => paths,
  corpusMissing: (path) => `找不到 ${path}`,
  corpusUnreadable: (path, reason) => `${path} 无法读取：${reason}`,
  corpusRemedy: "请建立该目录（并确认可读）、放入文档，或修改 [corpus] paths。",
  embedding: (id, dimensions, ms) => `${id}，${dimensions} 维，${ms} 毫秒载入`,
  embeddingRemedy: "请从代码仓库恢复 models/ 下的文件，或修改 [embedding] model。",
  index: (documents, chunks, failed) => `${documents} 篇文档，${chunks} 个片段，${failed} 个文件未能读取`,
  indexRemedy: "请运行 xianheng ingest。",
  failedRemedy: "运行 xianheng ingest 可查看每个文件未读取的原因。",
  emptyRemedy: "请把文件放进文档目录，再运行 xianheng ingest。",
  gate: (count) => `${count} 份调好的门控`,
  gateOfOther: (count) => `${count} 份调好的门控，其中有训练之后文档变动过的`,
  gateRemedy: "请运行 xianheng tune --labels 文件，或删除工作目录下的 gate.json 改用出厂先验。",
  priorGate: "没有 gate.json，使用出厂先验",
  noIndexForGate: "没有可用的索引，无法检查",
  tuneRemedy: "运行 xianheng tune --labels 文件，可用本群标注过的行训练门控。",
  graph: "hnswlib-node 可用",
  graphMissing: "未安装 hnswlib-node，使用精确扫描（五万个片段以内更快）",
  graphRemedy: "大型文档库请安装 g++、make、python3 后运行 npm rebuild hnswlib-node。",
  ocrOff: "未开启（[corpus] ocr = false）",
  ocr: "可用",
  ocrRemedy: "请运行 npm install @gutenye/ocr-node。",
  noModel: "没有配置 [[llm]]：直接摘录文档回答",
  modelAnswers: (id, ms) => `${id} 在 ${ms} 毫秒内作答`,
  modelRemedy: "请检查 [[llm]] 的 base_url、model 和 api_key_env，并确认网络可达。",
  noChannel: "没有配置 [[channel]]",
  channelRemedy: "请检查该渠道的配置、凭据和权限，见 docs/channels。",
  nothingUsed: "今天还没有调用过大模型",
  used: ({ model, calls, promptTokens, completionTokens, cost }) =>
    `${model}：${calls} 次调用，${promptTokens + completionTokens} tokens${cost === undefined ? "" : `，费用 ${cost.toFixed(2)}`}`,
};

const en: HealthTexts = {
  names: {
    node: "Node.js",
    config: "config",
    workDir: "work folder",
    corpus: "documents",
    embedding: "embedding model",
    index: "index",
    gate: "gate",
    graph: "graph index",
    ocr: "text recognition",
    models: "language model",
    channels: "channel",
    usage: "used today",
  },
  node: (version) => `version ${version}`,
  nodeRemedy: "Install Node.js 20.19 or newer.",
  config: (file) => `read from ${file}`,
  defaults: "no config.ini, defaults are used",
  writable: (folder, freeMib) => `${folder} is writable, ${freeMib} MiB free`,
  notWritable: (folder, reason) => `${folder} cannot be written to: ${reason}`,
  notWritableRemedy: "Change the folder's permissions, or name another one with --work-dir.",
  littleSpace: "Less than 200 MiB are free: make room before the next ingest.",
  corpus: (paths) => paths,
  corpusMissing: (path) => `${path} does not exist`,
  corpusUnreadable: (path, reason) => `${path} cannot be read: ${reason}`,
  corpusRemedy: "Make that folder readable and put documents into it, or change [corpus] paths.",
  embedding: (id, dimensions, ms) => `${id}, ${dimensions} dimensions, loaded in ${ms} ms`,
  embeddingRemedy: "Restore the files under models/ from the repository, or change [embedding] model.",
  index: (documents, chunks, failed) => `${documents} documents, ${chunks} passages, ${failed} files without text`,
  indexRemedy: "Run xianheng ingest.",
  failedRemedy: "xianheng ingest names the reason for each file.",
  emptyRemedy: "Put files into the document folders, then run xianheng ingest.",
  gate: (count) => `${count} tuned ${count === 1 ? "gate" : "gates"}`,
  gateOfOther: (count) => `${count} tuned ${count === 1 ? "gate" : "gates"}; the documents have changed since`,
  gateRemedy: "Run xianheng tune --labels FILE, or delete gate.json in the work folder: the shipped prior serves then.",
  priorGate: "no gate.json: the shipped prior decides",
  noIndexForGate: "cannot be looked at without an index",
  tuneRemedy: "xianheng tune --labels FILE fits the gate to labelled lines of your group.",
  graph: "hnswlib-node is there",
  graphMissing: "hnswlib-node is not installed: the exact scan serves (and is faster below 50,000 passages)",
  graphRemedy: "For large collections install g++, make and python3, then run npm rebuild hnswlib-node.",
  ocrOff: "off ([corpus] ocr = false)",
  ocr: "is there",
  ocrRemedy: "Run npm install @gutenye/ocr-node.",
  noModel: "no [[llm]]: answers are taken from the documents word for word",
  modelAnswers: (id, ms) => `${id} answered in ${ms} ms`,
  modelRemedy: "Check base_url, model and api_key_env of [[llm]], and that the network reaches it.",
  noChannel: "no [[channel]]",
  channelRemedy: "Check the channel's configuration, credentials and permissions; see docs/channels.",
  nothingUsed: "no model was called today",
  used: ({ model, calls, promptTokens, completionTokens, cost }) =>
    `${model}: ${calls} calls, ${promptTokens + completionTokens} tokens${cost === undefined ? "" : `, cost ${cost.toFixed(2)}`}`,
};

export function healthTexts(locale: Locale): HealthTexts {
  return locale === "zh" ? zh : en;
}
