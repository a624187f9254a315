import type { Message } from "../core/message.ts";
import type { Locale, Logger } from "../core/runtime.ts";
import { messageKey, placeKey, placeOf, type LedgerRecord, type Store, type StoredPost } from "../core/store.ts";
import type { ControlCommand } from "./control-command.ts";
import { voteKey } from "./feedback-label.ts";
import { setMute } from "./mute.ts";
import { describeRecord, type WhyShare } from "./why-text.ts";
import { whyWords } from "./why-words.ts";
import { withdrawnNote } from "./withdrawn-note.ts";

export interface ControlDependencies {
  store: Store;
  logger: Logger;
  /** Withdraws a post on its platform; false where the platform cannot or will not. @throws AppError that is retryable */
  withdraw: (post: StoredPost, signal: AbortSignal) => Promise<boolean>;
  /** What spoke for and against, the weightiest first, for a line whose text is still there. */
  explain?: (record: LedgerRecord, locale: Locale, signal: AbortSignal) => Promise<WhyShare[]>;
}

export interface ControlRequest {
  command: ControlCommand;
  message: Message;
  /**
   * When it was received, in milliseconds since 1970. The same at every try: a command that is run again after a crash
   * means the same answer and the same end of the silence.
   */
  receivedAt: number;
  /** Zone of the times that are said. */
  timezone: string;
  locale: Locale;
}

export interface ControlResult {
  /** A short reply. */
  markdown: string;
  /** For the command's own record: what was done, by whom. */
  facts: Record<string, string | number | boolean>;
}

/** How far back the last answer of a group is looked for. */
const LAST_ANSWER_MS = 7 * 86_400_000;

/**
 * Runs an admin's command. Whether the sender is an admin is known already. The reply is a notice: it counts as a post for
 * what follows, and is never held back by the budget, for who sets the budget may hear that it was set.
 */
export async function runControl(
  request: ControlRequest,
  dependencies: ControlDependencies,
  signal: AbortSignal,
): Promise<ControlResult> {
  const { command, message, locale } = request;
  const words = whyWords(locale);
  const facts = { command: command.name, admin: message.sender.id, adminName: message.sender.name ?? "" };
  switch (command.name) {
    case "why":
      return { markdown: await why(request, command.messageId, dependencies, signal), facts };
    case "mute":
    case "unmute":
      return { markdown: await changeMute(request, dependencies), facts };
    case "recall":
      return recall(request, dependencies, { facts, signal });
    case "feedback":
      return { markdown: await feedback(request, command, dependencies), facts };
    case "misused":
      return { markdown: words.usage[command.command], facts: { ...facts, misused: true } };
  }
}

async function why(
  { message, locale, receivedAt }: ControlRequest,
  named: string | undefined,
  { store, explain }: ControlDependencies,
  signal: AbortSignal,
): Promise<string> {
  const record = await recordAsked(store, message, { named, receivedAt });
  if (record === undefined) return whyWords(locale).unknownMessage;
  const shares = record.scores === undefined ? undefined : await explain?.(record, locale, signal);
  return describeRecord(record, { locale, brief: true, shares }).join("\n");
}

/** The record of the message that is meant, or of the one that it was read with. Never of another group. */
async function recordAsked(
  store: Store,
  message: Message,
  { named, receivedAt }: { named: string | undefined; receivedAt: number },
): Promise<LedgerRecord | undefined> {
  const here = (record: LedgerRecord): boolean =>
    record.channel === message.channel &&
    record.app === message.app &&
    record.conversation.id === message.conversation.id;
  const id = named ?? message.quoted?.id;
  let found: LedgerRecord | undefined;
  if (id === undefined) {
    const query = { channel: message.channel, conversationId: message.conversation.id };
    const records = await store.ledger({ ...query, before: receivedAt + 1, limit: 50 });
    found = records.find((record) => here(record) && record.outcome !== "command" && record.outcome !== "heard");
  } else {
    const post = await store.findPostByMessage(message.channel, message.app, id);
    found = (await store.findRecords(post?.inboundKey ?? id)).find(here);
  }
  if (found?.leadId === undefined) return found;
  return (await store.findRecords(found.leadId)).find(here) ?? found;
}

