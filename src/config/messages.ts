import type { Locale } from "../core/runtime.ts";
import type { FieldRule } from "./fields.ts";

/** Sentences about faults of a config file, in the owner's language. None of them holds a value from the file. */
export interface ConfigMessages {
  unknownKey(key: string, nearest: { key: string; section: string } | undefined, known: string[]): string;
  unknownSection(key: string, nearest: string | undefined, known: string[]): string;
  keyOfOtherChoice(key: string, choice: string): string;
  secretByName(key: string): string;
  missingKey: string;
  notOneOf(allowed: string[], nearest: string | undefined): string;
  outOfRange(min: number | undefined, max: number | undefined, unit: string | undefined): string;
  notWhole(min: number | undefined, max: number | undefined, unit: string | undefined): string;
  wrongType(expected: string): string;
  needsDoubleBrackets(name: string): string;
  listTooShort: string;
  rule: Record<FieldRule, string>;
  duplicateName: string;
  providerNeedsModel(provider: string): string;
  syntax(line: number, column: number, reason: string): string;
  missingFile: string;
  isFolder: string;
  notAFile: string;
  unreadable(reason: string): string;
  tooLarge: string;
  notText: string;
  huixiangdou(sections: string[]): string;
  otherwiseInvalid: string;
}

function rangeText(min: number | undefined, max: number | undefined, unit: string | undefined, to: string): string {
  const bounds = `${min ?? "…"} ${to} ${max ?? "…"}`;
  return unit === undefined || unit === "share" || unit === "port" || unit === "id" ? bounds : `${bounds} ${unit}`;
}

const CHINESE_UNITS: Record<string, string> = {
  characters: "个字符",
  numbers: "个数",
  passages: "段",
  texts: "段",
  posts: "条",
  s: "秒",
  tokens: "个 token",
  "requests/min": "次/分钟",
  "tokens/min": "个 token/分钟",
  "tokens/day": "个 token/天",
  "per 1M tokens": "（每百万 token）",
};

function chineseUnit(unit: string | undefined): string | undefined {
  return unit === undefined ? undefined : (CHINESE_UNITS[unit] ?? unit);
}

const english: ConfigMessages = {
  unknownKey: (key, nearest, known) =>
    nearest === undefined
      ? `unknown key "${key}"; keys here: ${known.join(", ")}`
      : `unknown key "${key}"; did you mean "${nearest.key}" in ${nearest.section}?`,
  unknownSection: (key, nearest, known) =>
    nearest === undefined
      ? `unknown section or key "${key}"; sections: ${known.join(", ")}`
      : `unknown section or key "${key}"; did you mean ${nearest}?`,
  keyOfOtherChoice: (key, choice) => `"${key}" belongs to ${choice} only`,
  secretByName: (key) =>
    `unknown key; a secret stays out of this file: put it into an environment variable and name that in "${key}"`,
  missingKey: "missing key",
  notOneOf: (allowed, nearest) =>
    `must be one of ${allowed.join(", ")}${nearest === undefined ? "" : `; did you mean "${nearest}"?`}`,
  outOfRange: (min, max, unit) => `out of range: must be ${rangeText(min, max, unit, "to")}`,
  notWhole: (min, max, unit) => `must be a whole number, ${rangeText(min, max, unit, "to")}`,
  wrongType: (expected) => `must be ${expected}`,
  needsDoubleBrackets: (name) => `must be written with double brackets: [[${name}]]`,
  listTooShort: "must not be empty",
  rule: {
    "variable-name":
      "must be the name of an environment variable (A-Z, 0-9 and _, a letter first), not the secret itself",
    "web-address": "must be an http:// or https:// address without user, password, ? or #",
    "quiet-hours": 'must be spans like "22:00-08:00"',
    timezone: "must be a time zone such as Asia/Shanghai",
    "store-url": "must be file:NAME or postgres://…",
    "web-origin": 'must be origins like "https://app.example.com", without a path or a slash at the end',
    "channel-name": "must be 1 to 64 letters, digits, - or _",
    "not-empty": "must not be empty",
  },
  duplicateName: "name is used by another [[channel]]; each needs its own",
  providerNeedsModel: (provider) => `missing key: provider = "${provider}" needs the model's name`,
  syntax: (line, column, reason) => `line ${line}, column ${column}: not valid TOML: ${reason}`,
  missingFile: "no such file; write one with: xianheng init",
  isFolder: "is a folder; name the file in it",
  notAFile: "is not a regular file",
  unreadable: (reason) => `cannot be read (${reason})`,
  tooLarge: "is over 1 MiB: not a config file",
  notText: "is not text: save it as UTF-8",
  huixiangdou: (sections) =>
    `looks like HuixiangDou's config (${sections.join(", ")}); its names differ here: [llm.server] is [[llm]], ` +
    "[feature_store] is [corpus] and [embedding], [worker] and [frontend] are [group], [attention] and [[channel]]; " +
    "start from config.ini.example or: xianheng init",
  otherwiseInvalid: "is not valid here",
};

