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

/** A small round or square mark, as producers draw the bullets of lists. Its middle, in points. */
export interface Dot {
  x: number;
  y: number;
}

/** What a page draws besides text, as far as its layout needs it. */
export interface Drawing {
  rules: Rule[];
  dots: Dot[];
}

/** A filled shape up to this thick is a line, in points. */
const MAX_THICKNESS = 3;
const MIN_LENGTH = 6;
/** Width and height of a bullet, in points. */
const [MIN_DOT, MAX_DOT] = [1.5, 9];
/** Pages with more strokes are drawings. */
const MAX_RULES = 20_000;

type OperatorList = Awaited<ReturnType<PDFPageProxy["getOperatorList"]>>;

/** The ruled lines of a page's tables and the marks of its lists. */
export function readDrawing(operators: OperatorList, toViewport: readonly number[]): Drawing {
  const drawing: Drawing = { rules: [], dots: [] };
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
    } else if (operator === OPS.constructPath && Array.isArray(args)) addPath(drawing, args, matrix);
    if (drawing.rules.length + drawing.dots.length > MAX_RULES) return { rules: [], dots: [] };
  }
  return drawing;
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
function addPath({ rules, dots }: Drawing, [paint, packed]: readonly unknown[], matrix: Matrix): void {
  const stroked = STROKES.has(paint);
  if (!stroked && !FILLS.has(paint)) return;
  const data = Array.isArray(packed) ? numbers(packed[0]) : [];
  let points: Point[] = [];
  let curved = false;
  const finish = (): void => {
    if (isDot(points)) dots.push(centre(points));
    else if (curved) points = [];
    else if (stroked) addEdges(rules, points);
    else addThin(rules, points);
    points = [];
    curved = false;
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
      points.push(at(index + 5));
      curved = true;
      index += 7;
    } else {
      const first = points[0];
      if (first !== undefined) points.push(first);
      index += 1;
    }
  }
  finish();
}

function boxOf(points: readonly Point[]): { left: number; right: number; top: number; bottom: number } {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

function isDot(points: readonly Point[]): boolean {
  if (points.length < 3 || points.length > 40) return false;
  const { left, right, top, bottom } = boxOf(points);
  const [width, height] = [right - left, bottom - top];
  return width >= MIN_DOT && width <= MAX_DOT && Math.abs(width - height) < 0.2 * width;
}

function centre(points: readonly Point[]): Dot {
  const { left, right, top, bottom } = boxOf(points);
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

function addEdges(rules: Rule[], points: readonly Point[]): void {
  for (let index = 1; index < points.length; index++)
    addRule(rules, points[index - 1] ?? [0, 0], points[index] ?? [0, 0]);
}

/** A filled shape that is thin in one direction. */
function addThin(rules: Rule[], points: readonly Point[]): void {
  if (points.length < 3) return;
  const { left, right, top, bottom } = boxOf(points);
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
