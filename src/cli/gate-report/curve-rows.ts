import type { EvalReport } from "../../app.ts";

type CurvePoint = EvalReport["curve"][number];

/** Least recall that a row of the table is for. */
const LEVELS = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1];

/** A few points to choose a threshold from: for each level of recall the one that is most precise, each once. */
export function curveRows(curve: readonly CurvePoint[]): CurvePoint[] {
  const rows: CurvePoint[] = [];
  for (const level of LEVELS) {
    const reaching = curve.filter(({ recall }) => recall >= level);
    const best = reaching.reduce<CurvePoint | undefined>(
      (most, point) => (most === undefined || point.precision > most.precision ? point : most),
      undefined,
    );
    if (best !== undefined && !rows.includes(best)) rows.push(best);
  }
  return rows;
}

/** Points that are drawn of a long curve: at most `most`, evenly spread, the ends among them. */
export function thinnedCurve(curve: readonly CurvePoint[], most: number): CurvePoint[] {
  if (curve.length <= most) return [...curve];
  const step = (curve.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => curve[Math.round(index * step)]).filter(
    (point) => point !== undefined,
  );
}
