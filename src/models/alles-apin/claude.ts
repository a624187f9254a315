import type { ChatModel, ChatReply, ChatRequest } from "../../core/model.ts";
import { alternate, alternateWithoutSystem, type Turn } from "../alternation.ts";
import { namedModels, type Dialect, type ModelContext } from "../dialect.ts";
import { finishReply, streamingModel, type Draft } from "../finish-reply.ts";
import { textAt } from "../json-path.ts";
import { ALLES_APIN_BASE_URL, callAllesApin, connectionOf, noText } from "./envelope.ts";
import { streamMessages } from "./message-stream.ts";

const PATH = "/v1/claude/v1/text/chat";

/** Claude by Anthropic through alles-apin (its chapters 3.4.2 and 3.4.3). Streams on the public domains only. */
export const claude: Dialect = {
  baseUrl: ALLES_APIN_BASE_URL,
  defaultModel: "claude-instant-1",
  contextTokens,
  knownModels: namedModels(["claude-instant-1", "claude-2", "claude-2.1"], contextTokens),
  create,
};

function create(context: ModelContext): ChatModel {
  const { gateway, model, limits, settings, baseUrl } = context;
  const connection = connectionOf(context);

  function bodyOf(request: ChatRequest): Record<string, unknown> {
    return {
      model,
      max_tokens: request.maxTokens ?? limits.replyTokens,
      ...(request.temperature !== undefined && { temperature: request.temperature }),
      messages: messagesOf(request, model),
    };
  }

  const draftOf = (request: ChatRequest): Draft => ({ request, model: gateway.id, warnings: [] });

  async function whole(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const data = await callAllesApin(connection, { path: PATH, body: bodyOf(request), signal });
    const text = textAt(data, "completion");
    if (text === undefined) throw noText(gateway, "data.completion", data);
    // The text begins with a blank, since the prompt ends with "Assistant:".
    const ending = { text: text.trimStart(), isTruncated: textAt(data, "stop_reason") === "max_tokens" };
    return finishReply(gateway, ending, draftOf(request));
  }

  async function stream(request: ChatRequest, onText: (text: string) => void, signal: AbortSignal): Promise<ChatReply> {
    const call = { path: `${PATH}-stream`, body: bodyOf(request), signal };
    let hasBegun = false;
    let shown = "";
    const { stopReason } = await streamMessages(connection, call, (piece) => {
      const visible = hasBegun ? piece : piece.trimStart();
      if (visible === "") return;
      hasBegun = true;
      shown += visible;
      onText(visible);
    });
    return finishReply(gateway, { text: shown, isTruncated: stopReason === "max_tokens" }, draftOf(request));
  }

  const isStreamed = settings.stream && isPublic(baseUrl);
  return streamingModel({ id: gateway.id, limits, isStreamed }, { whole, stream });
}

/** A system text has a place of its own with claude-2.1 alone. */
function messagesOf({ messages }: ChatRequest, model: string): ClaudeMessage[] {
  if (!model.startsWith("claude-2.1")) return alternateWithoutSystem(messages).map(named);
  const { system, turns } = alternate(messages);
  return [...(system === "" ? [] : [{ role: "system", content: system }]), ...turns.map(named)];
}

interface ClaudeMessage {
  role: string;
  content: string;
}

function named({ role, content }: Turn): ClaudeMessage {
  return { role: role === "assistant" ? "bot" : role, content };
}

/** Whether an address is one of the public domains: not that of the intranet or of a cluster. */
function isPublic(baseUrl: string): boolean {
  return !/^intranet\.|\.svc\.cluster\.local$/u.test(new URL(baseUrl).hostname);
}

/** Anthropic's page of these models. */
function contextTokens(model: string): number {
  return model.startsWith("claude-2.1") ? 200_000 : 100_000;
}
