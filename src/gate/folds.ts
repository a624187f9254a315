import { shuffled } from "./random.ts";

/** Lines that share this much of their character pairs (Jaccard) are the same line said twice. */
const SAME = 0.5;
/** A pair of characters that more lines hold says nothing about any two of them. */
const MAX_HOLDERS = 400;

/** For each line the number of its group: near-duplicates have the same. Groups are named by their first line. */
export function nearDuplicateGroups(texts: readonly string[]): number[] {
  const parent = texts.map((_, index) => index);
  const find = (index: number): number => {
    let root = index;
    while (parent[root] !== root) root = parent[root] ?? root;
    parent[index] = root;
    return root;
  };
  const pairs = texts.map(characterPairs);
  const holders = new Map<string, number[]>();
  for (const [line, own] of pairs.entries()) {
    const shared = new Map<number, number>();
    for (const pair of own) {
      const others = holders.get(pair) ?? [];
      if (others.length <= MAX_HOLDERS) for (const other of others) shared.set(other, (shared.get(other) ?? 0) + 1);
      others.push(line);
      holders.set(pair, others);
    }
    for (const [other, count] of shared) {
      const union = own.size + (pairs[other]?.size ?? 0) - count;
      if (count < SAME * union) continue;
      const [a, b] = [find(line), find(other)];
      parent[Math.max(a, b)] = Math.min(a, b);
    }
  }
  return texts.map((_, index) => find(index));
}

function characterPairs(text: string): Set<string> {
  const plain = Array.from(
    text
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[\s\p{P}]/gu, ""),
  );
  const pairs = new Set<string>();
  for (let index = 0; index < Math.max(1, plain.length - 1); index++) {
    pairs.add(`${plain[index] ?? ""}${plain[index + 1] ?? ""}`);
  }
  return pairs;
}

export interface FoldOptions {
  folds: number;
  random: () => number;
}

/** For each line its fold, 0 to `folds` − 1: groups stay together, and positives are spread evenly. */
export function assignFolds(
  groups: readonly number[],
  positive: readonly boolean[],
  { folds, random }: FoldOptions,
): number[] {
  const members = new Map<number, number[]>();
  for (const [line, group] of groups.entries()) members.set(group, [...(members.get(group) ?? []), line]);
  const filled = Array.from({ length: folds }, () => ({ positives: 0, lines: 0 }));
  const foldOf = groups.map(() => 0);
  const positivesIn = (lines: number[]): number => lines.filter((line) => positive[line]).length;
  // Large groups first: a small one can still even out what they left.
  const order = shuffled([...members.values()], random).toSorted((a, b) => b.length - a.length);
  for (const lines of order) {
    const positives = positivesIn(lines);
    let chosen = 0;
    const load = (fold: number): number => {
      const { positives: have, lines: all } = filled[fold] ?? { positives: 0, lines: 0 };
      return positives > 0 ? have + all / 1e4 : all - have + have / 1e4;
    };
    for (let fold = 1; fold < folds; fold++) if (load(fold) < load(chosen)) chosen = fold;
    const place = filled[chosen];
    if (place !== undefined) {
      place.positives += positives;
      place.lines += lines.length;
    }
    for (const line of lines) foldOf[line] = chosen;
  }
  return foldOf;
}
