/** One measured number of the product with what it should be. */
export interface Figure {
  name: string;
  /** Undefined: not run, and `ran` says why. */
  value: number | undefined;
  unit: "ms" | "s" | "MiB" | "ratio" | "share" | "1/s" | "count";
  /** What was run, on how many items. */
  ran: string;
  /** Other numbers of the same run: least, largest, a second percentile. */
  also?: string;
  /** The bound that must be kept. Absent: the figure is for information. */
  atLeast?: number;
  /** The bound that is hoped for. */
  aim?: number;
  /** Which side of the bounds is good. Default "lower". */
  better?: "lower" | "higher";
  /** Processes that wanted a core when the bench began (mean of a minute); above the number of cores, times say little. */
  load?: number;
}

/** "aim", "kept" or "missed"; a figure without bounds has no verdict. */
export function verdictOf({ value, atLeast, aim, better = "lower" }: Figure): string {
  if (value === undefined) return "not run";
  const within = (bound: number): boolean => (better === "lower" ? value <= bound : value >= bound);
  if (aim !== undefined && within(aim)) return "aim";
  if (atLeast === undefined) return aim === undefined ? "–" : "missed";
  return within(atLeast) ? "kept" : "missed";
}

/** The figures as one Markdown table. */
export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { name, value, unit, ran, also, atLeast, aim, better = "lower", load } = figure;
    const bound = (limit: number | undefined): string =>
      limit === undefined ? "–" : `${better === "lower" ? "≤" : "≥"} ${shown(limit, unit)}`;
    const measured = value === undefined ? "–" : `${shown(value, unit)}${also === undefined ? "" : ` (${also})`}`;
    const cells = [name, measured, bound(atLeast), bound(aim), verdictOf(figure), ran, load?.toFixed(1) ?? "–"];
    return `| ${cells.join(" | ")} |`;
  });
  return ["| figure | value | at least | aim | verdict | run | load |", "|---|---|---|---|---|---|---|", ...rows].join(
    "\n",
  );
}

/** A number with the digits that mean something in its unit. */
export function shown(value: number, unit: Figure["unit"]): string {
  if (unit === "ratio") return value.toFixed(2);
  if (unit === "share") return value.toFixed(4).replace(/0{1,2}$/, "");
  if (unit === "count") return value.toFixed(0);
  if (unit === "s") return `${value.toFixed(2)} s`;
  if (unit === "1/s") return `${value.toFixed(0)}/s`;
  if (unit === "MiB") return `${value.toFixed(0)} MiB`;
  return `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

/** The value below which `share` of `values` lie (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
