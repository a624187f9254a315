import type { PhrasingContent, RootContent } from "mdast";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified } from "unified";

/** A stretch of text in one style. */
export interface Run {
  text: string;
  bold: boolean;
  code: boolean;
}

/** A piece of a source document: the little Markdown that the sample documents are written in. */
export type SourceBlock =
  | { kind: "heading"; level: 1 | 2 | 3; text: string }
  | { kind: "paragraph"; runs: Run[] }
  | { kind: "list"; ordered: boolean; items: Run[][] }
  | { kind: "table"; rows: string[][] }
  | { kind: "code"; lines: string[] };

const markdown = unified().use(remarkParse).use(remarkGfm);

/**
 * Reads a source document.
 * @throws Error on Markdown that the writers have no form for, with its line.
 */
export function readSource(text: string): SourceBlock[] {
  return markdown.parse(text).children.map(toBlock);
}

function toBlock(node: RootContent): SourceBlock {
  if (node.type === "heading" && (node.depth === 1 || node.depth === 2 || node.depth === 3)) {
    return { kind: "heading", level: node.depth, text: plainText(toRuns(node.children)) };
  }
  if (node.type === "paragraph") return { kind: "paragraph", runs: toRuns(node.children) };
  if (node.type === "list") {
    const items = node.children.map((item) => {
      const [only, ...rest] = item.children;
      if (only?.type !== "paragraph" || rest.length > 0) throw unsupported(item);
      return toRuns(only.children);
    });
    return { kind: "list", ordered: node.ordered === true, items };
  }
  if (node.type === "table") {
    const rows = node.children.map((row) => row.children.map((cell) => plainText(toRuns(cell.children))));
    return { kind: "table", rows };
  }
  if (node.type === "code") return { kind: "code", lines: node.value.split("\n") };
  throw unsupported(node);
}

function toRuns(nodes: PhrasingContent[], bold = false): Run[] {
  return nodes.flatMap((node): Run[] => {
    if (node.type === "text") return [{ text: node.value, bold, code: false }];
    if (node.type === "inlineCode") return [{ text: node.value, bold, code: true }];
    if (node.type === "strong") return toRuns(node.children, true);
    // GFM turns bare addresses into links; on paper they are text.
    if (node.type === "link") return toRuns(node.children, bold);
    throw unsupported(node);
  });
}

export function plainText(runs: Run[]): string {
  return runs.map((run) => run.text).join("");
}

function unsupported(node: { type: string; position?: { start: { line: number } } | undefined }): Error {
  return new Error(`No form for Markdown "${node.type}" on line ${String(node.position?.start.line)}.`);
}
