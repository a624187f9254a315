import { expect, test } from "vitest";
import { stemEnglish } from "../../src/search/stem-english.ts";

test.each([
  [["setting", "settings", "set"], "set"],
  [["policy", "policies"], "polici"],
  [["make", "making", "makes"], "make"],
  [["create", "created", "creating", "creates"], "create"],
  [["run", "running", "runs"], "run"],
  [["agree", "agreed", "agrees"], "agree"],
  [["reply", "replies", "replied"], "repli"],
  [["install", "installed", "installing"], "install"],
  [["pass", "passes", "passed"], "pass"],
])("brings %s together", (words, stem) => {
  expect([...new Set(words.map((word) => stemEnglish(word)))]).toEqual([stem]);
});

test.each(["gas", "this", "status", "bring", "red", "sing", "analysis", "process", "16k", "übung"])(
  "leaves %s alone",
  (word) => {
    expect(stemEnglish(word)).toBe(word);
  },
);
