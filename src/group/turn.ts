import type { PostStream } from "../core/channel.ts";
import { AppError, errorMessage } from "../core/errors.ts";
import type { Outcome } from "../core/outcome.ts";
import { placeKey, type LedgerStep, type NewPost, type StoredLine } from "../core/store.ts";
import { decideAttention, type AttentionVerdict } from "./attention.ts";
import type { AskReport, GateVerdict, PlacePolicy, TurnOptions } from "./engine-options.ts";
import { findEarlierAnswer } from "./find-earlier.ts";
import { historyNote, readHistory } from "./history.ts";
import { HONEST_LINE_GAP_MS, honestLine } from "./honest-line.ts";
import { settledByPeople } from "./human-first.ts";
import { createLivePost, type LivePost } from "./live-post.ts";
import { lineText } from "./line-text.ts";
import { pointerText } from "./answered-before.ts";
import { draftPost } from "./draft-post.ts";
import { questionOf, waitingQuestion, type Ending, type Question } from "./question.ts";
import { readRoomFacts } from "./room-facts.ts";
import { showWork } from "./show-work.ts";
import { withDeadline } from "./with-deadline.ts";
import { asksSomething } from "./speech-cues.ts";

/** Where a turn has come to. */
export type TurnResult =
  /** To be looked at again at its `dueAt`. */
  | { kind: "later"; question: Question }
  | { kind: "end"; question: Question; ending: Ending; posts: NewPost[]; stream?: PostStream | undefined };

/** Lines looked through for a person's answer. */
const LINES_LOOKED_AT = 200;
/** Lines looked through for what a line may be the answer to, and their greatest age. */
const LINES_BEFORE = 30;
const ANSWERS_WITHIN_MS = 10 * 60_000;

/**
 * Takes a question one step on: the free gate, then the budget, then a wait for people, then the room is read again, and
 * only then a model is asked. Never throws but for the store and for an abort: a fault is an ending that posts nothing.
 */
export async function advanceTurn(
  given: Question,
  policy: PlacePolicy,
  options: TurnOptions,
  signal: AbortSignal,
): Promise<TurnResult> {
  const { clock, store } = options;
  const keys = given.lines.map(({ key }) => key);
  // Who did not ask us is mostly not answered: the store is asked when it matters, or when a line was seen to go.
  const mayWait = given.stage === "gate" && !given.mentioned && !given.isTouched;
  const recalled = mayWait ? new Set<string>() : await store.recalledAmong(keys);
  const question = recalled.size === 0 ? given : withoutRecalled(given, recalled);
  const end = (ending: Ending, posts: NewPost[] = []): TurnResult => ({
    kind: "end",
    question,
    ending: { policyVersion: policy.version, ...ending },
    posts,
  });
  if (question.lines.every(({ key }) => recalled.has(key))) return end({ outcome: "recalled" });

  if (question.stage === "gate") {
    const { mentioned, askedAt } = question;
    const maxAgeMs = mentioned ? policy.mentionedMaxAgeMs : policy.maxAgeMs;
    if (clock.now() - askedAt > maxAgeMs) return end({ outcome: "expired", reason: "too-old" });
    if (!mentioned) {
      const stopped = await passGate(question, policy, options, signal);
      if (stopped !== undefined) return end(stopped);
      question.stage = "waits";
      question.dueAt = question.receivedAt + policy.humanFirstMs;
      if (question.dueAt > clock.now() || mayWait) return { kind: "later", question };
    }
  }
  const settled = question.mentioned ? undefined : await lookForPeople(question, options);
  if (settled !== undefined) return end(settled);
  return answer(question, policy, options, signal);
}

function withoutRecalled(question: Question, recalled: ReadonlySet<string>): Question {
  const left = question.lines.filter(({ key }) => !recalled.has(key));
  const gone = [...question.gone, ...question.lines.filter(({ key }) => recalled.has(key))];
  return questionOf({ lines: left }, gone) ?? question;
}

