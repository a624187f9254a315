import type { GateScores } from "../core/outcome.ts";
import type { LedgerRecord, StoredPost } from "../core/store.ts";
import { DAY_MS, HOUR_MS, mostOfRecent, SHARE_WINDOW, type AttentionPolicy } from "./attention.ts";
import type { ReplayLine } from "./replay-line.ts";

export type ReplayPostKind = "answer" | "pointer" | "decline" | "digest";

/** A post that the policy would have made. */
export interface ReplayPost {
  kind: ReplayPostKind;
  group: string;
  /** When it would have gone out: milliseconds since 1970. */
  at: number;
  /** Id of the line that it answers; absent for a digest. */
  id?: string;
  /** What was asked. */
  question: string;
  /** Milliseconds from the question to the post. */
  afterMs?: number;
  mentioned: boolean;
  scores?: GateScores;
  /** The text, with a model in the loop. */
  markdown?: string;
}

export interface ReplayReport {
  messages: number;
  groups: number;
  members: number;
  /** Times of the first and the last line; milliseconds since 1970. */
  from: number;
  to: number;
  answered: number;
  /** Lines that got no answer, by reason; `joined` lines were read with another one. */
  declined: Record<string, number>;
  posts: Record<ReplayPostKind, number> & { total: number };
  /** Posts an hour, over the hours of each group in which anything was said. */
  postsPerHour: number;
  /** Most posts of one group in any 60 minutes. */
  busiestHour: number;
  /** Posts by hour of the day, UTC. */
  byHour: number[];
  /** Posts among all messages, ours included. */
  share: number;
  /** Largest share of 50 messages in a row. */
  largestShare: number;
  /** Posts that no window of the policy allows: 0, or the engine is wrong. */
  overBudget: number;
  /** Questions handed to the pipeline, the only ones that a model can ever see. */
  asked: number;
  /** Those for which a model spent tokens. */
  modelCalls: number;
  people: ReplayPeople;
  said: ReplayPost[];
  /** How each line ended, in their order: `answered`, or a reason. */
  decisions: { id: string; ended: string }[];
}

/** How people did, by the replies that the export links. */
export interface ReplayPeople {
  /** Lines that the gate would have answered. */
  questions: number;
  /** Of those, lines that a member replied to. */
  replied: number;
  /** Median time to that reply, in milliseconds; absent without any. */
  medianReplyMs?: number;
  /** Our answers that would have come after it. */
  repliedBefore: number;
  /** Answers that were cancelled because somebody answered. */
  cancelled: number;
}

/** Reasons after the gate: it would have answered. */
const PASSED_GATE = new Set(["human-first", "over-budget", "already-answered", "quiet-hours", "muted", "min-gap"]);

export interface ReplayFacts {
  lines: readonly ReplayLine[];
  records: readonly LedgerRecord[];
  posts: readonly StoredPost[];
  policyOf: (group: string) => AttentionPolicy;
  asked: number;
  modelCalls: number;
  /** Shows what was said, not only that. */
  withText: boolean;
}

export function reportReplay({
  lines,
  records,
  posts,
  policyOf,
  asked,
  modelCalls,
  withText,
}: ReplayFacts): ReplayReport {
  const recordOf = new Map(records.map((record) => [record.id, record]));
  const endOf = new Map(records.map((record) => [record.messageId, endedAs(record)]));
  const decisions = lines.map(({ id }) => ({ id, ended: endOf.get(id) ?? "lost" }));
  const declined: Record<string, number> = {};
  for (const { ended } of decisions) if (ended !== "answered") declined[ended] = (declined[ended] ?? 0) + 1;
  const said = posts
    .map((post) => toReplayPost(post, recordOf.get(post.inboundKey ?? ""), withText))
    .toSorted((left, right) => left.at - right.at);
  const kinds = { answer: 0, pointer: 0, decline: 0, digest: 0 };
  for (const { kind } of said) kinds[kind]++;
  const byHour = Array<number>(24).fill(0);
  for (const { at } of said) {
    const hour = new Date(at).getUTCHours();
    byHour[hour] = (byHour[hour] ?? 0) + 1;
  }
  const groups = new Map<string, ReplayLine[]>();
  for (const line of lines) {
    const known = groups.get(line.group);
    if (known === undefined) groups.set(line.group, [line]);
    else known.push(line);
  }
  const rooms = [...groups].map(([group, spoken]) =>
    roomFigures(
      spoken.map(({ at }) => at),
      said.filter((post) => post.group === group).map(({ at }) => at),
      policyOf(group),
    ),
  );
  const hours = rooms.reduce((sum, room) => sum + room.hours, 0);
  return {
    messages: lines.length,
    groups: groups.size,
    members: new Set(lines.map(({ sender }) => sender)).size,
    from: lines[0]?.at ?? 0,
    to: lines.at(-1)?.at ?? 0,
    answered: decisions.filter(({ ended }) => ended === "answered").length,
    declined,
    posts: { ...kinds, total: said.length },
    postsPerHour: hours === 0 ? 0 : said.length / hours,
    busiestHour: Math.max(0, ...rooms.map((room) => room.busiestHour)),
    byHour,
    share: said.length === 0 ? 0 : said.length / (lines.length + said.length),
    largestShare: Math.max(0, ...rooms.map((room) => room.largestShare)),
    overBudget: rooms.reduce((sum, room) => sum + room.overBudget, 0),
    asked,
    modelCalls,
    people: peopleOf(lines, decisions, said),
    said,
    decisions,
  };
}

