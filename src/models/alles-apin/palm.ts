import type { ChatModel, ChatReply, ChatRequest } from "../../core/model.ts";
import { alternateWithoutSystem } from "../alternation.ts";
import type { Dialect, ModelContext } from "../dialect.ts";
import { finishReply, wholeReplyModel } from "../finish-reply.ts";
import { textAt, valueAt } from "../json-path.ts";
import { transcriptOf } from "../transcript.ts";
import { hasHan, translate } from "./baidu-translate.ts";
import { ALLES_APIN_BASE_URL, callAllesApin, connectionOf, noText } from "./envelope.ts";

/** The longest reply of text-bison-001; chat-bison-001 has no field for it. */
const MOST_REPLY_TOKENS = 1024;

/** PaLM's chat through alles-apin (its chapter 3.3.1). It takes no Chinese, so question and material go there in English. */
export const palmChat: Dialect = {
  baseUrl: ALLES_APIN_BASE_URL,
  defaultModel: "chat-bison-001",
  contextTokens: () => 4096 + MOST_REPLY_TOKENS,
  promptLimits: () => ({ promptTokens: 4096 }),
  create: (context) =>
    createPalm(context, {
      path: "/v1/google/v1/palm/chat",
      body: (request) => ({
        model: context.model,
        prompt: {
          messages: alternateWithoutSystem(request.messages).map(({ role, content }) => ({
            author: role === "user" ? "0" : "1",
            content,
          })),
        },
        candidate_count: 1,
      }),
      textKey: "content",
    }),
};

/** PaLM's text completion through alles-apin (its chapter 3.3.2). The model is sent only when the owner names one. */
export const palmText: Dialect = {
  baseUrl: ALLES_APIN_BASE_URL,
  defaultModel: "text-bison-001",
  contextTokens: () => 8196 + MOST_REPLY_TOKENS,
  promptLimits: () => ({ promptTokens: 8196 }),
  create: (context) =>
    createPalm(context, {
      path: "/v1/google/v1/palm/text",
      body: (request) => ({
        ...(context.settings.model !== undefined && { model: context.settings.model }),
        prompt: { text: transcriptOf(request.messages) },
        candidate_count: 1,
        max_output_tokens: Math.min(MOST_REPLY_TOKENS, request.maxTokens ?? context.limits.replyTokens),
      }),
      textKey: "output",
    }),
};

interface PalmInterface {
  path: string;
  /** For a request in English. */
  body: (request: ChatRequest) => Record<string, unknown>;
  /** Where a candidate's text is. */
  textKey: string;
}

function createPalm(context: ModelContext, { path, body, textKey }: PalmInterface): ChatModel {
  const { gateway, limits, pace } = context;
  const connection = connectionOf(context);

  async function complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const language = request.language ?? (hasHan(request.messages.at(-1)?.content ?? "") ? "zh" : "en");
    let calls = 0;
    // The first call has had its turn.
    const paced = async (waiting: AbortSignal): Promise<void> => {
      calls += 1;
      if (calls > 1) await pace(waiting);
    };
    const english = await translate(
      connection,
      request.messages.map(({ content }) => content),
      { to: "en", signal, pace: paced },
    );
    const messages = request.messages.map(({ role }, index) => ({ role, content: withoutHan(english[index] ?? "") }));
    await paced(signal);
    const data = await callAllesApin(connection, {
      path,
      body: {
        ...body({ ...request, messages }),
        ...(request.temperature !== undefined && { temperature: request.temperature }),
      },
      signal,
    });
    const text = textAt(data, "candidates", 0, textKey);
    if (text === undefined) {
      // Google's filters answer without a candidate and say why.
      const reason = textAt(data, "filters", 0, "reason");
      throw noText(gateway, `data.candidates[0].${textKey}`, reason === undefined ? data : valueAt(data, "filters"));
    }
    const [translated = text] =
      language === "zh" && !isForProgram(text)
        ? await translate(connection, [text], { to: "zh", signal, pace: paced })
        : [text];
    return finishReply(gateway, { text: translated, isTruncated: false }, { request, model: gateway.id, warnings: [] });
  }

  return wholeReplyModel({ id: gateway.id, limits }, complete);
}

/** A mark that the prompt asked for (`NO_ANSWER`) and JSON are read by a program, which knows them in no other language. */
function isForProgram(text: string): boolean {
  return /^\s*(?:[A-Z]+(?:_[A-Z]+)+\W*|\{[^]*\})\s*$/u.test(text);
}

/** What the translation left as it was (a name) would make the gateway refuse the whole request. */
function withoutHan(text: string): string {
  return text.replace(/\p{Script=Han}+/gu, " ");
}
