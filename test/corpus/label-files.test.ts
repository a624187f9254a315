import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readGoodQuestions, readQuietLines, type Split } from "../../bench/sample-questions.ts";

const FOLDER = join(import.meta.dirname, "..", "..", "corpus", "questions");

/** The questions and lines of one split as `tune` and `eval` read them. */
async function labelsOf(wanted: Split): Promise<string> {
  const labelled = [
    ...(await readGoodQuestions()).map(({ question, split }) => ({ label: "positive", text: question, split })),
    ...(await readQuietLines()).map(({ text, split }) => ({ label: "negative", text, split })),
  ];
  return labelled
    .filter(({ split }) => split === wanted)
    .map(({ label, text }) => `${label}\t${text.replaceAll(/[\r\n]+/gu, " ")}\n`)
    .join("");
}

test.each<Split>(["dev", "test"])("labels.%s.tsv holds the sample questions of its split", async (split) => {
  expect(await readFile(join(FOLDER, `labels.${split}.tsv`), "utf8")).toBe(await labelsOf(split));
});
