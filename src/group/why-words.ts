import type { DeclineReason } from "../core/outcome.ts";
import type { Locale } from "../core/runtime.ts";
import type { LedgerOutcome } from "../core/store.ts";

/** Reasons beside those of the pipeline. */
export type SilenceReason =
  | DeclineReason
  | "human-first"
  | "muted"
  | "recalled"
  | "too-old"
  | "answers-a-member"
  | "unasked";

export interface WhyWords {
  outcomes: Record<LedgerOutcome, string>;
  reasons: Record<SilenceReason, string>;
  steps: Record<string, string>;
  declined(reason: string): string;
  failed(code: string): string;
  joined(leadId: string): string;
  /** A command of somebody who is no admin. */
  notAdmin: string;
  mentioned: string;
  unasked: string;
  unmentioned: string;
  score(name: string, score: string, threshold: string | undefined, reached: boolean): string;
  tokens(input: number, output: number): string;
  noTokens: string;
  model(id: string): string;
  versions(gate: string | undefined, policy: string | undefined): string | undefined;
  spokeFor: string;
  spokeAgainst: string;
  question: string;
  answerable: string;
  total(ms: string): string;
  unknownMessage: string;
  muted(until: string): string;
  unmuted: string;
  recalled: string;
  recalledBefore: string;
  cancelled: string;
  nothingToRecall: string;
  notRecallable: string;
  thanked: string;
  nothingToRate: string;
  usage: Record<"mute" | "feedback", string>;
}

const en: WhyWords = {
  outcomes: {
    answered: "Answered.",
    declined: "Kept silent.",
    failed: "Kept silent: something failed.",
    joined: "Read together with another line of the same person.",
    heard: "Only listened: a bot's line, or a group that is only listened to.",
    recalled: "Kept silent: the message was taken back.",
    expired: "Kept silent: the message was too old when it was read.",
    command: "A command of an admin.",
  },
  reasons: {
    "not-a-question": "the line does not ask us anything",
    "addressed-to-someone-else": "it is addressed to someone else",
    unrelated: "it is not about our documents",
    unanswerable: "our documents do not answer it",
    unsupported: "no sentence of the answer was supported by its source",
    unsafe: "it is not safe to answer",
    "quiet-hours": "it is quiet hours; it waits for the morning",
    "over-budget": "the group's budget of posts is used up",
    "already-answered": "it was answered here within the last day; a pointer was given",
    "too-short": "the line is too short",
    "human-first": "a person answered first",
    muted: "an admin has muted us here",
    recalled: "the message was taken back",
    "too-old": "it came too late to be worth an answer",
    "answers-a-member": "it answers what a member asked",
    unasked: "nobody mentioned us, and this group wants no unasked answers",
  },
  steps: {
    gate: "gate",
    attention: "budget",
    "human-first": "people first",
    "detect-question": "is it a question",
    rewrite: "rewrite",
    retrieve: "search",
    reject: "do the documents answer it",
    answer: "answer",
    review: "check of the sources",
    "answered-before": "answered before",
    ask: "answer",
    judge: "a model's judgement",
    send: "send",
  },
  declined: (reason) => `Kept silent: ${reason}.`,
  failed: (code) => `Kept silent: something failed (${code}).`,
  joined: (leadId) => `Read together with ${leadId}.`,
  notAdmin: "A command, and only admins may give it: ignored.",
  mentioned: "We were mentioned.",
  unasked: "Nobody mentioned us: an unasked answer.",
  unmentioned: "Nobody mentioned us.",
  score: (name, score, threshold, reached) =>
    threshold === undefined ? `${name} ${score}` : `${name} ${score} ${reached ? "≥" : "<"} ${threshold}`,
  tokens: (input, output) => `${input} + ${output} tokens`,
  noTokens: "no token spent",
  model: (id) => `model ${id}`,
  versions: (gate, policy) =>
    [gate === undefined ? "" : `gate ${gate}`, policy === undefined ? "" : `policy ${policy}`]
      .filter(Boolean)
      .join(", ") || undefined,
  spokeFor: "for an answer",
  spokeAgainst: "against",
  question: "a question for us",
  answerable: "our documents answer it",
  total: (ms) => `${ms} ms in all`,
  unknownMessage: "There is no record of that message.",
  muted: (until) => `Silent here until ${until}. /unmute ends it.`,
  unmuted: "Listening and speaking again.",
  recalled: "Withdrawn.",
  recalledBefore: "That answer was withdrawn before.",
  cancelled: "It will not be sent.",
  nothingToRecall: "There is no answer of mine here to withdraw.",
  notRecallable: "This platform does not let me withdraw it.",
  thanked: "Noted.",
  nothingToRate: "Reply to the message that you mean.",
  usage: { mute: "/mute 30m, /mute 2h or /mute 1d", feedback: "/feedback good or bad, and what you want to say" },
};

