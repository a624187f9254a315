import { attributeOf, childAt, childElements, type XmlElement } from "./xml.ts";

/** What a paragraph style says about the structure of the document. */
export interface ParagraphStyle {
  /** 1 to 6 for headings, 0 for the document's title. */
  headingLevel?: number;
  /** True for lines of a table of contents. */
  isContents: boolean;
  numberingId?: string;
  numberingLevel?: number;
}

const PLAIN: ParagraphStyle = { isContents: false };

/** Paragraph styles by id, inheritance followed. Source: ECMA-376 part 1, 17.7. */
export function readParagraphStyles(root: XmlElement | undefined): Map<string, ParagraphStyle> {
  const elements = new Map(
    childElements(childAt(root, "styles"), "style").map((style) => [attributeOf(style, "styleId") ?? "", style]),
  );
  const resolved = new Map<string, ParagraphStyle>();
  const resolve = (id: string, depth: number): ParagraphStyle => {
    const known = resolved.get(id);
    if (known !== undefined) return known;
    const element = elements.get(id);
    if (element === undefined || depth > 20) return PLAIN;
    const basedOn = attributeOf(childAt(element, "basedOn"), "val");
    const style = { ...(basedOn === undefined ? PLAIN : resolve(basedOn, depth + 1)), ...ownStyle(element) };
    resolved.set(id, style);
    return style;
  };
  for (const id of elements.keys()) resolve(id, 0);
  return resolved;
}

/** Heading level by a style's name, in English and Chinese; also for ids of styles that are not defined. */
export function headingLevelOfName(name: string): number | undefined {
  const level = /^(?:heading|标题|標題|titre|überschrift)[\s_-]*([1-9])$/i.exec(name.trim())?.[1];
  if (level !== undefined) return Math.min(6, Number(level));
  // The heading style of Pages.
  if (/^heading$/i.test(name.trim())) return 1;
  return /^(title|标题|標題|文档标题)$/i.test(name.trim()) ? 0 : undefined;
}

/** Heading level of an `outlineLvl` value (0 to 8; 9 is body text). */
export function headingLevelOfOutline(properties: XmlElement | undefined): number | undefined {
  const value = attributeOf(childAt(properties, "outlineLvl"), "val");
  const level = value === undefined ? 9 : Number(value);
  return level >= 0 && level < 9 ? Math.min(6, level + 1) : undefined;
}

function ownStyle(element: XmlElement): Partial<ParagraphStyle> {
  const name = attributeOf(childAt(element, "name"), "val") ?? "";
  const properties = childAt(element, "pPr");
  const headingLevel = headingLevelOfName(name) ?? headingLevelOfOutline(properties);
  const numbering = childAt(properties, "numPr");
  const numberingId = attributeOf(childAt(numbering, "numId"), "val");
  const numberingLevel = attributeOf(childAt(numbering, "ilvl"), "val");
  return {
    ...(headingLevel === undefined ? {} : { headingLevel }),
    ...(/^(toc \d|toc heading|table of figures|目录)/i.test(name) ? { isContents: true } : {}),
    ...(numberingId === undefined ? {} : { numberingId }),
    ...(numberingLevel === undefined ? {} : { numberingLevel: Number(numberingLevel) }),
  };
}
