/** More tables in one card are refused (ErrCode 11310); the number has varied between 3 and 5. */
const MAX_TABLES = 3;

const FENCE = /^[ \t]*(`{3,}|~{3,})/;
const TABLE_DELIMITER = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$/;

/**
 * Markdown as Lark's cards read it: their own tags (`<at id=all>`) cannot come in from a text, pictures by address
 * become links, and tables beyond what a card may hold become code.
 * @param maxTables default 3
 */
export function toCardMarkdown(markdown: string, { maxTables = MAX_TABLES }: { maxTables?: number } = {}): string {
  return mapLines(tablesAsCode(markdown, maxTables), {
    prose: (line) => replaceOutsideCode(line, (text) => escapeTags(picturesAsLinks(text))),
    code: breakMentions,
  });
}

/** Markdown for a message of kind `post` or `text`, where entities are not read: tags are broken up instead. */
export function toMessageText(markdown: string): string {
  return mapLines(markdown, { prose: (line) => breakMentions(picturesAsLinks(line)), code: breakMentions });
}

/** The first words, without marks, for the list of chats and the phone's lock screen. */
export function summarise(markdown: string, maxChars = 80): string {
  const plain = markdown
    .replace(/^[ \t]*(`{3,}|~{3,}).*$/gm, "")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^[ \t]*(#{1,6}|[-*+]|\d+\.|>)[ \t]+/gm, "")
    .replace(/[*_~`|]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
  const characters = Array.from(breakMentions(plain));
  return characters.length <= maxChars ? characters.join("") : `${characters.slice(0, maxChars - 1).join("")}…`;
}

/** `<at id=all>` would call the whole group; `<3` and `a < b` stay as they are. */
function escapeTags(text: string): string {
  return text.replace(/<(?=[a-z/!])/gi, "&#60;");
}

/** In code an entity would be shown as it is, so the tag is broken by a character without width. */
function breakMentions(text: string): string {
  return text.replace(/<(?=\/?at\b)/gi, "<\u200B");
}

/** A card takes pictures by key only and refuses addresses. */
function picturesAsLinks(text: string): string {
  return text.replace(/!\[([^\]]*)\]\((https?:[^)\s]+)[^)]*\)/g, (_whole, title: string, url: string) => {
    return `[${title === "" ? url : title}](${url})`;
  });
}

function replaceOutsideCode(line: string, change: (text: string) => string): string {
  return line
    .split(/(`+[^`]+`+)/)
    .map((piece, index) => (index % 2 === 1 ? breakMentions(piece) : change(piece)))
    .join("");
}

function mapLines(
  markdown: string,
  { prose, code }: { prose: (line: string) => string; code: (line: string) => string },
): string {
  let fence: string | undefined;
  return markdown
    .split("\n")
    .map((line) => {
      const mark = FENCE.exec(line)?.[1];
      if (fence === undefined) {
        fence = mark;
        return mark === undefined ? prose(line) : code(line);
      }
      if (mark?.startsWith(fence) === true && line.trim() === mark) fence = undefined;
      return code(line);
    })
    .join("\n");
}

function tablesAsCode(markdown: string, maxTables: number): string {
  const lines = markdown.split("\n");
  const result: string[] = [];
  let fence: string | undefined;
  let tables = 0;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    const mark = FENCE.exec(line)?.[1];
    if (mark !== undefined && fence === undefined) fence = mark;
    else if (fence !== undefined && mark?.startsWith(fence) === true) fence = undefined;
    const isTable = fence === undefined && line.includes("|") && TABLE_DELIMITER.test(lines[index + 1] ?? "");
    if (!isTable) {
      result.push(line);
      continue;
    }
    let end = index + 2;
    while (end < lines.length && lines[end]?.includes("|")) end += 1;
    tables += 1;
    const table = lines.slice(index, end);
    result.push(...(tables > maxTables ? ["```", ...table, "```"] : table));
    index = end - 1;
  }
  return result.join("\n");
}
