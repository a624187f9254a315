import type { ChartText } from "./drawing-text.ts";
import type { ListLabel, Numbering } from "./docx-numbering.ts";
import { headingLevelOfName, headingLevelOfOutline, type ParagraphStyle } from "./docx-styles.ts";
import { isSwitchedOn, mathText, plainText } from "./docx-text.ts";
import { joinRuns, SILENT_ELEMENTS, wordElement, wordParagraph, wordRun, wordText } from "./docx-elements.ts";
import { attributeOf, childAt, childElements, descendants, outermost, type XmlElement, type XmlNode } from "./xml.ts";

/** What the body of a Word document refers to. */
export interface BodySource {
  styles: Map<string, ParagraphStyle>;
  numbering: Numbering;
  footnotes: Map<string, string>;
  endnotes: Map<string, string>;
  comments: Map<string, string>;
  hasLink: (relationshipId: string) => boolean;
  chart: (relationshipId: string) => ChartText | undefined;
}

export interface SimpleBody {
  document: XmlElement;
  /** Text of the paragraph in the style "Title". */
  title: string | undefined;
}

/**
 * Rewrites `word/document.xml` so that mammoth reads all of it: headings under ids it knows (whatever their style is
 * called), numbers that Markdown cannot count written out, text boxes, notes, comments and charts as blocks after the
 * paragraph they hang on, formulas as text. Pictures become their alternative text, so that nothing outside the
 * document is ever asked for; tables of contents and hidden text are left out.
 */
export function simplifyBody(root: XmlElement, source: BodySource): SimpleBody {
  const document = childAt(root, "document");
  if (document === undefined) return { document: root, title: undefined };
  const writer = new BodyWriter(source);
  const children = writer.blocks(document.children);
  return { document: { ...document, attributes: withWordPrefix(document), children }, title: writer.title };
}

type ListKind = "bullets" | "numbers";

const LIST_IDS = { bullets: "1", numbers: "2" };
/** The deepest level, from 0, that mammoth's default style map knows. */
const DEEPEST_LIST_LEVEL = 4;

/** A `word/numbering.xml` with the two lists that `simplifyBody` writes. */
export const SIMPLE_NUMBERING = [
  '<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">',
  ...[LIST_IDS.bullets, LIST_IDS.numbers].map((id) => {
    const format = id === LIST_IDS.bullets ? "bullet" : "decimal";
    const levels = [0, 1, 2, 3, 4].map((level) => `<w:lvl w:ilvl="${level}"><w:numFmt w:val="${format}"/></w:lvl>`);
    return `<w:abstractNum w:abstractNumId="${id}">${levels.join("")}</w:abstractNum>`;
  }),
  ...[LIST_IDS.bullets, LIST_IDS.numbers].map(
    (id) => `<w:num w:numId="${id}"><w:abstractNumId w:val="${id}"/></w:num>`,
  ),
  "</w:numbering>",
].join("");

class BodyWriter {
  title: string | undefined;
  readonly #source: BodySource;
  /** Blocks that follow the paragraph in hand. */
  #after: XmlElement[] = [];
  /** Numbers that Markdown gives to the last item of each level of the list in hand. */
  #shown: number[] = [];

  constructor(source: BodySource) {
    this.#source = source;
  }

  blocks(nodes: XmlNode[]): XmlNode[] {
    return nodes.flatMap((node) => this.#rewrite(node));
  }

  #rewrite(node: XmlNode): XmlNode[] {
    if (typeof node === "string") return [node];
    switch (node.name) {
      case "p":
        return this.#paragraph(node);
      case "tbl":
      case "tc": {
        this.#shown = [];
        const rewritten = this.#inside(node);
        this.#shown = [];
        return rewritten;
      }
      case "r":
        return isSwitchedOn(childAt(node, "rPr"), "vanish") ? [] : this.#run(node);
      case "sdt":
        return this.#contentControl(node);
      case "AlternateContent":
        return this.#alternatives(node);
      case "drawing":
      case "pict":
      case "object":
        return this.#drawing(node);
      case "oMath":
        return [wordRun(mathText(node))];
      case "footnoteReference":
        return this.#note(node, this.#source.footnotes, ["脚注：", "Footnote: "]);
      case "endnoteReference":
        return this.#note(node, this.#source.endnotes, ["尾注：", "Endnote: "]);
      case "commentReference":
        return this.#note(node, this.#source.comments, ["批注：", "Comment: "]);
      case "hyperlink":
        return this.#hyperlink(node);
      case "fldChar":
        return [...checkBoxField(node), ...this.#inside(node)];
      case "instrText":
        return plainInstruction(node).includes("FORMCHECKBOX") ? [] : [node];
      default:
        return SILENT_ELEMENTS.has(node.name) ? [] : this.#inside(node);
    }
  }

  #inside(element: XmlElement): XmlElement[] {
    return [{ ...element, children: this.blocks(element.children) }];
  }

