import { strToU8, zipSync, type Zippable } from "fflate";
import type { ParseInput, Parser } from "../../core/document.ts";
import { AppError } from "../../core/errors.ts";
import { SIMPLE_NUMBERING, simplifyBody } from "./docx-body.ts";
import { readNumbering } from "./docx-numbering.ts";
import { readParagraphStyles } from "./docx-styles.ts";
import { readNoteTexts } from "./docx-text.ts";
import { readChart } from "./drawing-text.ts";
import { finishDocument } from "./finish-document.ts";
import { htmlToBlocks } from "./html-blocks.ts";
import { coreTitle, mainPart, readPart, readRelationships, type Relationship } from "./ooxml.ts";
import { descendants, serializeXml, type XmlElement } from "./xml.ts";
import { openZip, type ZipArchive } from "./zip.ts";

const DOCUMENT_PART = "word/document.xml";
const CONTENT_TYPES =
  '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' +
  '<Default Extension="xml" ContentType="application/xml"/></Types>';
const MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/** Word documents (.docx, .docm). */
export const docxParser: Parser = {
  name: "docx",
  async parse(input) {
    const zip = openZip(input);
    const part = mainPart(zip, DOCUMENT_PART);
    const root = readPart(zip, part);
    if (root === undefined) {
      throw new AppError("document_damaged", `"${input.name}" has no Word document inside; save it as .docx again.`);
    }
    const { document, title } = simplifyBody(root, readBodySource(zip, part));
    const html = await toHtml(packageOf(zip, part, document), input);
    const documentTitle = coreTitle(zip) ?? title;
    return finishDocument(
      {
        mediaType: MEDIA_TYPE,
        blocks: htmlToBlocks(html),
        warnings:
          descendants(root, "altChunk").length > 0
            ? ["A document embedded as a whole is not read; save it again."]
            : [],
        ...(documentTitle === undefined ? {} : { title: documentTitle }),
      },
      input.name,
    );
  },
};

function readBodySource(zip: ZipArchive, part: string) {
  const relationships = readRelationships(zip, part);
  const related = (type: string) => {
    const found = [...relationships.values()].find(
      (relationship) => relationship.type === type && !relationship.external,
    );
    return found && readPart(zip, found.target);
  };
  return {
    styles: readParagraphStyles(related("styles")),
    numbering: readNumbering(related("numbering")),
    footnotes: readNoteTexts(related("footnotes"), "footnotes", "footnote"),
    endnotes: readNoteTexts(related("endnotes"), "endnotes", "endnote"),
    comments: readNoteTexts(related("comments"), "comments", "comment"),
    hasLink: (relationshipId: string) => relationships.get(relationshipId)?.type === "hyperlink",
    chart(relationshipId: string) {
      const chart = relationships.get(relationshipId);
      return chart === undefined || chart.external ? undefined : readChart(zip, chart.target);
    },
  };
}

/** A new package with nothing but what mammoth needs: it unpacks without limits, and cannot meet what is not there. */
function packageOf(zip: ZipArchive, part: string, document: XmlElement): Uint8Array {
  const links = [...readRelationships(zip, part).values()].filter(({ type }) => type === "hyperlink");
  const files: Zippable = {
    "[Content_Types].xml": strToU8(CONTENT_TYPES),
    "_rels/.rels": strToU8(relationshipsXml([{ id: "main", type: "officeDocument", target: DOCUMENT_PART }])),
    [DOCUMENT_PART]: strToU8(serializeXml(document)),
    "word/numbering.xml": strToU8(SIMPLE_NUMBERING),
    "word/_rels/document.xml.rels": strToU8(
      relationshipsXml([...links, { id: "simple-numbering", type: "numbering", target: "numbering.xml" }]),
    ),
  };
  return zipSync(files, { level: 0 });
}

function relationshipsXml(relationships: Pick<Relationship, "id" | "type" | "target">[]): string {
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const root: XmlElement = {
    name: "Relationships",
    qualifiedName: "Relationships",
    attributes: { xmlns: "http://schemas.openxmlformats.org/package/2006/relationships" },
    children: relationships.map(({ id, type, target }) => ({
      name: "Relationship",
      qualifiedName: "Relationship",
      attributes: { Id: id, Type: `${office}/${type}`, Target: target },
      children: [],
    })),
  };
  return serializeXml(root);
}

async function toHtml(bytes: Uint8Array, { name }: ParseInput): Promise<string> {
  const { default: mammoth } = await import("mammoth");
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { value } = await mammoth.convertToHtml(
      { buffer },
      {
        includeEmbeddedStyleMap: false,
        externalFileAccess: false,
        // Not even a picture that was missed is opened.
        convertImage: mammoth.images.imgElement(() => Promise.resolve({ src: "" })),
      },
    );
    return value;
  } catch (cause) {
    throw new AppError("document_damaged", `"${name}" is not a sound Word document; open it and save it again.`, {
      cause,
    });
  }
}
