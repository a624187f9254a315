const FENCE = /^[ \t]*(`{3,}|~{3,})/;
const TABLE_DELIMITER = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$/;

/**
 * Markdown as a person would type it into a chat that shows no Markdown: without stars, hashes, fences and table rules;
 * addresses of links stand behind their texts. Code is left as it is.
 */
export function markdownToText(markdown: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.replaceAll("\r\n", "\n").split("\n")) {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark !== undefined && line.trim().startsWith(fence)) fence = undefined;
      else lines.push(line);
    } else if (mark !== undefined) {
      fence = mark;
    } else if (!TABLE_DELIMITER.test(line)) {
      lines.push(lineToText(line));
    }
  }
  return lines.join("\n").trim();
}

function lineToText(line: string): string {
  const plain = line
    .replace(/^[ \t]{0,3}#{1,6}[ \t]+/, "")
    .replace(/^([ \t]*)\|(.*?)\|?[ \t]*$/, (_all, indent: string, row: string) => indent + row.trim());
  // Code spans are taken apart first, so that stars within them stay.
  return plain
    .split(/(`+[^`]+`+)/)
    .map((piece, index) => (index % 2 === 1 ? piece.replaceAll("`", "") : inlineToText(piece)))
    .join("");
}

function inlineToText(text: string): string {
  return text
    .replaceAll(/!?\[([^\][]*)\]\(([^()\s]+)(?:\s+"[^"]*")?\)/g, (_all, label: string, address: string) =>
      label === "" || label === address ? address : `${label} (${address})`,
    )
    .replaceAll(/(\*\*|__)(?=\S)(.+?)(?<=\S)\1/g, "$2")
    .replaceAll(/(?<![\w*\\])\*(?=\S)([^*\n]+?)(?<=[^\s\\])\*(?![\w*])/g, "$1")
    .replaceAll(/\\([\\`*_{}[\]()#+\-.!|>~])/g, "$1");
}
