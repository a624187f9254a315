import { AppError } from "../../core/errors.ts";
import type { PlatformAnswer } from "../call-platform.ts";

/** What a refusal asks for. */
export type LarkRefusalKind =
  /** Wait and try the same again. */
  | "limited"
  /** The message may be shown by now, or come to be: an earlier send of it is still going on, or Lark is not well. */
  | "open"
  /** The app itself is refused: secrets, permissions, addresses, quota. Somebody has to act. */
  | "unauthorised"
  /** The message that is replied to is gone, or cannot be replied to in this way. */
  | "no-target"
  /** The card, not the message, is what Lark does not take. */
  | "card"
  | "too-long"
  /** Of a card that is streamed into: reopen it, replace it, count on, wait for a click to end. */
  | "stream-closed"
  | "card-gone"
  | "sequence"
  | "busy"
  /** Never, however often it is tried. */
  | "rejected";

const KINDS: Readonly<Record<number, { kind: LarkRefusalKind; meaning: string }>> = {
  1: { kind: "limited", meaning: "Lark is busy" },
  9499: { kind: "rejected", meaning: "bad request" },
  19_001: { kind: "unauthorised", meaning: "no custom bot has this address" },
  19_021: { kind: "unauthorised", meaning: "the signature or its time is wrong" },
  19_022: { kind: "unauthorised", meaning: "this address is not on the custom bot's list of allowed addresses" },
  19_024: { kind: "rejected", meaning: "the text has none of the custom bot's keywords" },
  11_232: { kind: "limited", meaning: "too many messages" },
  11_233: { kind: "limited", meaning: "too many messages" },
  99_991_400: { kind: "limited", meaning: "too many calls" },
  230_020: { kind: "limited", meaning: "too many messages to this chat" },
  230_049: { kind: "open", meaning: "the message is being sent" },
  99_991_672: { kind: "unauthorised", meaning: "a permission is missing; add it and publish a new version of the app" },
  99_991_401: { kind: "unauthorised", meaning: "this address is not on the app's list of allowed addresses" },
  99_991_403: { kind: "unauthorised", meaning: "the monthly quota of calls is used up" },
  99_991_543: { kind: "unauthorised", meaning: "the App ID or App Secret is wrong" },
  10_003: { kind: "unauthorised", meaning: "the App ID or App Secret is wrong" },
  10_014: { kind: "unauthorised", meaning: "the App ID or App Secret is wrong" },
  230_002: { kind: "rejected", meaning: "the bot is not in this group" },
  230_006: { kind: "rejected", meaning: "the app's bot is not turned on" },
  230_013: { kind: "rejected", meaning: "the member is outside the app's availability" },
  230_017: { kind: "rejected", meaning: "the bot does not own this" },
  230_018: { kind: "rejected", meaning: "the group's settings forbid it" },
  230_027: { kind: "rejected", meaning: "no permission for it" },
  230_035: { kind: "rejected", meaning: "the bot is muted" },
  230_050: { kind: "rejected", meaning: "the message is invisible to the bot" },
  230_054: { kind: "rejected", meaning: "this kind of message cannot be acted upon" },
  232_009: { kind: "rejected", meaning: "the group was dissolved" },
  230_022: { kind: "rejected", meaning: "Lark holds the text for sensitive" },
  230_028: { kind: "rejected", meaning: "the company's data protection holds the text back" },
  230_009: { kind: "rejected", meaning: "too late to recall it" },
  230_026: { kind: "rejected", meaning: "it may not be recalled" },
  230_011: { kind: "no-target", meaning: "the message was recalled" },
  230_110: { kind: "no-target", meaning: "the message was deleted" },
  230_019: { kind: "no-target", meaning: "the topic is gone" },
  230_071: { kind: "no-target", meaning: "no threads here" },
  230_072: { kind: "no-target", meaning: "no threads for this message" },
  230_025: { kind: "too-long", meaning: "the message is too long" },
  200_860: { kind: "too-long", meaning: "the card is too large" },
  230_099: { kind: "card", meaning: "the card was not accepted" },
  200_621: { kind: "card", meaning: "the card's JSON was not accepted" },
  200_861: { kind: "card", meaning: "the card has a tag Lark does not know" },
  100_290: { kind: "card", meaning: "the card names somebody wrongly" },
  11_310: { kind: "card", meaning: "the card has too many tables" },
  300_305: { kind: "card", meaning: "the card has too many elements" },
  300_309: { kind: "stream-closed", meaning: "the card is not being streamed into" },
  200_850: { kind: "stream-closed", meaning: "the card was streamed into for too long" },
  200_510: { kind: "stream-closed", meaning: "the card was streamed into for too long" },
  200_740: { kind: "card-gone", meaning: "the card does not exist" },
  200_750: { kind: "card-gone", meaning: "the card has expired" },
  300_317: { kind: "sequence", meaning: "a later change of the card is there already" },
  200_770: { kind: "sequence", meaning: "that change was made already" },
  200_810: { kind: "busy", meaning: "somebody is using the card" },
};

/** 99991663 and its like: the token is old, wrong or missing; a new one is asked for. */
export const TOKEN_CODES: ReadonlySet<number> = new Set([99_991_661, 99_991_663, 99_991_665]);

/** A reply with a code other than 0. */
export interface LarkRefusal {
  code: number;
  kind: LarkRefusalKind;
  meaning: string;
  retryAfterMs: number | undefined;
  /** To be told to Lark's support. */
  logId: string | undefined;
}

/** Undefined when the reply says that all is well; the HTTP status alone says nothing, it may be 200 with a code. */
export function readRefusal({ body, status, headers, retryAfterMs }: PlatformAnswer): LarkRefusal | undefined {
  const code = typeof body["code"] === "number" ? body["code"] : -1;
  if (code === 0 && status < 400) return undefined;
  const known = KINDS[code] ?? unknownKind(status);
  return { code, ...known, retryAfterMs, logId: headers.get("x-tt-logid") ?? undefined };
}

/** @param describe makes a sentence of the fault, without secrets */
export function errorFromRefusal(refusal: LarkRefusal, describe: (fault: string) => string): AppError {
  const { code, kind, meaning, retryAfterMs, logId } = refusal;
  const message = describe(`${meaning} (code ${code}${logId === undefined ? "" : `, log id ${logId}`})`);
  switch (kind) {
    case "limited":
    case "busy":
      return new AppError("channel_limited", message, {
        retryable: true,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      });
    case "open":
      return new AppError("channel_unknown_outcome", message, { retryable: true });
    case "unauthorised":
      return new AppError("channel_unauthorised", message);
    case "no-target":
    case "card":
    case "too-long":
    case "stream-closed":
    case "card-gone":
    case "sequence":
    case "rejected":
      return new AppError("channel_rejected", message);
  }
}

function unknownKind(status: number): { kind: LarkRefusalKind; meaning: string } {
  if (status === 429) return { kind: "limited", meaning: "too many calls" };
  if (status >= 500) return { kind: "open", meaning: `HTTP ${status}` };
  return { kind: "rejected", meaning: `refused with HTTP ${status}` };
}