/** The gate and the budget, for who did not ask us. Sets the question's scores; returns how it ended, if it did. */
async function passGate(
  question: Question,
  policy: PlacePolicy,
  options: TurnOptions,
  signal: AbortSignal,
): Promise<Ending | undefined> {
  if (!policy.unasked) return { outcome: "declined", reason: "unasked" };
  if (question.text.trim() === "") return { outcome: "declined", reason: "not-a-question" };
  const begun = options.clock.now();
  let verdict: GateVerdict;
  try {
    verdict = await scoreBest(question, options, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    addStep(question, { name: "gate", durationMs: options.clock.now() - begun, result: "failed" });
    return failure("gate", error, options);
  }
  const { speak, reason, gateVersion, question: asks, answerable, threshold } = verdict;
  question.scores = { question: asks, answerable, threshold };
  if (gateVersion !== undefined) question.gateVersion = gateVersion;
  const durationMs = options.clock.now() - begun;
  addStep(question, { name: "gate", durationMs, score: answerable, threshold, result: speak ? "speaks" : "quiet" });
  if (!speak) return { outcome: "declined", reason: reason ?? "unanswerable" };
  if (await answersAMember(question, options)) {
    addStep(question, { name: "human-first", durationMs: 0, result: "answers-a-member" });
    return { outcome: "declined", reason: "addressed-to-someone-else" };
  }
  const attention = await weigh(question, policy, options);
  return attention.kind === "drop" ? dropped(attention) : undefined;
}

/** The whole burst; where that is no question, its single clear questions. */
async function scoreBest(question: Question, options: TurnOptions, signal: AbortSignal): Promise<GateVerdict> {
  const score = (text: string) => options.runScore(() => options.score(text, { place: question.place, signal }));
  const whole = await score(question.text);
  if (whole.speak) return whole;
  for (const line of question.alternatives) {
    const single = await score(line);
    if (!single.speak) continue;
    question.text = line;
    return single;
  }
  return whole;
}

/** Whether people have settled it meanwhile. */
async function lookForPeople(question: Question, { store, clock }: TurnOptions): Promise<Ending | undefined> {
  const begun = clock.now();
  const last = question.lines.at(-1) ?? question.lead;
  const lines = await store.recentLines(placeKey(question.place), {
    since: question.lead.receivedAt,
    limit: LINES_LOOKED_AT,
  });
  const found = settledByPeople(waitingQuestion(question), linesAfter(lines, last));
  const durationMs = clock.now() - begun;
  addStep(question, { name: "human-first", durationMs, result: found?.how ?? "nobody" });
  if (found === undefined) return undefined;
  const { how, sign, messageId, afterMs } = found;
  return { outcome: "declined", reason: "human-first", extra: { how, sign, byMessage: messageId, afterMs } };
}

/** Whether it is what a person says to another's question: that reads like our subject, and is not asked of us. */
async function answersAMember(question: Question, { store }: TurnOptions): Promise<boolean> {
  if (asksSomething(question.text)) return false;
  const ids = question.lines.map(({ message }) => message.id);
  const asker = question.lead.message.sender.id;
  const lines = await store.recentLines(placeKey(question.place), { limit: LINES_BEFORE });
  const since = question.askedAt - ANSWERS_WITHIN_MS;
  return lines.some(({ message }, index) => {
    const { sender, sentAt } = message;
    const text = lineText(message);
    if (sender.isBot || sender.id === asker || sentAt < since || !asksSomething(text)) return false;
    const said = lines.slice(index + 1).filter((line) => ids.includes(line.message.id));
    const asked = { messageIds: [message.id], askerId: sender.id, askerName: sender.name, text, askedAt: sentAt };
    return (
      settledByPeople(
        asked,
        said.map((line) => line.message),
      ) !== undefined
    );
  });
}

/** Messages after a line, oldest first. */
export function linesAfter(lines: StoredLine[], line: StoredLine): StoredLine["message"][] {
  const index = lines.findIndex(({ key }) => key === line.key);
  const later = index >= 0 ? lines.slice(index + 1) : lines.filter(({ receivedAt }) => receivedAt > line.receivedAt);
  return later.map(({ message }) => message);
}

async function answer(
  question: Question,
  policy: PlacePolicy,
  options: TurnOptions,
  signal: AbortSignal,
): Promise<TurnResult> {
  const { clock, store } = options;
  const end = (ending: Ending, posts: NewPost[] = [], stream?: PostStream): TurnResult => ({
    kind: "end",
    question,
    ending: { policyVersion: policy.version, ...ending, ...(posts[0] && { postKey: posts[0].post.idempotencyKey }) },
    posts,
    stream,
  });
  const attention = await weigh(question, policy, options);
  if (attention.kind === "drop") return end(dropped(attention));

  const corpus = await options.evidence?.corpus(question.place);
  const earlier = await findEarlierAnswer(question, options, signal).catch((error: unknown) => {
    // A pointer is a kindness; without it the question is answered as ever.
    options.logger.warn("answered-before.failed", { error: errorMessage(error) });
    return undefined;
  });
  if (earlier !== undefined) {
    addStep(question, { name: "answered-before", durationMs: 0, result: "found" });
    if (attention.kind === "defer") return end({ outcome: "declined", reason: "quiet-hours" });
    const markdown = pointerText(question.text, earlier, { now: clock.now(), timezone: policy.timezone });
    const post = draftPost(question, { purpose: "reply", kind: "notice", markdown, now: clock.now() });
    return end({ outcome: "declined", reason: "already-answered", extra: { pointsTo: earlier.postKey } }, [post]);
  }

  const live = attention.kind === "speak" ? openLive(question, policy, options, signal) : undefined;
  const hideWork = showWork(question, options, signal);
  const report = await askWithin(question, options, { live, signal }).finally(hideWork);
  if (report.scores !== undefined) question.scores = report.scores;
  if (report.gateVersion !== undefined) question.gateVersion = report.gateVersion;
  question.steps.push(...report.steps);
  const isRecalled = (await store.recalledAmong([question.lead.key])).size > 0;
  const { outcome } = report;
  if (outcome.kind !== "answered" || isRecalled) await live?.abandon();
  if (isRecalled) return end({ outcome: "recalled" });
  switch (outcome.kind) {
    case "answered": {
      const { answer: markdown, citations, model, usage } = outcome;
      const draft = draftPost(question, { purpose: "answer", kind: "answer", markdown, citations, now: clock.now() });
      const post: NewPost =
        attention.kind === "defer"
          ? { ...draft, state: "deferred", notBefore: attention.until, expiresAt: attention.until + MORNING_MS }
          : draft;
      if (outcome.clearHistory === true)
        await store.putNote(placeKey(question.place), historyNote(question), String(clock.now()), clock.now());
      const ending: Ending = { outcome: "answered", model, usage, ...(corpus !== undefined && { extra: { corpus } }) };
      return end(ending, [post], await live?.opened());
    }
    case "declined": {
      const ending: Ending = { outcome: "declined", reason: outcome.reason };
      const markdown = attention.kind === "defer" ? undefined : await honestWords(question, outcome, options);
      if (markdown === undefined) return end(ending);
      return end(ending, [draftPost(question, { purpose: "reply", kind: "decline", markdown, now: clock.now() })]);
    }
    case "failed":
      return end({ outcome: "failed", code: outcome.code });
  }
}

/** A digest of the night is worth saying until noon, say. */
const MORNING_MS = 6 * 3_600_000;

function openLive(
  question: Question,
  policy: PlacePolicy,
  options: TurnOptions,
  signal: AbortSignal,
): LivePost | undefined {
  const channel = options.channel(question.place.channel);
  // An unasked answer is weighed again when it is whole; what is being shown cannot be taken back.
  if (!question.mentioned || channel?.openStream === undefined) return undefined;
  return createLivePost({
    ...options,
    channel,
    signal,
    draft: draftPost(question, { purpose: "answer", kind: "answer", markdown: "", now: options.clock.now() }),
    mayBegin: async () => (await weigh(question, policy, options)).kind === "speak",
  });
}

/** Asks, within the time limit; every fault becomes an outcome. */
async function askWithin(
  question: Question,
  options: TurnOptions,
  { live, signal }: { live: LivePost | undefined; signal: AbortSignal },
): Promise<AskReport> {
  const { clock, limits, runAsk } = options;
  const begun = clock.now();
  const history = await readHistory(question, options);
  const request = {
    question: question.text,
    history,
    place: question.place,
    mentioned: question.mentioned,
    ...(live !== undefined && { onText: (piece: string) => live.addText(piece) }),
  };
  try {
    return await runAsk(() =>
      withDeadline({ clock, timeoutMs: limits.askTimeoutMs, what: "the answer" }, signal, (inner) =>
        options.ask(request, inner),
      ),
    );
  } catch (error) {
    if (signal.aborted) throw error;
    const { code } = failure("ask", error, options);
    const steps: LedgerStep[] = [{ name: "ask", durationMs: clock.now() - begun, result: code ?? "bug" }];
    return { outcome: { kind: "failed", code: code ?? "aborted", message: errorMessage(error) }, steps };
  }
}

/** One honest line for who asked us by name, at most once a minute. */
async function honestWords(
  question: Question,
  { reason }: Extract<Outcome, { kind: "declined" }>,
  { store, clock }: TurnOptions,
): Promise<string | undefined> {
  if (!question.mentioned) return undefined;
  const now = clock.now();
  const place = placeKey(question.place);
  const told = [
    ...(await store.sentPosts(place, now - HONEST_LINE_GAP_MS)),
    ...(await store.unsentPosts(place)),
  ].filter(({ post, askerId }) => post.kind === "decline" && askerId === question.lead.message.sender.id);
  const lastAt = told
    .map(({ sentAt, createdAt }) => sentAt ?? createdAt)
    .toSorted((a, b) => a - b)
    .at(-1);
  return honestLine(question.text, reason, { now, lastAt });
}

/** The budget at this moment. Nobody is disturbed by an answer in a conversation with us alone. */
async function weigh(
  question: Question,
  policy: PlacePolicy,
  { store, clock }: TurnOptions,
): Promise<AttentionVerdict> {
  const now = clock.now();
  if (question.lead.message.conversation.kind === "direct") return { kind: "speak" };
  const verdict = decideAttention(policy.attention, await readRoomFacts(store, question.place, { now }));
  const result = verdict.kind === "drop" ? verdict.limit : verdict.kind;
  addStep(question, { name: "attention", durationMs: clock.now() - now, result });
  return verdict;
}

function dropped({ reason }: Extract<AttentionVerdict, { kind: "drop" }>): Ending {
  return { outcome: "declined", reason };
}

function addStep(question: Question, step: LedgerStep): void {
  question.steps.push(step);
}

/** A fault as an ending: silence, with its code. A bug is told with its stack. */
function failure(what: string, error: unknown, { logger }: TurnOptions): Ending {
  if (error instanceof AppError) {
    logger.warn("turn.failed", { what, code: error.code, error: error.message });
    return { outcome: "failed", code: error.code };
  }
  logger.error("turn.bug", {
    what,
    error: errorMessage(error),
    stack: error instanceof Error ? error.stack : undefined,
  });
  return { outcome: "failed", reason: "bug" };
}
