import type { Rule } from "./pdf-drawing.ts";

/** A table's ruled lines as rows and columns; `groups[row][column]` is equal for cells that no line parts. */
export interface Grid {
  /** Column borders from left to right, one more than columns. Points. */
  xs: number[];
  /** Row borders from top to bottom, one more than rows. Points. */
  ys: number[];
  groups: number[][];
}

/** Lines that end this close to another touch it, in points. */
const TOUCH = 4;
/** Borders closer than this are one (double lines, the two edges of a stroke), in points. */
const SAME = 3;
const MAX_RULES = 3000;
const MAX_CELLS = 20_000;

/** The grids with at least two rows and two columns that the lines form. */
export function findGrids(rules: readonly Rule[]): Grid[] {
  if (rules.length > MAX_RULES) return [];
  return connected(rules).flatMap((part) => {
    const grid = toGrid(part);
    return grid === undefined ? [] : [grid];
  });
}

/** Horizontal lines of equal length one below the other, as tables without upright lines have them between their rows. */
export interface RuledStack {
  left: number;
  right: number;
  /** Heights of the lines from top to bottom, at least four. */
  ys: number[];
}

/** The stacks of lines that no upright line touches. */
export function findStacks(rules: readonly Rule[]): RuledStack[] {
  if (rules.length > MAX_RULES) return [];
  const stacks: RuledStack[] = [];
  const lone = connected(rules).flatMap((part) => (part.length === 1 && part[0]?.horizontal === true ? part : []));
  for (const { at, from, to } of wholeLines(lone)) {
    const stack = stacks.find(({ left, right }) => Math.abs(left - from) <= TOUCH && Math.abs(right - to) <= TOUCH);
    if (stack === undefined) stacks.push({ left: from, right: to, ys: [at] });
    else if (at - (stack.ys.at(-1) ?? 0) > SAME) stack.ys.push(at);
  }
  return stacks.filter(({ ys }) => ys.length >= 4);
}

/** Lines drawn in pieces, one a cell, made whole; from top to bottom. */
function wholeLines(rules: readonly Rule[]): Rule[] {
  const whole: Rule[] = [];
  for (const rule of rules.toSorted((a, b) => a.at - b.at || a.from - b.from)) {
    const last = whole.find(
      ({ at, from, to }) => Math.abs(at - rule.at) < 1 && from - TOUCH <= rule.from && rule.from <= to + TOUCH,
    );
    if (last === undefined) whole.push({ ...rule });
    else last.to = Math.max(last.to, rule.to);
  }
  return whole;
}

/** Lines grouped by touching each other across. */
function connected(rules: readonly Rule[]): Rule[][] {
  const sets = disjointSets(rules.length);
  const across = rules.flatMap((rule, index) => (rule.horizontal ? [{ rule, index }] : []));
  const upright = rules.flatMap((rule, index) => (rule.horizontal ? [] : [{ rule, index }]));
  for (const h of across) {
    for (const v of upright) if (covers(h.rule, v.rule.at) && covers(v.rule, h.rule.at)) sets.join(h.index, v.index);
  }
  const parts = new Map<number, Rule[]>();
  for (const [index, rule] of rules.entries()) {
    const root = sets.find(index);
    const part = parts.get(root) ?? [];
    part.push(rule);
    parts.set(root, part);
  }
  return [...parts.values()];
}

function covers({ from, to }: Rule, place: number): boolean {
  return from - TOUCH <= place && place <= to + TOUCH;
}

function toGrid(rules: readonly Rule[]): Grid | undefined {
  const across = rules.filter((rule) => rule.horizontal);
  const upright = rules.filter((rule) => !rule.horizontal);
  if (across.length < 2 || upright.length === 0) return undefined;
  // Where the outer borders are left out the other lines' ends stand for them.
  const xs = distinct([...upright.map(({ at }) => at), ...outerEnds(across)]);
  const ys = distinct([...across.map(({ at }) => at), ...outerEnds(upright)]);
  const columns = xs.length - 1;
  const rows = ys.length - 1;
  if (columns < 2 || rows < 2 || columns * rows > MAX_CELLS) return undefined;
  const sets = disjointSets(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      if (column + 1 < columns && !isParted(upright, xs[column + 1], middle(ys, row))) sets.join(cell, cell + 1);
      if (row + 1 < rows && !isParted(across, ys[row + 1], middle(xs, column))) sets.join(cell, cell + columns);
    }
  }
  const groups = Array.from({ length: rows }, (_row, row) =>
    Array.from({ length: columns }, (_column, column) => sets.find(row * columns + column)),
  );
  return { xs, ys, groups };
}

function outerEnds(rules: readonly Rule[]): [number, number] {
  return [Math.min(...rules.map(({ from }) => from)), Math.max(...rules.map(({ to }) => to))];
}

function middle(borders: readonly number[], index: number): number {
  return ((borders[index] ?? 0) + (borders[index + 1] ?? 0)) / 2;
}

function isParted(rules: readonly Rule[], border: number | undefined, place: number): boolean {
  return rules.some(({ at, from, to }) => Math.abs(at - (border ?? -Infinity)) <= SAME && from <= place && place <= to);
}

/** Ascending values, those closer than `SAME` made one. */
function distinct(values: readonly number[]): number[] {
  const kept: number[] = [];
  for (const value of values.toSorted((a, b) => a - b)) {
    if (value - (kept.at(-1) ?? -Infinity) > SAME) kept.push(value);
  }
  return kept;
}

interface DisjointSets {
  find(item: number): number;
  join(a: number, b: number): void;
}

function disjointSets(size: number): DisjointSets {
  const parent = Array.from({ length: size }, (_, index) => index);
  const find = (item: number): number => {
    let root = item;
    for (let next = parent[root] ?? root; next !== root; next = parent[root] ?? root) {
      parent[root] = parent[next] ?? next;
      root = parent[root] ?? root;
    }
    return root;
  };
  // The smaller number stays the root, so that a merged cell is named by its first one.
  const join = (a: number, b: number): void => {
    const [low, high] = [Math.min(find(a), find(b)), Math.max(find(a), find(b))];
    parent[high] = low;
  };
  return { find, join };
}
