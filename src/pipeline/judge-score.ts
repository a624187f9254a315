/** Scores run from 0 to this. */
export const MOST_SCORE = 10;

/** A longer reply is not the short object that was asked for; reading it would only find something by chance. */
const MAX_CHARS = 2000;

const CHINESE_DIGITS = new Map<string, number>(
  Object.entries({
    零: 0,
    〇: 0,
    一: 1,
    二: 2,
    两: 2,
    三: 3,
    四: 4,
    五: 5,
    六: 6,
    七: 7,
    八: 8,
    九: 9,
    十: 10,
    满: 10,
  }),
);

const LABEL = "(?:评分|得分|打分|分数|总分|score|rating|grade) ?(?:is|为|是)? ?[:=]? ?";
const NUMBER = String.raw`-?\d+(?:\.\d+)?`;
const CHINESE = "[零〇一二两三四五六七八九十满]";
/** What may stand before a Chinese score, so that 三点五分 is not 5 and 材料十分充分 not 10. */
const ALONE = String.raw`(?<=^|[\s,;:。!?、(\[]|${LABEL})`;
const ENDS = String.raw`(?=$|[\s,;:.。!?、)\]])`;
/** Neither the end of a longer number or a date nor the upper end of a range. */
const START = String.raw`(?<![\d./~到至-])`;

/**
 * Ways to say a score, the most telling first: a part of ten or of a hundred, a percentage, 分 or points, a label. Each is
 * taken out of the text before the next is tried, so that "评分：3/10" is one score.
 */
const WAYS: { pattern: RegExp; read: (match: string[]) => number | undefined }[] = [
  {
    pattern: new RegExp(
      String.raw`${START}(?:${LABEL})?(${NUMBER})\s*(?:\/|out of)\s*(\d+(?:\.\d+)?)(?![\d/])(?:\s*分)?`,
      "giu",
    ),
    read: ([, value = "", of = ""]) => (of === "10" ? Number(value) : of === "100" ? Number(value) / 10 : undefined),
  },
  {
    pattern: new RegExp(String.raw`${START}(?:${LABEL})?(${NUMBER})\s*%`, "giu"),
    read: ([, value = ""]) => Number(value) / 10,
  },
  {
    pattern: new RegExp(String.raw`${START}(?:${LABEL})?(${NUMBER})\s*(?:分(?![钟之制母子\d])|points?\b)`, "giu"),
    read: ([, value = ""]) => Number(value),
  },
  {
    pattern: new RegExp(String.raw`${ALONE}(${CHINESE})分${ENDS}`, "giu"),
    read: ([, digit = ""]) => CHINESE_DIGITS.get(digit),
  },
  {
    pattern: new RegExp(String.raw`${LABEL}(${NUMBER})(?![\d%/~到至-]|\.\d)`, "giu"),
    read: ([, value = ""]) => Number(value),
  },
  {
    pattern: new RegExp(String.raw`${LABEL}(${CHINESE})${ENDS}`, "giu"),
    read: ([, digit = ""]) => CHINESE_DIGITS.get(digit),
  },
];

/**
 * Reads the score, 0 to 10, out of a model's reply: the object `{"score": n}` that was asked for, alone or with text around
 * it, else a score in words ("3/10", "8 分", "评分：7", "十分", "80%"). Undefined for anything else: no score, one outside of the
 * range, several different ones. Never throws.
 */
export function readJudgeScore(reply: string): number | undefined {
  if (reply.length > MAX_CHARS) return undefined;
  const text = reply.normalize("NFKC").replace(/−/gu, "-").trim();
  const { scores, rest } = readObjects(text);
  // Half an object may end in the middle of its number.
  if (scores.length === 0 && /[{}]/u.test(text)) return undefined;
  return theOnly([...scores, ...readWords(rest)]);
}

/** The one value that all agree on, if it is a score. */
function theOnly(found: readonly (number | undefined)[]): number | undefined {
  const [first] = found;
  if (first === undefined || found.some((value) => value !== first)) return undefined;
  return first >= 0 && first <= MOST_SCORE ? first : undefined;
}

/** The scores of all JSON objects in a text, and the text without those objects. An object without a score counts as unreadable. */
function readObjects(text: string): { scores: (number | undefined)[]; rest: string } {
  const scores: (number | undefined)[] = [];
  let rest = "";
  let at = 0;
  while (at < text.length) {
    const end = text[at] === "{" ? objectEnd(text, at) : undefined;
    if (end === undefined) {
      rest += text[at];
      at++;
      continue;
    }
    scores.push(scoreOf(text.slice(at, end)));
    rest += " ";
    at = end;
  }
  return { scores, rest };
}

/** Where the object that begins at `start` ends; undefined when it does not. */
function objectEnd(text: string, start: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === "\\") at++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return at + 1;
  }
  return undefined;
}

function scoreOf(json: string): number | undefined {
  // JSON.parse keeps the last of two equal keys without a word.
  if ((json.match(/"score"\s*:/giu)?.length ?? 0) !== 1) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return scoreIn(value);
}

function scoreIn(value: unknown): number | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (key.toLowerCase() === "score") {
      if (typeof inner === "number") return inner;
      return typeof inner === "string" ? theOnly(readWords(inner)) : undefined;
    }
    const found = scoreIn(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every score in a text without objects, in the order of the ways. */
function readWords(text: string): (number | undefined)[] {
  // Emphasis and quotes mean nothing here.
  const plain = text
    .replace(/["'*_`]+/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
  const bare = /^(-?\d+(?:\.\d+)?|[零〇一二两三四五六七八九十]) ?[.。!]?$/u.exec(plain)?.[1];
  if (bare !== undefined) return [CHINESE_DIGITS.get(bare) ?? Number(bare)];
  const found: (number | undefined)[] = [];
  let rest = plain;
  for (const { pattern, read } of WAYS) {
    rest = rest.replace(pattern, (...match: unknown[]) => {
      found.push(read(match.map((group) => (typeof group === "string" ? group : ""))));
      return " ; ";
    });
  }
  return found;
}
