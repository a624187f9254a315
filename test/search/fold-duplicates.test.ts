import { expect, test } from "vitest";
import type { Hit } from "../../src/core/retriever.ts";
import { foldDuplicates } from "../../src/search/fold-duplicates.ts";

function hitOf(text: string, rank: number): Hit {
  const chunk = { id: `${rank}`, documentId: `${rank}`, text, headings: [], start: 0, end: text.length };
  return {
    rank,
    score: 1 / rank,
    dense: 0,
    lexical: 0,
    chunk,
    source: `${rank}.md`,
    title: "",
    mediaType: "text/plain",
  };
}

function ranksKept(...texts: string[]): number[] {
  return foldDuplicates(texts.map((text, index) => hitOf(text, index + 1))).map(({ rank }) => rank);
}

const LONG = "退公寓需要提前三个工作日发送邮件，交还钥匙、门禁卡和房间物品清单，并完成房间清洁后与管理员一起验收签字。";

test("folds a copy and a copy with other blanks and punctuation", () => {
  expect(ranksKept(LONG, LONG, LONG.replaceAll("，", " ,\n"))).toEqual([1]);
});

test("folds a passage that stands inside a better one", () => {
  expect(ranksKept(LONG, LONG.slice(5, 35))).toEqual([1]);
});

test("keeps a longer passage that adds to a better one", () => {
  expect(ranksKept(LONG.slice(0, 25), LONG)).toEqual([1, 2]);
});

test("keeps passages that differ in a number", () => {
  const fee = (yuan: number): string =>
    `The deposit of a single room in building A is ${yuan} yuan, paid once on moving in.`;
  expect(ranksKept(fee(500), fee(800))).toEqual([1, 2]);
});

test("keeps passages on one subject in other words, and short ones that differ", () => {
  expect(ranksKept(LONG, "搬离宿舍请先写信通知服务台，再约时间检查房间。", "水费", "电费")).toEqual([1, 2, 3, 4]);
});

test("keeps nothing of nothing", () => {
  expect(ranksKept()).toEqual([]);
});
