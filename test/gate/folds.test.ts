import { expect, test } from "vitest";
import { assignFolds, nearDuplicateGroups } from "../../src/gate/folds.ts";
import { seededRandom } from "../../src/gate/random.ts";

test("near-duplicates have one group, other lines their own", () => {
  const groups = nearDuplicateGroups([
    "oneflow 跟 torch 比有什么优点",
    "押金什么时候退",
    "oneflow跟torch比有什么优点？",
    "押金什么时候退给我",
    "😀",
    "",
  ]);
  expect(groups[0]).toBe(groups[2]);
  expect(groups[1]).toBe(groups[3]);
  expect(new Set([groups[0], groups[1], groups[4]]).size).toBe(3);
});

test("a chain of near-duplicates is one group", () => {
  const groups = nearDuplicateGroups(["甲乙丙丁戊己", "乙丙丁戊己庚", "丙丁戊己庚辛"]);
  expect(new Set(groups).size).toBe(1);
});

test("folds keep groups together and spread positives evenly", () => {
  const groups = Array.from({ length: 200 }, (_, index) => Math.floor(index / 2));
  const positive = groups.map((group) => group % 4 === 0);
  const folds = assignFolds(groups, positive, { folds: 5, random: seededRandom(3) });
  for (let index = 0; index < groups.length; index += 2) expect(folds[index]).toBe(folds[index + 1]);
  for (let fold = 0; fold < 5; fold++) {
    expect(folds.filter((each, index) => each === fold && positive[index])).toHaveLength(10);
    expect(folds.filter((each) => each === fold)).toHaveLength(40);
  }
});