  /** A link whose target is lost is only its text. */
  #hyperlink(link: XmlElement): XmlNode[] {
    const id = attributeOf(link, "id");
    return id === undefined || this.#source.hasLink(id) ? this.#inside(link) : this.blocks(link.children);
  }

  #run(element: XmlElement): XmlElement[] {
    const children = this.blocks(element.children).filter((child) => typeof child !== "string");
    return children.length === 0 ? [] : [wordElement("r", children)];
  }

  #paragraph(paragraph: XmlElement): XmlElement[] {
    const properties = childAt(paragraph, "pPr");
    const styleId = attributeOf(childAt(properties, "pStyle"), "val") ?? "";
    const style = this.#source.styles.get(styleId);
    if (style?.isContents) return [];
    const level = style?.headingLevel ?? headingLevelOfName(styleId) ?? headingLevelOfOutline(properties);
    const label = this.#label(properties, styleId, style);
    if (level === 0) this.title ??= plainText(paragraph).trim() || undefined;

    const outer = this.#after;
    this.#after = [];
    const content = this.blocks(paragraph.children.filter((child) => child !== properties));
    const after = this.#after;
    this.#after = outer;

    const list = level === undefined && label !== undefined ? this.#listKind(label) : undefined;
    if (list === undefined) this.#shown = [];
    const isWritten = label !== undefined && label.text !== "" && list !== "numbers" && content.length > 0;
    const kept: XmlElement[] = [];
    if (level !== undefined) kept.push(wordElement("pStyle", [], { "w:val": `Heading${Math.max(1, level)}` }));
    if (list !== undefined && label !== undefined) kept.push(listProperties(list, label.level));
    // A deleted paragraph mark joins the paragraph with the next one.
    const mark = childAt(properties, "rPr");
    if (childAt(mark, "del") !== undefined) kept.push(wordElement("rPr", [wordElement("del", [])]));
    const lead = isWritten ? [wordRun(`${label.text} `)] : [];
    return [wordElement("p", [wordElement("pPr", kept), ...lead, ...joinRuns(content)]), ...after];
  }

  #label(
    properties: XmlElement | undefined,
    styleId: string,
    style: ParagraphStyle | undefined,
  ): (ListLabel & { level: number }) | undefined {
    const direct = childAt(properties, "numPr");
    const id = attributeOf(childAt(direct, "numId"), "val") ?? style?.numberingId;
    if (id === undefined || id === "0") return undefined;
    const given = attributeOf(childAt(direct, "ilvl"), "val");
    const { numbering } = this.#source;
    const level =
      given === undefined ? (numbering.levelOfStyle(id, styleId) ?? style?.numberingLevel ?? 0) : Number(given);
    const label = numbering.next(id, level);
    return label && { ...label, level };
  }

  /**
   * The Markdown list an item goes into. None when Markdown would give it another number than Word does: text or notes
   * between the items break its list.
   */
  #listKind({ text: shownText, isPlain, level, count }: ListLabel & { level: number }): ListKind | undefined {
    const number = isPlain && shownText !== "" ? (this.#shown[level] ?? 0) + 1 : 0;
    if (isPlain ? number !== 0 && number !== count : level === 0) return undefined;
    this.#shown.length = level + 1;
    this.#shown[level] = number;
    return number === 0 ? "bullets" : "numbers";
  }

  #contentControl(control: XmlElement): XmlElement[] {
    const properties = childAt(control, "sdtPr");
    const gallery = attributeOf(childAt(properties, "docPartObj", "docPartGallery"), "val") ?? "";
    if (gallery === "Table of Contents" || isSwitchedOn(properties, "showingPlcHdr")) return [];
    // Without its properties a check box is the ☐ or ☒ that Word shows.
    return this.#inside({ ...control, children: control.children.filter((child) => child !== properties) });
  }

  #alternatives(element: XmlElement): XmlNode[] {
    const choices = childElements(element, "Choice");
    const choice = choices.find((candidate) => drawingsIn(candidate) > 0) ?? choices[0];
    const fallback = childAt(element, "Fallback");
    const isTold = choice !== undefined && (fallback === undefined || drawingsIn(choice) > 0);
    return this.blocks((isTold ? choice : fallback)?.children ?? []);
  }

  #drawing(drawing: XmlElement): XmlNode[] {
    for (const box of outermost(drawing, "txbxContent")) {
      const outer = this.#after;
      this.#after = [];
      const blocks = this.blocks(box.children).filter((node) => typeof node !== "string");
      this.#after = [...outer, ...blocks, ...this.#after];
    }
    for (const reference of descendants(drawing, "chart")) this.#chart(attributeOf(reference, "id") ?? "");
    const alternative = [...descendants(drawing, "docPr"), ...descendants(drawing, "shape")]
      .map((element) => attributeOf(element, "descr") ?? attributeOf(element, "alt") ?? "")
      .find((text) => text.trim() !== "" && !/^\S+\.(png|jpe?g|gif|bmp|tiff?|svg|emf|wmf)$/i.test(text.trim()));
    return alternative === undefined ? [] : [wordText(alternative)];
  }

  #chart(relationshipId: string): void {
    const chart = this.#source.chart(relationshipId);
    if (chart === undefined) return;
    for (const title of chart.titles) this.#after.push(wordParagraph(title));
    const rows = chart.rows.map((row) =>
      wordElement(
        "tr",
        row.map((cell) => wordElement("tc", [wordParagraph(cell)])),
      ),
    );
    if (rows.length > 0) this.#after.push(wordElement("tbl", rows));
  }

  #note(reference: XmlElement, notes: Map<string, string>, [chinese, english]: [string, string]): XmlNode[] {
    const note = notes.get(attributeOf(reference, "id") ?? "");
    if (note !== undefined) {
      this.#after.push(wordParagraph(`${/\p{Script=Han}/u.test(note) ? chinese : english}${note}`));
    }
    return [];
  }
}