const chinese: ConfigMessages = {
  unknownKey: (key, nearest, known) =>
    nearest === undefined
      ? `不认识的键 "${key}"；这里可用的键：${known.join("、")}`
      : `不认识的键 "${key}"；是不是 ${nearest.section} 里的 "${nearest.key}"？`,
  unknownSection: (key, nearest, known) =>
    nearest === undefined
      ? `不认识的节或键 "${key}"；可用的节：${known.join("、")}`
      : `不认识的节或键 "${key}"；是不是 ${nearest}？`,
  keyOfOtherChoice: (key, choice) => `"${key}" 只能用于 ${choice}`,
  secretByName: (key) => `不认识的键；密钥不写进配置文件：请放入环境变量，并在 "${key}" 里写变量名`,
  missingKey: "缺少这个键",
  notOneOf: (allowed, nearest) =>
    `只能是 ${allowed.join("、")} 之一${nearest === undefined ? "" : `；是不是 "${nearest}"？`}`,
  outOfRange: (min, max, unit) => `超出范围：应为 ${rangeText(min, max, chineseUnit(unit), "到")}`,
  notWhole: (min, max, unit) => `应为整数，${rangeText(min, max, chineseUnit(unit), "到")}`,
  wrongType: (expected) => `类型不对：应为 ${CHINESE_TYPES[expected] ?? expected}`,
  needsDoubleBrackets: (name) => `应写成双方括号：[[${name}]]`,
  listTooShort: "不能为空",
  rule: {
    "variable-name": "应为环境变量的名字（大写字母、数字和下划线，字母开头），不是密钥本身",
    "web-address": "应为 http:// 或 https:// 地址，不带用户名、密码、? 和 #",
    "quiet-hours": '应为 "22:00-08:00" 这样的时段',
    timezone: "应为 Asia/Shanghai 这样的时区",
    "store-url": "应为 file:文件名 或 postgres://…",
    "web-origin": '应为形如 "https://app.example.com" 的来源，不带路径，结尾不带斜杠',
    "channel-name": "应为 1 到 64 个字母、数字、- 或 _",
    "not-empty": "不能为空",
  },
  duplicateName: "name 已被另一个 [[channel]] 使用；每个都要不同",
  providerNeedsModel: (provider) => `缺少这个键：provider = "${provider}" 时必须写模型名`,
  syntax: (line, column, reason) => `第 ${line} 行第 ${column} 列：不是合法的 TOML：${reason}`,
  missingFile: "文件不存在；可用 xianheng init 生成",
  isFolder: "是一个文件夹；请写出其中的文件名",
  notAFile: "不是普通文件",
  unreadable: (reason) => `无法读取（${reason}）`,
  tooLarge: "超过 1 MiB，不像配置文件",
  notText: "不是文本：请存为 UTF-8",
  huixiangdou: (sections) =>
    `看起来是茴香豆的配置（${sections.join("、")}）；这里的名字不同：[llm.server] 对应 [[llm]]，` +
    "[feature_store] 对应 [corpus] 和 [embedding]，[worker] 和 [frontend] 对应 [group]、[attention] 和 [[channel]]；" +
    "请从 config.ini.example 开始，或运行 xianheng init",
  otherwiseInvalid: "在这里不合法",
};

const CHINESE_TYPES: Record<string, string> = {
  "a number": "数字",
  "a string in quotes": "带引号的字符串",
  "true or false": "true 或 false",
  "a list": "列表",
  "a section": "一节",
};

export function configMessages(locale: Locale): ConfigMessages {
  return locale === "zh" ? chinese : english;
}
