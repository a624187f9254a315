/** Checkable details of a sentence: they stand in its source, or the sentence is not supported. */
export interface Facts {
  /** Normalised numbers: no thousands separators, Chinese numerals as digits. */
  numbers: Set<string>;
  /** Mail addresses, URLs, paths, identifiers and names, lower-cased. */
  names: Set<string>;
}

const NUMBER = /\d+(?:[.:]\d+)*/gu;
const THOUSANDS = /(?<=\d),(?=\d{3}(?!\d))/gu;
/** Counting words after which a small number only counts the answer's own points ("以下 3 点"). */
const OWN_COUNT =
  /^\s*(?:个?(?:点|步|条|项|种|类|方面|部分|阶段|步骤|注意事项|要点|原因)|(?:steps?|points?|things?|items?|ways?|parts?)\b)/iu;
const LIST_MARKER =
  /^\s*(?:[-*+•·]\s+|[（(]?\d{1,3}[.)、．）:：](?!\d)\s*|第?[一二三四五六七八九十]{1,3}[、，.：:]\s*|[①-⑳]\s*|#{1,6}\s+|\*{1,2}(?=\d))+/u;
const CHINESE_NUMBER =
  /[零〇一二两三四五六七八九十百千万]+(?=\s*(?:个|天|日|号|年|月|周|元|块|角|分|秒|小时|次|人|名|楼|层|米|公里|千|万|倍|折|级|期|条|页|份|套|张|把|间|%|工作日))/gu;
const MAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gu;
const URL_OR_PATH = /(?:https?:\/\/[^\s，。；、）)\]》"'<>]+|(?<![\w.])\/(?:[\w{}.-]+\/)*[\w{}.-]+)/gu;
const IDENTIFIER =
  /(?<![\w@/.-])(?=[A-Za-z0-9_.-]*[A-Za-z])(?:[A-Za-z0-9]+(?:[_-][A-Za-z0-9.]+)+|[A-Za-z]+\d[\w.]*|\d+[A-Za-z]\w*|[a-z]+[A-Z]\w*)/gu;
const CAPITALISED = /(?<=[a-z0-9,;]\s)[A-Z][a-z]{2,}(?:\s[A-Z][a-z]{2,})*/gu;
const TITLED_NAME = /\p{Script=Han}{1,3}(?=(?:老师|先生|女士|经理|主任|师傅|同学|博士|教授)(?!们))/gu;

/** Reads the facts of one sentence of an answer. The marker of a list item is no fact. */
export function factsOf(sentence: string): Facts {
  const text = sentence
    .replace(/\[\d+\]/gu, " ")
    .normalize("NFKC")
    .replace(LIST_MARKER, "")
    .replace(THOUSANDS, "");
  const names = new Set<string>();
  let rest = text;
  for (const pattern of [MAIL, URL_OR_PATH, IDENTIFIER]) {
    rest = rest.replace(pattern, (found) => {
      names.add(found.replace(/[.,:;]+$/u, "").toLowerCase());
      return " ";
    });
  }
  for (const [found] of rest.matchAll(CAPITALISED)) names.add(found.toLowerCase());
  const numbers = new Set<string>();
  for (const match of rest.matchAll(NUMBER)) {
    const after = rest.slice(match.index + match[0].length);
    if (Number(match[0]) <= 20 && OWN_COUNT.test(after)) continue;
    numbers.add(plainNumber(match[0]));
  }
  for (const match of rest.matchAll(CHINESE_NUMBER)) {
    const value = chineseNumber(match[0]);
    const after = rest.slice(match.index + match[0].length);
    // 一个, 两次 are articles more often than figures; "三点" counts the answer's own points.
    if (value > 2 && !OWN_COUNT.test(after)) numbers.add(String(value));
  }
  return { numbers, names };
}

/** Everything in a source that a fact may be found in. */
export interface FactSource {
  numbers: Set<string>;
  /** NFKC, lower case, without white space. */
  text: string;
}

export function factSource(source: string): FactSource {
  const normal = source.normalize("NFKC").replace(THOUSANDS, "");
  // "5." before an item counts the items; it bears out no figure.
  const text = normal
    .split("\n")
    .map((line) => line.replace(LIST_MARKER, ""))
    .join("\n");
  const numbers = new Set<string>();
  for (const [found] of text.matchAll(NUMBER)) {
    numbers.add(plainNumber(found));
    // A time or version is also quoted in parts: 9:00 as 9 (点), 2023.09 as 2023.
    for (const part of found.split(/[.:]/u)) numbers.add(plainNumber(part));
  }
  for (const [found] of text.matchAll(/[零〇一二两三四五六七八九十百千万]+/gu))
    numbers.add(String(chineseNumber(found)));
  return { numbers, text: text.toLowerCase().replace(/\s/gu, "") };
}

/** The facts of `facts` that none of `sources` holds. */
export function missingFacts(facts: Facts, sources: FactSource[]): string[] {
  const missing: string[] = [];
  for (const number of facts.numbers) if (!sources.some((source) => source.numbers.has(number))) missing.push(number);
  for (const name of facts.names) {
    const wanted = name.replace(/\s/gu, "");
    if (!sources.some((source) => source.text.includes(wanted))) missing.push(name);
  }
  return missing;
}

/** Names of persons with a title (王老师); only meaningful against a Chinese source. */
export function titledNames(sentence: string): string[] {
  return [...sentence.matchAll(TITLED_NAME)].map(([name]) => name);
}

function plainNumber(text: string): string {
  return text.includes(":")
    ? text
    : text
        .replace(/^0+(?=\d)/u, "")
        .replace(/(\.\d*?)0+$/u, "$1")
        .replace(/\.$/u, "");
}

const DIGITS = "零一二三四五六七八九";
const UNITS: Record<string, number> = { 十: 10, 百: 100, 千: 1000, 万: 10_000 };

/** Value of a Chinese numeral up to 万; 〇 and 两 included. */
export function chineseNumber(text: string): number {
  let total = 0;
  let section = 0;
  let digit = -1;
  for (const character of text.replace(/〇/gu, "零").replace(/两/gu, "二")) {
    const unit = UNITS[character];
    if (unit === undefined) {
      const next = DIGITS.indexOf(character);
      // Digits in a row are read one by one: 二〇二三.
      digit = digit < 0 ? next : digit * 10 + next;
    } else if (unit === 10_000) {
      total += (section + Math.max(digit, 0)) * unit;
      section = 0;
      digit = -1;
    } else {
      section += (digit < 0 ? 1 : digit) * unit;
      digit = -1;
    }
  }
  return total + section + Math.max(digit, 0);
}
