import type { Block, Parser } from "../../core/document.ts";
import { AppError } from "../../core/errors.ts";
import { drawingText } from "./drawing-text.ts";
import { finishDocument } from "./finish-document.ts";
import { coreTitle, mainPart, readPart, readRelationships, type Relationship } from "./ooxml.ts";
import { shapeTexts, type ShapeText } from "./pptx-shapes.ts";
import { childAt, childElements, descendants } from "./xml.ts";
import { openZip, type ZipArchive } from "./zip.ts";

const MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
const MAX_HEADING_CHARS = 60;

/** PowerPoint presentations (.pptx, .pptm): a heading a slide, its texts, tables, charts and notes; `page` is the slide. */
export const pptxParser: Parser = {
  name: "pptx",
  async parse(input) {
    const zip = openZip(input);
    const slides = slideParts(zip);
    if (slides.length === 0) {
      const hasPresentation = zip.names.some((name) => name.startsWith("ppt/"));
      throw hasPresentation
        ? new AppError("document_no_text", `"${input.name}" has no slides; add some or leave it out.`)
        : new AppError("document_damaged", `"${input.name}" has no presentation; save it as .pptx again.`);
    }
    const warnings: string[] = [];
    const blocks = slides.flatMap((part, index) => slideBlocks(zip, part, index + 1, warnings));
    const hasText = blocks.some((block) => block.kind !== "heading" || !isSlideNumber(block.text));
    const title = presentationTitle(zip, blocks);
    return finishDocument(
      {
        mediaType: MEDIA_TYPE,
        pages: slides.length,
        blocks: hasText ? blocks : [],
        warnings,
        ...(title === undefined ? {} : { title }),
      },
      input.name,
    );
  },
};

/** Slide parts in the order they are shown. */
function slideParts(zip: ZipArchive): string[] {
  const presentationPart = mainPart(zip, "ppt/presentation.xml");
  const relationships = readRelationships(zip, presentationPart);
  const list = childAt(readPart(zip, presentationPart), "presentation", "sldIdLst");
  const listed = childElements(list, "sldId")
    .map((entry) => relationships.get(entry.attributes["r:id"] ?? "")?.target)
    .filter((target) => target !== undefined);
  if (listed.length > 0) return [...new Set(listed)];
  return zip.names
    .filter((name) => /^ppt\/slides\/slide\d+\.xml$/.test(name))
    .toSorted((first, second) => numberOf(first) - numberOf(second));
}

function numberOf(part: string): number {
  return Number(/(\d+)\.xml$/.exec(part)?.[1] ?? 0);
}

function slideBlocks(zip: ZipArchive, part: string, page: number, warnings: string[]): Block[] {
  const slide = childAt(readPart(zip, part), "sld");
  if (slide === undefined) {
    warnings.push(`Slide ${page} is missing from the file.`);
    return [];
  }
  const relationships = readRelationships(zip, part);
  const shapes = shapeTexts(childAt(slide, "cSld", "spTree"), { zip, relationships });
  const heading = slideHeading(shapes);
  const body = shapes.filter((shape) => shape !== heading).flatMap((shape) => shape.blocks);
  const notes = notesBlocks(zip, relationships);
  if (heading === undefined && body.length === 0 && notes.length === 0) {
    warnings.push(`Slide ${page} has no text.`);
    return [];
  }
  if (slide.attributes["show"] === "0") warnings.push(`Slide ${page} is hidden; it was read all the same.`);
  const title = heading?.blocks.map((block) => block.text).join(" ") ?? slideNumber(page, [...body, ...notes]);
  return [{ kind: "heading" as const, level: 2, text: title }, ...body, ...notes].map((block) => ({ ...block, page }));
}

/** The title placeholder; otherwise the short line in the largest letters: many decks draw their titles as text boxes. */
function slideHeading(shapes: ShapeText[]): ShapeText | undefined {
  const title = shapes.find((shape) => shape.isTitle && shape.blocks.length > 0);
  if (title !== undefined) return title;
  const lines = shapes.filter(
    ({ blocks: [first, ...others] }) =>
      first?.kind === "paragraph" && others.length === 0 && first.text.length <= MAX_HEADING_CHARS,
  );
  const largest = Math.max(0, ...lines.slice(0, 1000).map((line) => line.fontSize));
  return lines.length > 0 && shapes.some((shape) => shape.blocks.length > 0 && !lines.includes(shape))
    ? lines.find((line) => line.fontSize === largest)
    : undefined;
}

function notesBlocks(zip: ZipArchive, relationships: Map<string, Relationship>): Block[] {
  return [...relationships.values()]
    .filter(({ type, external }) => type === "notesSlide" && !external)
    .flatMap(({ target }): Block[] => {
      const bodies = descendants(readPart(zip, target), "sp").filter(
        (shape) => childAt(shape, "nvSpPr", "nvPr", "ph")?.attributes["type"] === "body",
      );
      const text = bodies
        .map((shape) => drawingText(childAt(shape, "txBody")))
        .join("\n")
        .trim();
      if (text === "") return [];
      const label = hasChinese(text) ? "备注：" : "Notes: ";
      return [{ kind: "quote", text: `> ${label}${text.replace(/\s*[\n\v]\s*/g, "\n> ")}` }];
    });
}

function presentationTitle(zip: ZipArchive, blocks: Block[]): string | undefined {
  const title = coreTitle(zip);
  // What PowerPoint writes when nobody gave a title.
  if (
    title !== undefined &&
    !/^(powerpoint|幻灯片|演示文稿)\b|PowerPoint (Presentation|演示文稿)|^Slide 1$/i.test(title)
  ) {
    return title;
  }
  const first = blocks.find((block) => block.kind === "heading")?.text;
  return first === undefined || isSlideNumber(first) ? undefined : first;
}

function slideNumber(page: number, blocks: Block[]): string {
  return blocks.some((block) => hasChinese(block.text)) ? `幻灯片 ${page}` : `Slide ${page}`;
}

function isSlideNumber(text: string): boolean {
  return /^(Slide|幻灯片) \d+$/.test(text);
}

function hasChinese(text: string): boolean {
  return /\p{Script=Han}/u.test(text);
}
