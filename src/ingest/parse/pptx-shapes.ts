import type { Block } from "../../core/document.ts";
import { chartBlocks, drawingText, paragraphText } from "./drawing-text.ts";
import { markdownTable } from "./markdown-table.ts";
import { readPart, type Relationship } from "./ooxml.ts";
import { childAt, childElements, descendants, type XmlElement } from "./xml.ts";
import type { ZipArchive } from "./zip.ts";

/** A slide's part with what its shapes refer to. */
export interface SlideSource {
  zip: ZipArchive;
  relationships: Map<string, Relationship>;
}

/** What one shape says. */
export interface ShapeText {
  isTitle: boolean;
  /** Largest font size named in the shape, in hundredths of a point; 0 when it is inherited. */
  fontSize: number;
  blocks: Block[];
}

const TITLE_TYPES = new Set(["title", "ctrTitle"]);
/** Placeholders that repeat on every slide. */
const FURNITURE_TYPES = new Set(["dt", "ftr", "sldNum", "hdr"]);
const PLAIN_TYPES = new Set(["subTitle", ...TITLE_TYPES]);

/** Texts of the shapes of a shape tree in document order, groups opened. */
export function shapeTexts(tree: XmlElement | undefined, source: SlideSource): ShapeText[] {
  return childElements(tree).flatMap((shape): ShapeText[] => {
    switch (shape.name) {
      case "sp":
        return [textShape(shape, source)];
      case "grpSp":
        return shapeTexts(shape, source);
      case "graphicFrame":
        return [{ isTitle: false, fontSize: 0, blocks: [...frameBlocks(shape, source), ...alternativeText(shape)] }];
      case "pic":
        return [{ isTitle: false, fontSize: 0, blocks: alternativeText(shape) }];
      case "AlternateContent": {
        const choice = shapeTexts(childAt(shape, "Choice"), source);
        return choice.some((text) => text.blocks.length > 0) ? choice : shapeTexts(childAt(shape, "Fallback"), source);
      }
      default:
        return [];
    }
  });
}

function textShape(shape: XmlElement, { relationships }: SlideSource): ShapeText {
  const placeholder = childAt(shape, "nvSpPr", "nvPr", "ph");
  const type = placeholder?.attributes["type"] ?? "obj";
  const body = childAt(shape, "txBody");
  const isTitle = placeholder !== undefined && TITLE_TYPES.has(type);
  if (placeholder !== undefined && FURNITURE_TYPES.has(type)) return { isTitle: false, fontSize: 0, blocks: [] };
  const isBulleted = placeholder !== undefined && !PLAIN_TYPES.has(type);
  const sizes = descendants(body, "rPr").map(({ attributes }) => Number(attributes["sz"] ?? 0));
  return {
    isTitle,
    fontSize: Math.max(0, ...sizes.slice(0, 100)),
    blocks: bodyBlocks(body, isBulleted, relationships),
  };
}

/** Paragraphs and lists; `isBulleted` says what holds for paragraphs that do not say it themselves. */
function bodyBlocks(body: XmlElement | undefined, isBulleted: boolean, links: Map<string, Relationship>): Block[] {
  const paragraphs = childElements(body, "p")
    .map((paragraph) => ({ text: paragraphText(paragraph, links).trim(), properties: childAt(paragraph, "pPr") }))
    .filter(({ text }) => text !== "");
  // One line in a body placeholder is a sentence, not a list of one.
  const bulletByDefault = isBulleted && paragraphs.length > 1;
  const blocks: Block[] = [];
  const numbers: number[] = [];
  for (const { text, properties } of paragraphs) {
    const level = Math.min(8, Math.max(0, Number(properties?.attributes["lvl"] ?? 0) || 0));
    const isNumbered = childAt(properties, "buAutoNum") !== undefined;
    const isItem =
      isNumbered ||
      childAt(properties, "buChar") !== undefined ||
      (childAt(properties, "buNone") === undefined && (bulletByDefault || level > 0));
    if (!isItem) {
      numbers.length = 0;
      blocks.push({ kind: "paragraph", text });
      continue;
    }
    numbers.length = level + 1;
    numbers[level] = isNumbered ? (numbers[level] ?? 0) + 1 : 0;
    const indent = "   ".repeat(level);
    const item = `${indent}${isNumbered ? `${numbers[level]}.` : "-"} ${text.replace(/\s*\n\s*/g, `\n${indent}   `)}`;
    const last = blocks.at(-1);
    if (last?.kind === "list") last.text += `\n${item}`;
    else blocks.push({ kind: "list", text: item });
  }
  return blocks;
}

function frameBlocks(frame: XmlElement, { zip, relationships }: SlideSource): Block[] {
  const data = childAt(frame, "graphic", "graphicData");
  const table = childAt(data, "tbl");
  if (table !== undefined) return [{ kind: "table", text: markdownTable(tableRows(table, relationships)) }];
  const partOf = (element: XmlElement | undefined, attribute: string) => {
    const relationship = relationships.get(element?.attributes[attribute] ?? "");
    return relationship?.external === false ? relationship.target : undefined;
  };
  const chart = partOf(childAt(data, "chart"), "r:id");
  if (chart !== undefined) return chartBlocks(zip, chart);
  const diagram = partOf(childAt(data, "relIds"), "r:dm");
  const texts = diagram === undefined ? [] : descendants(readPart(zip, diagram), "pt").map(diagramPointText);
  const items = texts.filter((text) => text !== "").map((text) => `- ${text.replaceAll("\n", " ")}`);
  return items.length === 0 ? [] : [{ kind: "list", text: items.join("\n") }];
}

function tableRows(table: XmlElement, links: Map<string, Relationship>): string[][] {
  const above: string[] = [];
  return childElements(table, "tr").map((row) =>
    childElements(row, "tc").map((cell, column) => {
      // A cell merged downwards counts for each row; across columns it stands once.
      const continues = isOn(cell.attributes["vMerge"]);
      const text = continues ? (above[column] ?? "") : drawingText(childAt(cell, "txBody"), links);
      above[column] = text;
      return isOn(cell.attributes["hMerge"]) ? "" : text;
    }),
  );
}

function isOn(attribute: string | undefined): boolean {
  return attribute === "1" || attribute === "true";
}

function diagramPointText(point: XmlElement): string {
  return drawingText(childAt(point, "t"));
}

/** What the author wrote about a picture; programs also put file names there. */
function alternativeText(shape: XmlElement): Block[] {
  const properties = childElements(shape).find((child) => child.name.startsWith("nv"));
  const text = childAt(properties, "cNvPr")?.attributes["descr"]?.trim() ?? "";
  return text === "" || /^\S+\.(png|jpe?g|gif|bmp|tiff?|svg|emf|wmf)$/i.test(text) ? [] : [{ kind: "paragraph", text }];
}
