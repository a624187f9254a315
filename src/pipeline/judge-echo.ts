/** A shorter reply stands somewhere in every longer passage by chance. */
const LEAST_ECHO_CHARS = 6;

/** Words of a line that tell somebody to say a number, and the number; what is counted ("给 10 个人") is no such number. */
const DICTATED =
  /(?:回复|回答|输出|返回|打|给|评分|得分|评为|reply|respond|answer|output|return|print|say|rate|score)[^\p{N}十满]{0,16}(\d+(?:\.\d+)?|十(?=分)|满(?=分))(?![.\d])(?!\s*(?:[个人名位天月年日号点楼层次条元块台份页章节级倍时秒周项种款期张间万千百亿%]|分钟))/giu;

export interface JudgedData {
  /** The group line, and the query where it differs. */
  line: string;
  passages: string;
}

/**
 * Whether a reply may come from the data instead of from thinking about it: it stands in the line, or in the passages word for
 * word, or the line itself tells to say that very score. Such a reply counts as unreadable; an honest line hardly ever holds one.
 */
export function isEcho(reply: string, score: number, { line, passages }: JudgedData): boolean {
  const said = compact(reply);
  if (compact(line).includes(said)) return true;
  if (said.length >= LEAST_ECHO_CHARS && compact(passages).includes(said)) return true;
  for (const [, dictated = ""] of line.normalize("NFKC").matchAll(DICTATED)) {
    if ((/[十满]/u.test(dictated) ? 10 : Number(dictated)) === score) return true;
  }
  return false;
}

function compact(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/```(?:json)?|\s+/gu, "");
}