const zh: WhyWords = {
  outcomes: {
    answered: "回答了。",
    declined: "没有开口。",
    failed: "没有开口：出了故障。",
    joined: "和同一个人的另一行一起读了。",
    heard: "只听不说：机器人发的，或这个群只听。",
    recalled: "没有开口：消息被撤回了。",
    expired: "没有开口：读到时已经太久了。",
    command: "管理员的命令。",
  },
  reasons: {
    "not-a-question": "这一行没有在问什么",
    "addressed-to-someone-else": "是对别人说的",
    unrelated: "和我们的文档无关",
    unanswerable: "文档里没有答案",
    unsupported: "答案里没有一句有出处支持",
    unsafe: "不适合回答",
    "quiet-hours": "是安静时段，留到早上",
    "over-budget": "这个群的发言额度用完了",
    "already-answered": "一天内在群里答过，只给了指引",
    "too-short": "太短",
    "human-first": "已经有人回答",
    muted: "管理员让我在这里静音",
    recalled: "消息被撤回了",
    "too-old": "来得太晚，不值得再答",
    "answers-a-member": "是在回答别人的问题",
    unasked: "没人点名，而这个群不要主动回答",
  },
  steps: {
    gate: "把关",
    attention: "发言额度",
    "human-first": "先等人答",
    "detect-question": "是不是问题",
    rewrite: "改写",
    retrieve: "检索",
    reject: "文档能否回答",
    answer: "作答",
    review: "核对出处",
    "answered-before": "是否答过",
    ask: "作答",
    judge: "模型判断",
    send: "发送",
  },
  declined: (reason) => `没有开口：${reason}。`,
  failed: (code) => `没有开口：出了故障（${code}）。`,
  joined: (leadId) => `和 ${leadId} 一起读了。`,
  notAdmin: "是命令，但只有管理员能下：没有理会。",
  mentioned: "点了我的名。",
  unasked: "没有点名，是主动回答。",
  unmentioned: "没有点名。",
  score: (name, score, threshold, reached) =>
    threshold === undefined ? `${name} ${score}` : `${name} ${score} ${reached ? "≥" : "<"} ${threshold}`,
  tokens: (input, output) => `${input} + ${output} token`,
  noTokens: "没花 token",
  model: (id) => `模型 ${id}`,
  versions: (gate, policy) =>
    [gate === undefined ? "" : `把关 ${gate}`, policy === undefined ? "" : `策略 ${policy}`]
      .filter(Boolean)
      .join("，") || undefined,
  spokeFor: "支持回答",
  spokeAgainst: "反对",
  question: "是在问我们",
  answerable: "文档能回答",
  total: (ms) => `共 ${ms} 毫秒`,
  unknownMessage: "没有那条消息的记录。",
  muted: (until) => `在这里静音到 ${until}。/取消静音 可提前结束。`,
  unmuted: "恢复发言。",
  recalled: "已撤回。",
  recalledBefore: "那条回答之前已经撤回了。",
  cancelled: "不会发出了。",
  nothingToRecall: "这里没有可撤回的回答。",
  notRecallable: "这个平台不允许我撤回。",
  thanked: "记下了。",
  nothingToRate: "请回复你要评价的那条消息。",
  usage: { mute: "/静音 30分钟、/静音 2小时 或 /静音 1天", feedback: "/反馈 好 或 坏，再加想说的话" },
};

export function whyWords(locale: Locale): WhyWords {
  return locale === "zh" ? zh : en;
}
