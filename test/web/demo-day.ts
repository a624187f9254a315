import type { Assistant, AskResult } from "../../src/app.ts";
import type { LoadedConfig } from "../../src/config/load.ts";
import { groupSettings } from "../../src/config/group-settings.ts";
import { placeKey, messageKey, type LedgerRecord, type Store } from "../../src/core/store.ts";
import { idempotencyKey } from "../../src/group/idempotency-key.ts";
import { setMute } from "../../src/group/mute.ts";
import { createPlacePolicy } from "../../src/group/place-policy.ts";
import { OWNER_SOURCE } from "../../src/group/ledger-labels.ts";
import { DEMO_GROUPS, type DemoGroup } from "./demo-chat.ts";

interface DemoLine {
  text: string;
  sender: string;
  mentioned: boolean;
  /** What it is said to have ended as. */
  ending?: string;
  /** The owner's label: whether it should be answered. */
  positive?: boolean;
}

interface DemoOptions {
  now: number;
  config: LoadedConfig["config"];
  signal: AbortSignal;
}

/** Thresholds of the shipped gate for lines that ask us and, about, for those that do not. */
const ASKED = 0.35;
const SURE = 0.92;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const LINE = /^(?:\[(?<ending>[^\]]+)\] )?(?<mention>@ )?(?<sender>[^:：]+?): (?<text>.*?)(?: #(?<label>[+-]))?$/u;

/** Fills a store with the day before `now`: scores and answers are the assistant's own, the rest is as the chat says. */
export async function fillDemoStore(store: Store, assistant: Assistant, options: DemoOptions): Promise<void> {
  for (const group of DEMO_GROUPS) await fillGroup(store, assistant, { ...options, group });
  const muted = placeOf(DEMO_GROUPS.find(({ channel }) => channel === "newcomers") ?? DEMO_GROUPS[0]);
  await setMute(store, placeKey(muted), options.now + 90 * MINUTE_MS, options.now);
}

async function fillGroup(
  store: Store,
  assistant: Assistant,
  { now, config, signal, group }: DemoOptions & { group: DemoGroup },
): Promise<void> {
  const lines = group.chat
    .trim()
    .split("\n")
    .map((line) => readLine(line));
  const times = wakingTimes(lines.length, now);
  const scored = await assistant.score(
    lines.map(({ text }) => text),
    { group: group.conversationId },
    signal,
  );
  const policy = createPlacePolicy({
    ...groupSettings(config, group.channel, group.conversationId),
    locale: "zh",
  });
  const place = placeOf(group);
  // Written together: each alone would wait for the disk.
  const writing: Promise<unknown>[] = [];
  let lead: string | undefined;
  for (const [index, line] of lines.entries()) {
    const { text, sender, mentioned, ending, positive } = line;
    const at = times[index] ?? now;
    const id = `om_${String(index + 1).padStart(3, "0")}`;
    const key = messageKey({ channel: group.channel, app: group.channel, id });
    const gate = scored[index];
    // What nobody asked us takes more certainty.
    const isSure = mentioned || (gate?.answerable ?? 0) >= SURE;
    const isAsked = ending === undefined && gate?.speak === true && isSure;
    const answer = isAsked ? await assistant.ask(text, {}, signal) : undefined;
    const postKey = answer?.outcome.kind === "answered" ? idempotencyKey("answer", key) : undefined;
    const end = endOf(ending, { answer, reason: gate?.reason });
    const isJudged = end.outcome === "answered" || end.outcome === "declined" || end.outcome === "failed";
    const threshold = mentioned ? ASKED : SURE;
    const record: LedgerRecord = {
      id: key,
      messageId: id,
      at,
      channel: group.channel,
      app: group.channel,
      conversation: { id: group.conversationId, kind: "group" },
      senderId: sender,
      mentioned,
      text,
      ...end,
      ...(end.outcome === "joined" && lead !== undefined && { leadId: lead }),
      ...(isJudged &&
        gate !== undefined && { scores: { question: gate.question, answerable: gate.answerable, threshold } }),
      steps: isJudged ? stepsOf({ gate, threshold, mentioned, ending, answer, index }) : [],
      ...(answer?.outcome.kind === "answered" && { model: answer.outcome.model, usage: answer.outcome.usage }),
      gateVersion: "prior",
      policyVersion: policy.version,
      ...(postKey !== undefined && { postKey }),
    };
    if (end.outcome !== "joined") lead = key;
    writing.push(store.record([record]));
    if (answer?.outcome.kind === "answered" && postKey !== undefined) {
      const sentAt = at + (mentioned ? 3200 : 24_500);
      const { answer: markdown, citations } = answer.outcome;
      const reserved = store.reservePost(
        {
          place,
          post: {
            idempotencyKey: postKey,
            markdown,
            citations,
            kind: "answer",
            takesFeedback: true,
            target: { conversation: record.conversation, inReplyTo: id },
          },
          state: "waiting",
          inboundKey: key,
          askerId: sender,
          question: text,
          mentioned,
          notBefore: at,
          expiresAt: at + HOUR_MS,
        },
        at,
      );
      writing.push(
        reserved.then(() => store.endSend(postKey, { state: "sent", messageIds: [`om_bot_${index}`] }, sentAt)),
      );
      if (index % 3 === 0) {
        const vote = { positive: index % 12 !== 0, source: "vote", userId: sender, at: sentAt + 40_000 };
        const opinion = `vote:${postKey}:${sender}`;
        writing.push(store.addLabel({ key: opinion, messageId: record.id, ...vote }));
      }
    }
    if (positive === undefined) continue;
    const label = { messageId: key, positive, source: OWNER_SOURCE, userId: "owner", at: now - index * 1000 };
    writing.push(store.addLabel({ key: `${OWNER_SOURCE}:${key}`, ...label }));
  }
  await Promise.all(writing);
}

function placeOf(group: DemoGroup | undefined): { channel: string; app: string; conversationId: string } {
  if (group === undefined) throw new Error("a day without groups");
  return { channel: group.channel, app: group.channel, conversationId: group.conversationId };
}

function readLine(line: string): DemoLine {
  const { ending, mention, sender, text, label } = LINE.exec(line)?.groups ?? {};
  if (sender === undefined || text === undefined) throw new Error(`a line that is none: ${line}`);
  return {
    text,
    sender,
    mentioned: mention !== undefined,
    ...(ending !== undefined && { ending }),
    ...(label !== undefined && { positive: label === "+" }),
  };
}

/** So many times of the last day by the clocks of Shanghai, between eight in the morning and eleven at night. */
function wakingTimes(count: number, now: number): number[] {
  const hour = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", hourCycle: "h23" });
  const minutes: number[] = [];
  for (let at = now - 23 * HOUR_MS; at < now - 2 * MINUTE_MS; at += MINUTE_MS) {
    const shown = Number(hour.format(at));
    if (shown >= 8 && shown < 23) minutes.push(at);
  }
  return Array.from({ length: count }, (_, index) => {
    // Chats come in clumps.
    const share = (index + 0.5 + 0.8 * Math.sin(index * 1.3)) / (count + 1);
    const minute = minutes[Math.floor(share * minutes.length)] ?? now;
    return minute + ((index * 7919) % 60) * 1000;
  }).toSorted((left, right) => left - right);
}

function endOf(
  ending: string | undefined,
  { answer, reason }: { answer: AskResult | undefined; reason: string | undefined },
): Pick<LedgerRecord, "outcome" | "reason" | "code"> {
  if (ending?.startsWith("failed:") === true) return { outcome: "failed", code: "model_unreachable" };
  const named = ["heard", "recalled", "expired", "command", "joined"] as const;
  const outcome = named.find((name) => name === ending);
  if (outcome !== undefined) return outcome === "expired" ? { outcome, reason: "too-old" } : { outcome };
  if (ending !== undefined) return { outcome: "declined", reason: ending };
  if (answer?.outcome.kind === "answered") return { outcome: "answered" };
  if (answer?.outcome.kind === "failed") return { outcome: "failed", code: answer.outcome.code };
  return { outcome: "declined", reason: answer?.outcome.reason ?? reason ?? "unanswerable" };
}

function stepsOf({
  gate,
  threshold,
  mentioned,
  ending,
  answer,
  index,
}: {
  gate: { answerable: number; speak: boolean } | undefined;
  threshold: number;
  mentioned: boolean;
  ending: string | undefined;
  answer: AskResult | undefined;
  index: number;
}): LedgerRecord["steps"] {
  const steps: LedgerRecord["steps"] = [
    {
      name: "gate",
      durationMs: 4 + (index % 7),
      score: gate?.answerable ?? 0,
      threshold,
      result: gate?.speak === true ? "speaks" : "quiet",
    },
  ];
  if (ending === "human-first") steps.push({ name: "human-first", durationMs: 20_000, result: "replied" });
  else if (!mentioned && answer !== undefined)
    steps.push({ name: "human-first", durationMs: 20_000, result: "nobody" });
  for (const [name, ms] of Object.entries(answer?.timings ?? {})) {
    if (name !== "total" && name !== "load") steps.push({ name, durationMs: Math.round(ms) });
  }
  if (answer?.outcome.kind === "answered") steps.push({ name: "attention", durationMs: 1, result: "speak" });
  if (ending === "over-budget") steps.push({ name: "attention", durationMs: 1, result: "per-hour" });
  return steps;
}
