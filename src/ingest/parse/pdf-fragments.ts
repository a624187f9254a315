import type { PDFPageProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { multiply } from "./pdf-matrix.ts";
import { readDrawing, type Drawing } from "./pdf-drawing.ts";
import { cleanPdfText, isCjk } from "./pdf-characters.ts";

/**
 * A run of text in reading coordinates: x grows along the line, y grows from line to line, in points.
 * Horizontal text keeps the page's axes (origin top left); vertical and turned text is turned until it lies like horizontal text.
 */
export interface Fragment {
  text: string;
  left: number;
  right: number;
  baseline: number;
  /** Font size in points. */
  size: number;
  bold: boolean;
  mono: boolean;
  rightToLeft: boolean;
  /** Place in the page's content stream. */
  order: number;
}

/** All text of one page that lies in one direction. */
export interface FragmentGroup {
  direction: "horizontal" | "vertical" | "turned";
  fragments: Fragment[];
}

interface FontFace {
  bold: boolean;
  mono: boolean;
}

/** More runs than this on one page are drawings made of letters, not text. */
const MAX_FRAGMENTS = 30_000;

export interface PageContent {
  /** The page's text by writing direction, the direction with most characters first. */
  groups: FragmentGroup[];
  /** Empty where the page's drawing is damaged. */
  drawing: Drawing;
}

/** Everything of a page that its layout is learnt from. */
export async function readPageContent(page: PDFPageProxy): Promise<PageContent> {
  const content = await page.getTextContent();
  if (!content.items.some((item) => "str" in item && item.str.trim() !== ""))
    return { groups: [], drawing: { rules: [], dots: [] } };
  const toViewport = page.getViewport({ scale: 1 }).transform;
  const drawing = await drawingOf(page, toViewport);
  const faces = fontFaces(page, Object.keys(content.styles));
  const groups = new Map<string, FragmentGroup>();
  let order = 0;
  for (const item of content.items) {
    if (!("str" in item) || order >= MAX_FRAGMENTS) continue;
    const text = cleanPdfText(item.str);
    if (text.trim() === "") continue;
    const matrix = multiply(toViewport, item.transform);
    const size = Math.hypot(matrix[2], matrix[3]) || Math.abs(item.height) || 1;
    const vertical = content.styles[item.fontName]?.vertical === true;
    const turn = vertical ? 0 : Math.round(Math.atan2(matrix[1], matrix[0]) / (Math.PI / 12));
    const direction = vertical ? "vertical" : turn === 0 ? "horizontal" : "turned";
    const [x, baseline] = readingPoint(matrix[4], matrix[5], vertical, turn);
    const face = faces.get(item.fontName) ?? { bold: false, mono: false };
    const group = groups.get(`${direction}${turn}`) ?? { direction, fragments: [] };
    groups.set(`${direction}${turn}`, group);
    group.fragments.push({
      text,
      left: x,
      right: x + Math.abs(vertical ? item.height : item.width),
      baseline,
      size,
      bold: face.bold,
      mono: face.mono && !isCjk(text),
      rightToLeft: item.dir === "rtl",
      order: order++,
    });
  }
  return { groups: [...groups.values()].toSorted((a, b) => characters(b) - characters(a)), drawing };
}

async function drawingOf(page: PDFPageProxy, toViewport: readonly number[]): Promise<Drawing> {
  try {
    return readDrawing(await page.getOperatorList(), toViewport);
  } catch {
    // A page whose drawing is damaged still has its text; it only loses bold, monospace, ruled tables and drawn bullets.
    return { rules: [], dots: [] };
  }
}

function characters(group: FragmentGroup): number {
  return group.fragments.reduce((sum, fragment) => sum + fragment.text.length, 0);
}

/** Vertical columns run from right to left, so a column further left is a line further down. */
function readingPoint(x: number, y: number, vertical: boolean, turn: number): [number, number] {
  if (vertical) return [y, -x];
  const angle = turn * (Math.PI / 12);
  return [x * Math.cos(angle) + y * Math.sin(angle), y * Math.cos(angle) - x * Math.sin(angle)];
}

/** Weight and pitch are only in the fonts' names, and pdf.js hands fonts out with the drawing operators. */
function fontFaces(page: PDFPageProxy, names: string[]): Map<string, FontFace> {
  const faces = new Map<string, FontFace>();
  for (const name of names) {
    if (!page.commonObjs.has(name)) continue;
    const font: unknown = page.commonObjs.get(name);
    const fontName = property(font, "name");
    const full = typeof fontName === "string" ? fontName.replace(/^[A-Z]{6}\+/, "") : "";
    faces.set(name, {
      bold: property(font, "bold") === true || property(font, "black") === true || BOLD_NAME.test(full),
      mono: MONO_NAME.test(full),
    });
  }
  return faces;
}

const BOLD_NAME = /bold|black|heavy|demi|[-,]medi(um)?$|cmbx|simhei|heiti/i;
const MONO_NAME = /mono(?!type)|courier|consol|menlo|monaco|typewriter|nimbusmon|cmtt|terminal/i;

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
