import { AppError, type ErrorCode } from "../core/errors.ts";
import type { ChatReply } from "../core/model.ts";
import { finishReply, type Draft } from "./finish-reply.ts";
import { badReply, unauthorised } from "./gateway-errors.ts";
import type { Gateway } from "./gateway.ts";
import { textAt, tokensAt, valueAt } from "./json-path.ts";

/**
 * Baidu's reply, whole or one event of a stream:
 * `{result, is_truncated, need_clear_history, is_end?, usage}`; its errors are `{error_code, error_msg}` with status 200.
 */
export interface BaiduPiece {
  text: string;
  isTruncated: boolean;
  clearHistory: boolean;
  isEnd: boolean;
  usage: ReturnType<typeof tokensAt>;
}

/**
 * Reads a reply or an event.
 * @throws AppError for its error codes; `model_bad_reply` for anything else without `result`
 */
export function readBaiduPiece(gateway: Gateway, value: unknown): BaiduPiece {
  const code = valueAt(value, "error_code");
  if (code !== undefined && code !== 0) throw baiduFault(gateway, Number(code), textAt(value, "error_msg") ?? "");
  const clearHistory = valueAt(value, "need_clear_history") === true;
  const text = textAt(value, "result") ?? (clearHistory ? "" : undefined);
  if (text === undefined) {
    throw badReply(gateway, "answered without a text (result)", { got: JSON.stringify(value) });
  }
  return {
    text,
    isTruncated: valueAt(value, "is_truncated") === true,
    clearHistory,
    isEnd: valueAt(value, "is_end") === true,
    usage: tokensAt(value),
  };
}

/** Makes the reply; the gateway's wish to forget the conversation goes with it. */
export function finishBaiduReply(gateway: Gateway, piece: Omit<BaiduPiece, "isEnd">, draft: Draft): ChatReply {
  const { text, isTruncated, usage, clearHistory } = piece;
  if (clearHistory && text.trim() === "") {
    throw new AppError(
      "model_rejected_request",
      `${gateway.id} found something unsafe in the conversation and wants it to be forgotten (need_clear_history): begin a new one.`,
    );
  }
  const reply = finishReply(gateway, { text, isTruncated, usage }, draft);
  return clearHistory ? { ...reply, clearHistory } : reply;
}

/** Codes of an access token that is wrong or has run out. */
export const TOKEN_CODES = new Set([100, 110, 111]);

/** Requests of the day, and of the account as a whole, are used up. */
const USED_UP_CODES = [17, 19];

/** What each error code means and whether another try can help, by Baidu's page of error codes. */
const FAULTS: [codes: readonly number[], fault: ErrorCode, retryable: boolean][] = [
  [[...TOKEN_CODES, 6, 13, 14, 15], "model_unauthorised", false],
  [[4, 18, 336_501, 336_502, 336_503, 336_504, 336_505], "model_rate_limited", true],
  [USED_UP_CODES, "model_rate_limited", false],
  [[1, 2, 336_000, 336_100], "model_unreachable", true],
];

/** A fault by its code; what is not in the list is the request's own fault. */
export function baiduFault(gateway: Gateway, code: number, said: string): AppError {
  const words = `error ${code}${said === "" ? "" : `: ${gateway.redact(said).slice(0, 300)}`}`;
  const [, fault = "model_rejected_request", retryable = false] = FAULTS.find(([codes]) => codes.includes(code)) ?? [];
  if (fault === "model_unauthorised") return unauthorised(gateway, `refused the key (${words})`);
  return new AppError(fault, `${gateway.id} reported ${words}`, {
    retryable,
    fault: USED_UP_CODES.includes(code) ? "quota-used-up" : undefined,
  });
}
