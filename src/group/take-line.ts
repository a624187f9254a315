import { AppError, errorMessage } from "../core/errors.ts";
import { placeOf, type LedgerRecord, type NewPost, type StoredLine } from "../core/store.ts";
import type { BurstLine } from "./burst.ts";
import { runControl } from "./control.ts";
import { parseControlCommand, type ControlCommand } from "./control-command.ts";
import type { PlacePolicy, TurnOptions } from "./engine-options.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { lineText } from "./line-text.ts";
import { recordOf, type Ending } from "./question.ts";

/** What a line is to us: part of somebody's burst, or done with at once. */
export type LineVerdict = { kind: "joins"; line: BurstLine } | { kind: "done"; record: LedgerRecord; posts: NewPost[] };

/** Reads one line: who it is from, whom it speaks to, whether it is a command. */
export async function takeLine(
  line: StoredLine,
  policy: PlacePolicy,
  options: TurnOptions,
  signal: AbortSignal,
): Promise<LineVerdict> {
  const { message } = line;
  const done = (ending: Ending, posts: NewPost[] = []): LineVerdict => ({
    kind: "done",
    record: { ...recordOf(line, { policyVersion: policy.version, ...ending }) },
    posts,
  });
  if (message.sender.isBot) return done({ outcome: "heard", reason: "bot" });
  if (!policy.listens) return done({ outcome: "heard", reason: "not-listened" });
  const command = parseControlCommand(lineText(message));
  if (command !== undefined) {
    if (policy.admins.includes(message.sender.id)) return obey(line, command, { policy, options, signal }, done);
    return done({ outcome: "command", reason: "not-admin" });
  }
  const quotes = message.quoted === undefined ? undefined : await writerOf(line, options);
  const toUs = message.mentions.bot || message.conversation.kind === "direct" || quotes === "us";
  const toAnother = message.mentions.others.length > 0 || quotes === "another";
  if (!toUs && toAnother) return done({ outcome: "declined", reason: "addressed-to-someone-else" });
  return { kind: "joins", line: { ...line, toUs } };
}

/** Who wrote the line that is quoted. */
async function writerOf({ message }: StoredLine, { store }: TurnOptions): Promise<"us" | "asker" | "another"> {
  const { channel, app, quoted, sender } = message;
  if (quoted === undefined) return "asker";
  if ((await store.findPostByMessage(channel, app, quoted.id)) !== undefined) return "us";
  return quoted.senderId === sender.id ? "asker" : "another";
}

async function obey(
  line: StoredLine,
  command: ControlCommand,
  { policy, options, signal }: { policy: PlacePolicy; options: TurnOptions; signal: AbortSignal },
  done: (ending: Ending, posts?: NewPost[]) => LineVerdict,
): Promise<LineVerdict> {
  const { message, receivedAt } = line;
  const { timezone, locale } = policy;
  try {
    const { markdown, facts } = await runControl(
      { command, message, receivedAt, timezone, locale },
      { ...options, withdraw: (post) => withdraw(post, options, signal) },
      signal,
    );
    const key = idempotencyKey("command", line.key);
    const post: NewPost = {
      place: placeOf(message),
      post: {
        idempotencyKey: key,
        markdown,
        citations: [],
        kind: "notice",
        takesFeedback: false,
        target: {
          conversation: message.conversation,
          inReplyTo: message.id,
          ...(message.replyContext !== undefined && { replyContext: message.replyContext }),
        },
      },
      state: "waiting",
      mentioned: true,
      notBefore: receivedAt,
      expiresAt: receivedAt + COMMAND_LIFE_MS,
    };
    return done({ outcome: "command", reason: command.name, extra: facts, postKey: key }, [post]);
  } catch (error) {
    if (signal.aborted || (error instanceof AppError && error.code === "store_unavailable")) throw error;
    options.logger.error("command.failed", { command: command.name, error: errorMessage(error) });
    return done({ outcome: "command", reason: command.name, code: error instanceof AppError ? error.code : "aborted" });
  }
}

/** An answer to a command that comes later than this confuses more than it helps. */
const COMMAND_LIFE_MS = 10 * 60_000;

async function withdraw(
  { place, post, messageIds }: Parameters<Parameters<typeof runControl>[1]["withdraw"]>[0],
  { channel }: TurnOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const sender = channel(place.channel);
  if (sender?.recall === undefined || !sender.abilities.recalls) return false;
  try {
    await sender.recall(post.target, messageIds, signal);
    return true;
  } catch (error) {
    if (error instanceof AppError && !error.retryable) return false;
    throw error;
  }
}