/** Lines that two runs of one chat decide differently; first those that only one of them answers. */
export function compareReplays(
  before: ReplayReport,
  after: ReplayReport,
): { id: string; before: string; after: string }[] {
  const other = new Map(after.decisions.map(({ id, ended }) => [id, ended]));
  return before.decisions
    .map(({ id, ended }) => ({ id, before: ended, after: other.get(id) ?? "lost" }))
    .filter((each) => each.before !== each.after)
    .toSorted((left, right) => Number(isAnswered(right)) - Number(isAnswered(left)));
}

function isAnswered({ before, after }: { before: string; after: string }): boolean {
  return before === "answered" || after === "answered";
}

function endedAs({ outcome, reason }: LedgerRecord): string {
  if (outcome === "declined" || outcome === "expired") return reason ?? outcome;
  return outcome;
}

function toReplayPost(stored: StoredPost, record: LedgerRecord | undefined, withText: boolean): ReplayPost {
  const { post, sentAt = stored.createdAt, question = "", mentioned, place } = stored;
  return {
    kind: kindOf(stored, record),
    group: place.conversationId,
    at: sentAt,
    question: question === "" ? (record?.text ?? "") : question,
    mentioned,
    ...(record !== undefined && { id: record.messageId, afterMs: sentAt - record.at }),
    ...(record?.scores !== undefined && { scores: record.scores }),
    ...(withText && { markdown: post.markdown }),
  };
}

function kindOf({ post, inboundKey }: StoredPost, record: LedgerRecord | undefined): ReplayPostKind {
  if (post.kind === "decline") return "decline";
  if (inboundKey === undefined) return "digest";
  return record?.reason === "already-answered" ? "pointer" : "answer";
}

/** Counts anew what attention should have seen to, from nothing but times. */
function roomFigures(lines: readonly number[], posts: readonly number[], policy: AttentionPolicy) {
  const spoken = [...lines.map((at) => ({ at, ours: 0 })), ...posts.map((at) => ({ at, ours: 1 }))].toSorted(
    (left, right) => left.at - right.at || left.ours - right.ours,
  );
  const most = mostOfRecent(policy.maxShare);
  let overShare = 0;
  let oursInWindow = 0;
  let largest = 0;
  for (const [index, { ours }] of spoken.entries()) {
    oursInWindow += ours - (spoken[index - SHARE_WINDOW]?.ours ?? 0);
    largest = Math.max(largest, oursInWindow);
    if (ours === 1 && oursInWindow > most) overShare++;
  }
  const within = (index: number, windowMs: number): number => {
    const at = posts[index] ?? 0;
    let count = 0;
    for (let back = index; back >= 0 && at - (posts[back] ?? 0) < windowMs; back--) count++;
    return count;
  };
  let overTime = 0;
  let busiestHour = 0;
  for (const [index, at] of posts.entries()) {
    const inHour = within(index, HOUR_MS);
    busiestHour = Math.max(busiestHour, inHour);
    const previous = posts[index - 1];
    const isTooSoon = previous !== undefined && at - previous < policy.minGapMs;
    const isQuiet = policy.quiet.endAt(at) !== undefined;
    if (isTooSoon || isQuiet || inHour > policy.perHour || within(index, DAY_MS) > policy.perDay) overTime++;
  }
  const hours = new Set(spoken.map(({ at }) => Math.floor(at / HOUR_MS))).size;
  return { hours, busiestHour, largestShare: largest / SHARE_WINDOW, overBudget: overShare + overTime };
}

function peopleOf(
  lines: readonly ReplayLine[],
  decisions: ReplayReport["decisions"],
  said: readonly ReplayPost[],
): ReplayPeople {
  const lineOf = new Map(lines.map((line) => [line.id, line]));
  const firstReply = new Map<string, number>();
  for (const { replyTo = "", sender, isBot, at } of lines) {
    const asked = lineOf.get(replyTo);
    if (asked === undefined || isBot || asked.sender === sender || firstReply.has(replyTo)) continue;
    firstReply.set(replyTo, at);
  }
  const questions = decisions.filter(({ ended }) => ended === "answered" || PASSED_GATE.has(ended));
  const times = questions
    .flatMap(({ id }) => {
      const reply = firstReply.get(id);
      return reply === undefined ? [] : [reply - (lineOf.get(id)?.at ?? reply)];
    })
    .toSorted((left, right) => left - right);
  const median = times[Math.floor(times.length / 2)];
  return {
    questions: questions.length,
    replied: times.length,
    ...(median !== undefined && { medianReplyMs: median }),
    repliedBefore: said.filter(
      ({ kind, id = "", at }) => kind === "answer" && (firstReply.get(id) ?? Number.POSITIVE_INFINITY) < at,
    ).length,
    cancelled: decisions.filter(({ ended }) => ended === "human-first").length,
  };
}
