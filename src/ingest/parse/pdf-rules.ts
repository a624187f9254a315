import { OPS, type PDFPageProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { multiply, type Matrix } from "./pdf-matrix.ts";

/** A straight horizontal or vertical stroke in page coordinates (origin top left), in points. */
export interface Rule {
  horizontal: boolean;
  /** y of a horizontal rule, x of a vertical one. */
  at: number;
  from: number;
  to: number;
}

/** A filled shape up to this thick is a line, in points. */
const MAX_THICKNESS = 3;
const MIN_LENGTH = 6;
/** Pages with more strokes are drawings. */
const MAX_RULES = 20_000;

type OperatorList = Awaited<ReturnType<PDFPageProxy["getOperatorList"]>>;

/** The ruled lines of a page, as tables have them. */
export function readRules(operators: OperatorList, toViewport: readonly number[]): Rule[] {
  const rules: Rule[] = [];
  const saved: Matrix[] = [];
  let matrix: Matrix = multiply(toViewport, [1, 0, 0, 1, 0, 0]);
  for (const [index, operator] of operators.fnArray.entries()) {
    const args: unknown = operators.argsArray[index];
    if (operator === OPS.save) saved.push(matrix);
    else if (operator === OPS.restore || operator === OPS.paintFormXObjectEnd) matrix = saved.pop() ?? matrix;
    else if (operator === OPS.transform) matrix = multiply(matrix, numbers(args));
    else if (operator === OPS.paintFormXObjectBegin) {
      saved.push(matrix);
      if (Array.isArray(args) && args[0] !== null) matrix = multiply(matrix, numbers(args[0]));
    } else if (operator === OPS.constructPath && Array.isArray(args)) addPath(rules, args, matrix);
    if (rules.length > MAX_RULES) return [];
  }
  return rules;
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) || ArrayBuffer.isView(value) ? Array.from(Object.values(value), Number) : [];
}

const STROKES: ReadonlySet<unknown> = new Set([
  OPS.stroke,
  OPS.closeStroke,
  OPS.fillStroke,
  OPS.eoFillStroke,
  OPS.closeFillStroke,
  OPS.closeEOFillStroke,
]);
const FILLS: ReadonlySet<unknown> = new Set([OPS.fill, OPS.eoFill]);

type Point = [number, number];

/** pdf.js packs a path as numbers: 0 x y moves, 1 x y draws a line, 2 with six numbers a curve, 3 closes. */
function addPath(rules: Rule[], [paint, packed]: readonly unknown[], matrix: Matrix): void {
  const stroked = STROKES.has(paint);
  if (!stroked && !FILLS.has(paint)) return;
  const data = Array.isArray(packed) ? numbers(packed[0]) : [];
  let points: Point[] = [];
  const finish = (): void => {
    if (stroked) addEdges(rules, points);
    else addThin(rules, points);
    points = [];
  };
  const at = (index: number): Point => {
    const [a, b, c, d, e, f] = matrix;
    const x = data[index] ?? 0;
    const y = data[index + 1] ?? 0;
    return [a * x + c * y + e, b * x + d * y + f];
  };
  for (let index = 0; index < data.length;) {
    const command = data[index];
    if (command === 0) {
      finish();
      points.push(at(index + 1));
      index += 3;
    } else if (command === 1) {
      points.push(at(index + 1));
      index += 3;
    } else if (command === 2) {
      // A curve is no rule; its subpath is given up.
      points = [];
      index += 7;
    } else {
      const first = points[0];
      if (first !== undefined) points.push(first);
      index += 1;
    }
  }
  finish();
}

function addEdges(rules: Rule[], points: readonly Point[]): void {
  for (let index = 1; index < points.length; index++)
    addRule(rules, points[index - 1] ?? [0, 0], points[index] ?? [0, 0]);
}

/** A filled shape that is thin in one direction. */
function addThin(rules: Rule[], points: readonly Point[]): void {
  if (points.length < 3) return;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  if (bottom - top <= MAX_THICKNESS) addRule(rules, [left, (top + bottom) / 2], [right, (top + bottom) / 2]);
  else if (right - left <= MAX_THICKNESS) addRule(rules, [(left + right) / 2, top], [(left + right) / 2, bottom]);
}

function addRule(rules: Rule[], [x1, y1]: Point, [x2, y2]: Point): void {
  if (Math.abs(y1 - y2) < 1 && Math.abs(x1 - x2) >= MIN_LENGTH) {
    rules.push({ horizontal: true, at: (y1 + y2) / 2, from: Math.min(x1, x2), to: Math.max(x1, x2) });
  } else if (Math.abs(x1 - x2) < 1 && Math.abs(y1 - y2) >= MIN_LENGTH) {
    rules.push({ horizontal: false, at: (x1 + x2) / 2, from: Math.min(y1, y2), to: Math.max(y1, y2) });
  }
}
