/** WeChat puts U+2005 behind a name that was picked; members who type it put a space. */
const PICKED = /^@([^\u2005@\n]{1,64})\u2005\s*/;
const TYPED = /^@(\S{1,64})(?:\s+|$)/;

export interface StrippedText {
  text: string;
  /** The bot's name stood at the beginning, picked or typed. */
  namesBot: boolean;
}

/**
 * Takes the bot's name off the beginning of a line. Other names stay.
 * @param botName undefined where nobody told us; then the names before the text are the bot's if `isMentioned`
 */
export function stripMention(
  line: string,
  { botName, isMentioned }: { botName: string | undefined; isMentioned: boolean },
): StrippedText {
  let rest = line.trimStart();
  let kept = "";
  let namesBot = false;
  for (;;) {
    const typedName = botName !== undefined && startsWithName(rest, botName) ? `@${botName}` : undefined;
    const [all = typedName, name = botName] =
      PICKED.exec(rest) ?? (typedName === undefined ? (TYPED.exec(rest) ?? []) : []);
    if (all === undefined) break;
    const isBot = botName === undefined ? isMentioned : name === botName;
    if (isBot) namesBot = true;
    else kept += all;
    rest = rest.slice(all.length).trimStart();
    if (botName === undefined) break;
  }
  return { text: (kept + rest).trim(), namesBot };
}

/** A name may hold spaces, so it ends where it ends, not at the next one. */
function startsWithName(text: string, name: string): boolean {
  return text.startsWith(`@${name}`) && /^[\s\u2005]|^$/.test(text.slice(name.length + 1, name.length + 2));
}