function listProperties(kind: ListKind, level: number): XmlElement {
  return wordElement("numPr", [
    wordElement("ilvl", [], { "w:val": String(Math.min(level, DEEPEST_LIST_LEVEL)) }),
    wordElement("numId", [], { "w:val": LIST_IDS[kind] }),
  ]);
}

function drawingsIn(element: XmlElement): number {
  return ["txbxContent", "chart", "docPr"].reduce((sum, name) => sum + descendants(element, name).length, 0);
}

function checkBoxField(field: XmlElement): XmlElement[] {
  const box = childAt(field, "ffData", "checkBox");
  if (box === undefined) return [];
  const isChecked = childAt(box, "checked") === undefined ? isSwitchedOn(box, "default") : isSwitchedOn(box, "checked");
  return [wordText(isChecked ? "☒ " : "☐ ")];
}

function plainInstruction(element: XmlElement): string {
  return element.children.filter((child) => typeof child === "string").join("");
}

/** New elements are written with the prefix `w`, whatever prefix the file itself uses. */
function withWordPrefix(document: XmlElement): Record<string, string> {
  const [prefix] = document.qualifiedName.split(":");
  const isPrefixed = prefix !== undefined && prefix !== document.qualifiedName;
  const namespace = document.attributes[isPrefixed ? `xmlns:${prefix}` : "xmlns"];
  return { ...document.attributes, ...(namespace === undefined ? {} : { "xmlns:w": namespace }) };
}
