import type { Block } from "../../core/document.ts";
import { markdownTable } from "./markdown-table.ts";
import { decodeEscapes, linkText, readPart, readRelationships, type Relationship } from "./ooxml.ts";
import { attributeOf, childAt, childElements, descendants, textContent, type XmlElement } from "./xml.ts";
import type { ZipArchive } from "./zip.ts";

/** Enough for any chart that is read by people. */
const MAX_CHART_POINTS = 500;

/** Texts of shapes and charts that float over a sheet. */
export function drawingBlocks(zip: ZipArchive, part: string): Block[] {
  const root = readPart(zip, part);
  const relationships = readRelationships(zip, part);
  const shapes = descendants(root, "txBody").map((body): Block => ({ kind: "paragraph", text: drawingText(body) }));
  const charts = descendants(root, "chart").flatMap((chart) => {
    const relationship = relationships.get(attributeOf(chart, "id") ?? "");
    return relationship === undefined || relationship.external ? [] : chartBlocks(zip, relationship.target);
  });
  return [...shapes.filter((block) => block.text !== ""), ...charts];
}

/** Paragraphs of a DrawingML text body, a line each. */
export function drawingText(body: XmlElement | undefined, links?: Map<string, Relationship>): string {
  return childElements(body, "p")
    .map((paragraph) => paragraphText(paragraph, links))
    .filter((line) => line.trim() !== "")
    .join("\n");
}

/** Runs, fields and line breaks of a DrawingML paragraph; a link's address follows its text when `links` knows it. */
export function paragraphText(paragraph: XmlElement, links?: Map<string, Relationship>): string {
  return childElements(paragraph)
    .map((child) => {
      if (child.name === "br") return "\n";
      if (child.name !== "r" && child.name !== "fld") return mathText(child);
      const text = decodeEscapes(textContent(childAt(child, "t")));
      const link = links?.get(childAt(child, "rPr", "hlinkClick")?.attributes["r:id"] ?? "");
      return link?.external ? linkText(text, link.target) : text;
    })
    .join("");
}

/** Formulas hide one level down, in `a14:m` or the choice of an alternate content. */
function mathText(element: XmlElement): string {
  return descendants(element, "t").map(textContent).join("");
}

/** What a chart part says. */
export interface ChartText {
  /** Titles of the chart and its axes. */
  titles: string[];
  /** Categories and series, with a header row; empty when the chart holds no cached data. */
  rows: string[][];
}

/** Titles and cached data of a chart part. */
export function readChart(zip: ZipArchive, part: string): ChartText {
  const chart = childAt(readPart(zip, part), "chartSpace", "chart");
  const plot = childAt(chart, "plotArea");
  const titles = [titleOf(chart), ...childElements(plot).map(titleOf)].filter((title) => title !== "");
  const series = descendants(plot, "ser");
  const categories = points(childAt(series[0], "cat") ?? childAt(series[0], "xVal"));
  const columns = series.map((one) => points(childAt(one, "val") ?? childAt(one, "yVal")));
  const names = series.map((one) => [...points(childAt(one, "tx")).values()].join(" "));
  const places = [...new Set([...categories.keys(), ...columns.flatMap((column) => [...column.keys()])])]
    .toSorted((first, second) => first - second)
    .slice(0, MAX_CHART_POINTS);
  const rows = places.map((place) => [
    categories.get(place) ?? "",
    ...columns.map((column) => column.get(place) ?? ""),
  ]);
  return { titles, rows: rows.length > 0 ? [["", ...names], ...rows] : [] };
}

/** A chart's titles as a paragraph and its data as a table. */
export function chartBlocks(zip: ZipArchive, part: string): Block[] {
  const { titles, rows } = readChart(zip, part);
  return [
    ...(titles.length > 0 ? [{ kind: "paragraph" as const, text: titles.join("\n") }] : []),
    ...(rows.length > 0 ? [{ kind: "table" as const, text: markdownTable(rows) }] : []),
  ];
}

function titleOf(element: XmlElement | undefined): string {
  return descendants(childAt(element, "title"), "p")
    .map((paragraph) => paragraphText(paragraph))
    .join(" ")
    .trim();
}

/** Cached points of a chart's data reference, by index. */
function points(data: XmlElement | undefined): Map<number, string> {
  const found = new Map<number, string>();
  const literal = childAt(data, "v");
  if (literal !== undefined) found.set(0, textContent(literal));
  for (const point of descendants(data, "pt")) {
    const index = Number(point.attributes["idx"] ?? 0);
    const text = withoutNoise(textContent(childAt(point, "v")).trim());
    found.set(index, found.has(index) ? `${text} ${found.get(index) ?? ""}`.trim() : text);
  }
  return found;
}

function withoutNoise(text: string): string {
  return /^-?\d+\.\d{10,}(E-?\d+)?$/i.test(text) ? String(Number(Number(text).toPrecision(12))) : text;
}
