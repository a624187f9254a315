import { AppError } from "../../core/errors.ts";
import type { ChatModel, ChatReply, ChatRequest } from "../../core/model.ts";
import { alternateWithoutSystem } from "../alternation.ts";
import { finishBaiduReply, readBaiduPiece, TOKEN_CODES, type BaiduPiece } from "../baidu-reply.ts";
import type { Dialect, ModelContext } from "../dialect.ts";
import { streamingModel, type Draft } from "../finish-reply.ts";
import { badReply } from "../gateway-errors.ts";
import type { GatewayRequest } from "../gateway.ts";
import { postForEvents, requestJson } from "../http.ts";
import { parseJson, valueAt } from "../json-path.ts";
import { createAccessTokens } from "./access-token.ts";
import { signRequest } from "./bce-signature.ts";

const PATH = "/rpc/2.0/ai_custom/v1/wenxinworkshop/chat";
/** Characters of all messages together. */
const MOST_CHARS = 4800;
/** 0 is refused. */
const LEAST_TEMPERATURE = 0.01;

/**
 * A service deployed on Qianfan, such as Dolly-12B. Its document knows no system role, no limit of the reply, and at most
 * 4,800 characters of messages, odd in number.
 */
export const qianfan: Dialect = {
  baseUrl: "https://aip.baidubce.com",
  // The model is the one behind the endpoint.
  defaultModel: "endpoint",
  contextTokens: () => 8192,
  promptLimits: () => ({ promptChars: MOST_CHARS }),
  create,
};

function create(context: ModelContext): ChatModel {
  const { gateway, baseUrl, keys, limits, settings, timeoutMs, pace } = context;
  const url = `${baseUrl}${PATH}/${encodeURIComponent(settings.endpoint ?? "")}`;
  const tokens = createAccessTokens(context);

  function bodyOf(request: ChatRequest): Record<string, unknown> {
    const messages = alternateWithoutSystem(request.messages);
    const chars = messages.reduce((sum, { content }) => sum + content.length, 0);
    if (chars > MOST_CHARS) {
      throw new AppError(
        "model_rejected_request",
        `${gateway.id} takes ${MOST_CHARS} characters and the question with its material has ${chars}; lower [answer] max_context_chars`,
      );
    }
    return {
      messages,
      ...(request.temperature !== undefined && { temperature: Math.max(LEAST_TEMPERATURE, request.temperature) }),
    };
  }

  /** Runs a call; a token that ran out in the meantime is renewed once. */
  async function authorised<T>(
    body: Record<string, unknown>,
    signal: AbortSignal,
    run: (call: GatewayRequest) => Promise<{ stale: boolean; result: () => T }>,
  ): Promise<T> {
    const call: GatewayRequest = { url, headers: {}, body, timeoutMs, signal };
    if (settings.auth === "iam") {
      const { access: accessKey = "", secret: secretKey = "" } = keys;
      const headers = signRequest({ method: "POST", url, accessKey, secretKey, now: gateway.clock.now() });
      return (await run({ ...call, headers })).result();
    }
    const token = await tokens.current(signal);
    const first = await run({ ...call, url: withToken(url, token) });
    if (!first.stale) return first.result();
    tokens.forget(token);
    await pace(signal);
    return (await run({ ...call, url: withToken(url, await tokens.current(signal)) })).result();
  }

  const draftOf = (request: ChatRequest): Draft => ({ request, model: gateway.id, warnings: [] });

  async function whole(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    return authorised(bodyOf(request), signal, async (call) => {
      const value = await requestJson(gateway, call);
      return {
        stale: isStaleToken(value),
        result: () => finishBaiduReply(gateway, readBaiduPiece(gateway, value), draftOf(request)),
      };
    });
  }

  async function stream(request: ChatRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ChatReply> {
    return authorised({ ...bodyOf(request), stream: true }, signal, async (call) => {
      const pieces: BaiduPiece[] = [];
      let staleReply: unknown;
      const reply = await postForEvents(gateway, call, (data) => {
        const value = parseJson(data);
        if (isStaleToken(value)) {
          staleReply = value;
          return "done";
        }
        if (value === undefined)
          throw badReply(gateway, "streamed an event that is not JSON", { got: data, retryable: true });
        const piece = readBaiduPiece(gateway, value);
        pieces.push(piece);
        if (piece.text !== "") onText(piece.text);
        return piece.isEnd ? "done" : "more";
      });
      const unstreamed = reply.kind === "json" ? reply.value : staleReply;
      return {
        stale: isStaleToken(unstreamed),
        result: () => {
          if (unstreamed !== undefined) {
            const piece = readBaiduPiece(gateway, unstreamed);
            onText(piece.text);
            return finishBaiduReply(gateway, piece, draftOf(request));
          }
          if (pieces.at(-1)?.isEnd !== true) {
            throw new AppError("model_unreachable", `${gateway.id} cut the stream before its end`, { retryable: true });
          }
          return finishBaiduReply(gateway, joinPieces(pieces), draftOf(request));
        },
      };
    });
  }

  return streamingModel({ id: gateway.id, limits, isStreamed: settings.stream }, { whole, stream });
}

function withToken(url: string, token: string): string {
  return `${url}?access_token=${encodeURIComponent(token)}`;
}

function isStaleToken(value: unknown): boolean {
  return TOKEN_CODES.has(Number(valueAt(value, "error_code") ?? 0));
}

function joinPieces(pieces: readonly BaiduPiece[]): Omit<BaiduPiece, "isEnd"> {
  return {
    text: pieces.map(({ text }) => text).join(""),
    isTruncated: pieces.some(({ isTruncated }) => isTruncated),
    clearHistory: pieces.some(({ clearHistory }) => clearHistory),
    // Counted up from event to event: the last one has the whole.
    usage: pieces.at(-1)?.usage ?? { prompt: undefined, completion: undefined },
  };
}
