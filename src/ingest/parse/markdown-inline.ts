import type { Nodes } from "mdast";

interface Edit {
  start: number;
  end: number;
  text: string;
}

/**
 * The source of a block with what only a browser understands turned to text: comments and tags go, pictures become
 * their description, links by reference get their address. All else stays as it is written.
 */
export function inlineText(block: Nodes, source: string, definitions: ReadonlyMap<string, string>): string {
  const start = block.position?.start.offset ?? 0;
  const end = block.position?.end.offset ?? start;
  let text = "";
  let offset = start;
  for (const edit of editsIn(block, source, definitions)) {
    if (edit.start < offset) continue;
    text += source.slice(offset, edit.start) + edit.text;
    offset = edit.end;
  }
  return text + source.slice(offset, end);
}

function editsIn(block: Nodes, source: string, definitions: ReadonlyMap<string, string>): Edit[] {
  const edits: Edit[] = [];
  // Nodes still to be visited, the next one last.
  const waiting: Nodes[] = [block];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const start = node.position?.start.offset ?? 0;
    const end = node.position?.end.offset ?? start;
    // A row of a table is one line.
    if (node.type === "html")
      edits.push({ start, end, text: tagText(node.value).replace("\n", block.type === "table" ? " " : "\n") });
    else if (node.type === "image" || node.type === "imageReference") edits.push({ start, end, text: node.alt ?? "" });
    else if (
      node.type === "link" &&
      node.children.every((child) => child.type === "image" || child.type === "imageReference")
    ) {
      edits.push({ start, end, text: plainText(node) });
    } else {
      if (node.type === "linkReference") {
        const address = definitions.get(node.identifier.toLowerCase());
        const textEnd = node.children.at(-1)?.position?.end.offset;
        if (address !== undefined && textEnd !== undefined && source[textEnd] === "]") {
          edits.push({ start: textEnd, end, text: `](${address})` });
        }
      }
      if ("children" in node) for (const child of node.children.toReversed()) waiting.push(child);
    }
  }
  return edits.toSorted((left, right) => left.start - right.start);
}

function tagText(html: string): string {
  if (/^<br\b/i.test(html)) return "\n";
  const alt = /^<img\b[^>]*?\balt\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(html);
  if (alt !== null) return alt[1] ?? alt[2] ?? "";
  return html
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<[^>]*>/g, "");
}

/** The text of a node without any marks. */
export function plainText(root: Nodes): string {
  let text = "";
  const waiting: Nodes[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === "html") text += tagText(node.value);
    else if (node.type === "break") text += " ";
    else if ("value" in node) text += node.value;
    else if ("alt" in node) text += node.alt ?? "";
    if ("children" in node) for (const child of node.children.toReversed()) waiting.push(child);
  }
  return text.replace(/\s+/g, " ").trim();
}
