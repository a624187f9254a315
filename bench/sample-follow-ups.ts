import { readFile } from "node:fs/promises";

/** A question to the sample corpus and a line that follows it. */
export interface FollowUpLine {
  question: string;
  followUp: string;
  /** File that answers the follow-up; undefined where silence is right. */
  document: string | undefined;
  /** What the answer must hold, in any of these spellings. */
  fact: string[];
}

/** Reads the conversations of corpus/questions/follow-ups.tsv. */
export async function readFollowUps(): Promise<FollowUpLine[]> {
  const text = await readFile(new URL("../corpus/questions/follow-ups.tsv", import.meta.url), "utf8");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const [question = "", followUp = "", document = "-", fact = ""] = line.split("\t");
      return {
        question,
        followUp,
        document: document === "-" ? undefined : document,
        fact: fact.split("|").map((spelling) => spelling.trim()),
      };
    });
}