async function changeMute(
  { command, message, receivedAt, timezone, locale }: ControlRequest,
  { store, logger }: ControlDependencies,
): Promise<string> {
  const words = whyWords(locale);
  const until = command.name === "mute" ? receivedAt + command.durationMs : undefined;
  const place = placeKey(placeOf(message));
  await setMute(store, place, until, receivedAt);
  logPolicyChange(logger, message, { change: command.name, ...(until !== undefined && { until }) });
  return until === undefined ? words.unmuted : words.muted(clockTime(until, timezone));
}

async function recall(
  { message, receivedAt, locale }: ControlRequest,
  { store, logger, withdraw }: ControlDependencies,
  { facts, signal }: { facts: ControlResult["facts"]; signal: AbortSignal },
): Promise<ControlResult> {
  const words = whyWords(locale);
  const post = await postMeant(store, message, receivedAt);
  if (post === undefined) return { markdown: words.nothingToRecall, facts };
  const key = post.post.idempotencyKey;
  const done = { ...facts, postKey: key };
  if (post.state === "waiting" || post.state === "deferred") {
    await store.endSend(key, { state: "cancelled", reason: "recalled" }, receivedAt);
    logPolicyChange(logger, message, { change: "recall", postKey: key });
    return { markdown: words.cancelled, facts: done };
  }
  const note = withdrawnNote(key);
  const recalledBy = await store.note(post.placeKey, note);
  if (recalledBy !== undefined && recalledBy !== message.id) return { markdown: words.recalledBefore, facts: done };
  if (!(await withdraw(post, signal))) return { markdown: words.notRecallable, facts: done };
  await store.putNote(post.placeKey, note, message.id, receivedAt);
  if (post.inboundKey !== undefined) {
    const label = { messageId: post.inboundKey, positive: false, source: "recall", userId: message.sender.id };
    await store.addLabel({ ...label, key: `recall:${key}`, at: receivedAt });
  }
  logPolicyChange(logger, message, { change: "recall", postKey: key });
  return { markdown: words.recalled, facts: done };
}

/** The answer that is replied to, the answer to the question that is replied to, or the last answer of this group. */
async function postMeant(store: Store, message: Message, receivedAt: number): Promise<StoredPost | undefined> {
  const place = placeKey(placeOf(message));
  if (message.quoted !== undefined) {
    const post = await store.findPostByMessage(message.channel, message.app, message.quoted.id);
    if (post !== undefined) return post.placeKey === place ? post : undefined;
    const key = messageKey({ channel: message.channel, app: message.app, id: message.quoted.id });
    return (await store.findPostsTo(key)).findLast(
      (answer) => answer.placeKey === place && !["cancelled", "failed", "merged"].includes(answer.state),
    );
  }
  // Of the time of the command: a second try after a crash must not take the answer before.
  return (await store.sentPosts(place, receivedAt - LAST_ANSWER_MS)).findLast(
    ({ post, sentAt = 0 }) => post.kind === "answer" && sentAt <= receivedAt,
  );
}

async function feedback(
  { message, receivedAt, locale }: ControlRequest,
  { good, comment }: Extract<ControlCommand, { name: "feedback" }>,
  { store, logger }: ControlDependencies,
): Promise<string> {
  const words = whyWords(locale);
  const post = await postMeant(store, message, receivedAt);
  const userId = message.sender.id;
  const said = { userId, at: receivedAt, source: "command", ...(comment !== undefined && { comment }) };
  if (post?.inboundKey !== undefined && post.state !== "waiting") {
    await store.addLabel({ ...said, key: voteKey(post, userId), messageId: post.inboundKey, positive: good });
  } else {
    const record =
      message.quoted === undefined ? undefined : await recordAsked(store, message, { named: undefined, receivedAt });
    if (record === undefined) return words.nothingToRate;
    // Silence is what is rated: where it was wrong, the line should have been answered.
    await store.addLabel({ ...said, key: `vote:${record.id}:${userId}`, messageId: record.id, positive: !good });
  }
  logPolicyChange(logger, message, { change: "feedback", good });
  return words.thanked;
}

function logPolicyChange(logger: Logger, message: Message, change: Record<string, unknown>): void {
  const { channel, app, conversation, sender } = message;
  logger.info("policy.changed", {
    channel,
    app,
    conversation: conversation.id,
    admin: sender.id,
    adminName: sender.name ?? "",
    messageId: message.id,
    ...change,
  });
}

function clockTime(at: number, timezone: string): string {
  return new Intl.DateTimeFormat("en-CA", {
    timeZone: timezone,
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  })
    .format(at)
    .replace(", ", " ");
}
