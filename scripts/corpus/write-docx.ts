import {
  AlignmentType,
  Document,
  HeadingLevel,
  LevelFormat,
  Packer,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from "docx";
import type { FileChild } from "docx";

import type { Run, SourceBlock } from "./read-source.ts";
import { settleZip } from "./settle-zip.ts";

const HEADINGS = {
  1: HeadingLevel.HEADING_1,
  2: HeadingLevel.HEADING_2,
  3: HeadingLevel.HEADING_3,
} as const;

const FONT = { ascii: "Arial", hAnsi: "Arial", eastAsia: "Microsoft YaHei" };

/** A Word document with real heading styles, numbered lists and tables; the same blocks give the same bytes. */
export async function writeDocx(title: string, blocks: SourceBlock[]): Promise<Uint8Array> {
  const orderedLists = blocks.filter((block) => block.kind === "list" && block.ordered).length;
  let listNumber = 0;
  const children = blocks.flatMap((block): FileChild[] => {
    if (block.kind === "list" && block.ordered) listNumber += 1;
    return toParts(block, `steps-${listNumber}`);
  });
  const document = new Document({
    title,
    creator: "Xianheng",
    lastModifiedBy: "Xianheng",
    styles: { default: { document: { run: { font: FONT, size: 22 } } } },
    numbering: {
      config: Array.from({ length: orderedLists }, (_, index) => ({
        reference: `steps-${index + 1}`,
        levels: [
          {
            level: 0,
            format: LevelFormat.DECIMAL,
            text: "%1.",
            alignment: AlignmentType.START,
            style: { paragraph: { indent: { left: 480, hanging: 480 } } },
          },
        ],
      })),
    },
    sections: [{ children }],
  });
  return settleZip(await Packer.toBuffer(document));
}

function toParts(block: SourceBlock, numbering: string): FileChild[] {
  if (block.kind === "heading") return [new Paragraph({ text: block.text, heading: HEADINGS[block.level] })];
  if (block.kind === "paragraph") {
    return [new Paragraph({ children: block.runs.map(toTextRun), spacing: { after: 120 } })];
  }
  if (block.kind === "list") {
    const marks = block.ordered ? { numbering: { reference: numbering, level: 0 } } : { bullet: { level: 0 } };
    return block.items.map((runs) => new Paragraph({ children: runs.map(toTextRun), ...marks }));
  }
  if (block.kind === "table") return [toTable(block.rows), new Paragraph({})];
  return block.lines.map((text) => new Paragraph({ children: [new TextRun({ text, font: "Courier New" })] }));
}

function toTable(rows: string[][]): Table {
  return new Table({
    width: { size: 100, type: WidthType.PERCENTAGE },
    rows: rows.map(
      (cells, index) =>
        new TableRow({
          // Readers take even a "false" header mark for a header row.
          ...(index === 0 ? { tableHeader: true } : {}),
          children: cells.map(
            (text) =>
              new TableCell({
                children: [new Paragraph({ children: [new TextRun({ text, bold: index === 0, size: 18 })] })],
              }),
          ),
        }),
    ),
  });
}

function toTextRun(run: Run): TextRun {
  return new TextRun({
    text: run.text,
    bold: run.bold,
    ...(run.code ? { font: "Courier New" } : {}),
  });
}
