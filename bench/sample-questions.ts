import { readFile } from "node:fs/promises";

export type Split = "dev" | "test";

/** A question that corpus/ answers. */
export interface GoodQuestion {
  id: string;
  question: string;
  /** File that holds the answer. */
  document: string;
  split: Split;
  /** What a right answer must hold, each in any of its spellings. */
  facts: string[][];
}

/** A line to keep quiet about. */
export interface QuietLine {
  id: string;
  text: string;
  kind: string;
  split: Split;
  /** Reasons that would be right. */
  reason: string[];
}

/** A question close to what a document says; `answered` tells whether the document answers it all the same. */
export interface NearMiss {
  id: string;
  text: string;
  /** What was changed, or what might mislead. */
  change: "negated" | "figure" | "entity" | "condition" | "opposite" | "asked";
  answered: boolean;
  document: string;
  split: Split;
  /** Of an answered line: what a right answer must hold, each in any of its spellings. */
  facts?: string[][];
}

async function readLines<T>(name: string): Promise<T[]> {
  const text = await readFile(new URL(`../corpus/questions/${name}`, import.meta.url), "utf8");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line): T => JSON.parse(line));
}

export const readGoodQuestions = (): Promise<GoodQuestion[]> => readLines("good.jsonl");
export const readQuietLines = (): Promise<QuietLine[]> => readLines("bad.jsonl");
export const readNearMisses = (): Promise<NearMiss[]> => readLines("near.jsonl");
