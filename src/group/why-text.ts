import type { Locale } from "../core/runtime.ts";
import type { LedgerRecord, LedgerStep } from "../core/store.ts";
import { whyWords, type WhyWords } from "./why-words.ts";

/** What spoke for (above 0) or against an answer, in the reader's language. */
export interface WhyShare {
  words: string;
  share: number;
}

export interface WhyOptions {
  locale: Locale;
  /** Without the steps that say nothing more, for a chat. */
  brief?: boolean;
  /** The weightiest first. */
  shares?: readonly WhyShare[] | undefined;
}

const SHOWN_SHARES = 3;

/** A record in words, one line each: how it ended, the scores, what spoke for and against, the steps, tokens, versions. */
export function describeRecord(record: LedgerRecord, { locale, brief = false, shares = [] }: WhyOptions): string[] {
  const words = whyWords(locale);
  const { scores } = record;
  const asked = record.mentioned ? words.mentioned : record.outcome === "answered" ? words.unasked : words.unmentioned;
  const lines = [`${outcomeText(record, words)} ${isAsking(record) ? asked : ""}`.trim()];
  if (scores !== undefined) {
    const { question, answerable, threshold } = scores;
    lines.push(
      `${words.question} ${digits(question)} · ${words.score(words.answerable, digits(answerable), digits(threshold), answerable >= threshold)}`,
    );
  }
  lines.push(...shareLines(shares, words));
  const steps = record.steps.filter((step) => !brief || step.result !== undefined || step.score !== undefined);
  lines.push(...steps.map((step) => stepText(step, words)));
  const total = record.steps.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const { usage, model } = record;
  const spent =
    usage === undefined || usage.prompt + usage.completion === 0
      ? words.noTokens
      : words.tokens(usage.prompt, usage.completion);
  const facts = [
    record.steps.length === 0 ? undefined : words.total(total.toFixed(0)),
    isAsking(record) ? spent : undefined,
    model === undefined ? undefined : words.model(model),
    words.versions(record.gateVersion, record.policyVersion),
  ].filter((fact) => fact !== undefined);
  if (facts.length > 0) lines.push(facts.join(" · "));
  return lines;
}

function isAsking({ outcome }: LedgerRecord): boolean {
  return outcome === "answered" || outcome === "declined" || outcome === "failed";
}

function outcomeText({ outcome, reason, code, leadId }: LedgerRecord, words: WhyWords): string {
  if (outcome === "joined" && leadId !== undefined) return words.joined(leadId);
  if (outcome === "command" && reason === "not-admin") return words.notAdmin;
  if (outcome === "failed" && code !== undefined) return words.failed(code);
  if (outcome !== "declined" || reason === undefined) return words.outcomes[outcome];
  return words.declined(reasonText(reason, words));
}

function reasonText(reason: string, { reasons }: WhyWords): string {
  const known = Object.entries(reasons).find(([name]) => name === reason);
  return known?.[1] ?? reason;
}

function shareLines(shares: readonly WhyShare[], words: WhyWords): string[] {
  const few = (keep: (share: number) => boolean): string =>
    shares
      .filter(({ share }) => keep(share))
      .slice(0, SHOWN_SHARES)
      .map((each) => `${each.words} ${each.share > 0 ? "+" : "−"}${Math.abs(each.share).toFixed(1)}`)
      .join(separator(words));
  const sides: [string, string][] = [
    [words.spokeFor, few((share) => share > 0)],
    [words.spokeAgainst, few((share) => share < 0)],
  ];
  return sides.filter(([, said]) => said !== "").map(([side, said]) => `${side}: ${said}`);
}

function separator({ spokeFor }: WhyWords): string {
  return /\p{Script=Han}/u.test(spokeFor) ? "；" : "; ";
}

function stepText({ name, durationMs, score, threshold, tokens, result }: LedgerStep, words: WhyWords): string {
  const known = words.steps[name] ?? name;
  const parts = [
    score === undefined
      ? known
      : words.score(
          known,
          digits(score),
          threshold === undefined ? undefined : digits(threshold),
          threshold !== undefined && score >= threshold,
        ),
    result === undefined ? undefined : reasonText(result, words),
    tokens === undefined || tokens === 0 ? undefined : `${tokens} token`,
    `${durationMs.toFixed(0)} ms`,
  ];
  return `- ${parts.filter((part) => part !== undefined).join(" · ")}`;
}

function digits(value: number): string {
  return value.toFixed(2);
}
