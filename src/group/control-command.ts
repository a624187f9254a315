/** What an admin wants of us in the chat. */
export type ControlCommand =
  /** About the message replied to, one named by its id, or the last one. */
  | { name: "why"; messageId?: string }
  | { name: "mute"; durationMs: number }
  | { name: "unmute" }
  | { name: "recall" }
  | { name: "feedback"; good: boolean; comment?: string }
  /** A command that exists, with an argument that makes no sense. */
  | { name: "misused"; command: "mute" | "feedback" };

const NAMES: Record<string, "why" | "mute" | "unmute" | "recall" | "feedback"> = {
  why: "why",
  为什么: "why",
  为啥: "why",
  mute: "mute",
  静音: "mute",
  闭嘴: "mute",
  unmute: "unmute",
  取消静音: "unmute",
  解除静音: "unmute",
  recall: "recall",
  撤回: "recall",
  feedback: "feedback",
  反馈: "feedback",
};
const COMMAND = /^[/／]([\p{L}]+)(?:\s+|(?=\d)|$)([\s\S]*)$/u;
const DURATION = /^(\d{1,4})\s*(s|sec|seconds?|秒钟?|m|min|minutes?|分钟?|h|hours?|个?小时|d|days?|天|日)?$/iu;
const UNIT_MS: [RegExp, number][] = [
  [/^(?:s|秒)/iu, 1000],
  [/^(?:h|个?小时)/iu, 3_600_000],
  [/^(?:d|天|日)/iu, 86_400_000],
];
const MINUTE_MS = 60_000;
const DEFAULT_MUTE_MS = 3_600_000;
const LONGEST_MUTE_MS = 30 * 86_400_000;
const MOST_COMMENT_CHARS = 500;

/**
 * The command that a line is; undefined for every other line, also for paths ("/usr/bin/python 报错") and commands of other
 * bots. The channel has taken the mention of us out of the text already.
 */
export function parseControlCommand(text: string): ControlCommand | undefined {
  const [, word = "", rest = ""] = COMMAND.exec(text.normalize("NFC").trim()) ?? [];
  const argument = rest.trim();
  const name = NAMES[word.toLowerCase()];
  if (name === undefined) return undefined;
  switch (name) {
    case "why":
      return argument === "" ? { name } : { name, messageId: argument };
    case "mute": {
      const durationMs = argument === "" ? DEFAULT_MUTE_MS : durationOf(argument);
      return durationMs === undefined ? { name: "misused", command: "mute" } : { name, durationMs };
    }
    case "unmute":
    case "recall":
      return argument === "" ? { name } : undefined;
    case "feedback":
      return feedbackOf(argument);
  }
}

/** A number without a unit is minutes. */
function durationOf(text: string): number | undefined {
  const [, amount = "", unit = "m"] = DURATION.exec(text) ?? [];
  const unitMs = UNIT_MS.find(([pattern]) => pattern.test(unit))?.[1] ?? MINUTE_MS;
  const ms = Number(amount) * unitMs;
  return amount === "" || ms === 0 ? undefined : Math.min(ms, LONGEST_MUTE_MS);
}

function feedbackOf(argument: string): ControlCommand {
  const [, vote = "", comment = ""] =
    /^(good|bad|好|坏|不好|差|对|错|👍|👎)(?:[\s，,：:]+([\s\S]*))?$/iu.exec(argument) ?? [];
  if (vote === "") return { name: "misused", command: "feedback" };
  const good = /^(?:good|好|对|👍)$/iu.test(vote);
  const said = Array.from(comment.trim()).slice(0, MOST_COMMENT_CHARS).join("");
  return { name: "feedback", good, ...(said !== "" && { comment: said }) };
}
