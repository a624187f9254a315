/**
 * The line without the mention that brought it to us: the configured name (which may hold blanks) wherever it stands, else,
 * in a group, the first word after an `@` at the beginning.
 */
export function stripMention(
  text: string,
  { botName, isGroup }: { botName: string | undefined; isGroup: boolean },
): string {
  const line = text.trim();
  if (botName !== undefined) {
    const start = findMention(line, `@${botName}`);
    if (start !== undefined) {
      const before = line.slice(0, start).trimEnd();
      const after = line.slice(start + botName.length + 1).trimStart();
      return [before, after].filter(Boolean).join(" ");
    }
  }
  return isGroup ? line.replace(/^@\S+\s*/u, "") : line;
}

/** A name that goes on is somebody else's. */
function findMention(line: string, mention: string): number | undefined {
  for (let start = line.indexOf(mention); start !== -1; start = line.indexOf(mention, start + 1)) {
    if (!/^[\p{L}\p{N}_]/u.test(line.slice(start + mention.length)) || isHan(line, start + mention.length))
      return start;
  }
  return undefined;
}

/** Chinese is written on without a blank. */
function isHan(line: string, at: number): boolean {
  return /^\p{Script=Han}/u.test(line.slice(at));
}
