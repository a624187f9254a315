import type { LarkMention } from "./api-types.ts";

/** Who a line names, and how its tokens read. */
export interface ResolvedMentions {
  bot: boolean;
  everyone: boolean;
  /** Open ids (names where there is none) of everybody else who is named. */
  others: string[];
  /** The text with names in the place of tokens, without our own and without the call to everybody. */
  text: string;
}

/** Some clients list a call to everybody as a mention, most only write the token. */
const EVERYONE = "@_all";

/**
 * Reads the tokens of a text. `@_user_1` begins `@_user_10`, so longer ones are replaced first. Only the open id tells
 * whether we are meant: other ids are empty without a permission, also for people.
 */
export function resolveMentions(
  rawText: string,
  { mentions, botOpenId }: { mentions: readonly LarkMention[]; botOpenId: string },
): ResolvedMentions {
  const named = new Map(mentions.filter(({ key }) => key !== "" && key !== EVERYONE).map((item) => [item.key, item]));
  const tokens = [...named.keys(), EVERYONE].toSorted((left, right) => right.length - left.length);
  const pattern = new RegExp(`(${tokens.map(escapePattern).join("|")})(?![A-Za-z0-9_])[ \\u00A0]?`, "g");
  const isBot = (mention: LarkMention): boolean => openIdOf(mention) === botOpenId;
  const all = [...named.values()];
  return {
    bot: all.some(isBot),
    everyone: mentions.some(({ key }) => key === EVERYONE) || /@_all(?![A-Za-z0-9_])/.test(rawText),
    others: [...new Set(all.filter((mention) => !isBot(mention)).map((item) => openIdOf(item) ?? nameOf(item)))],
    text: rawText
      .replace(pattern, (whole, token: string) => {
        const mention = named.get(token);
        return mention === undefined || isBot(mention) ? "" : whole.replace(token, () => `@${nameOf(mention)}`);
      })
      .trim(),
  };
}

function openIdOf({ id }: LarkMention): string | undefined {
  return (typeof id === "string" ? id : id?.open_id) ?? undefined;
}

function nameOf({ name, key }: LarkMention): string {
  return name === null || name === undefined || name === "" ? key.replace(/^@/, "") : name;
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
