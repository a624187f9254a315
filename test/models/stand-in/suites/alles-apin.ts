import { z } from "zod";
import type { GatewaySuite } from "../../../conformance/gateway.ts";
import { completion } from "../chat-completion.ts";
import { sendJson } from "../gateway-server.ts";
import {
  allesApin,
  alternating,
  isStream,
  piecesOf,
  refuseUnless,
  sendSuccess,
  streamJson,
  success,
  temperature,
  textsIn,
  transcriptTurns,
  words,
} from "../alles-apin.ts";

/** Every interface that needs one call for a reply, each as its chapter of the document has it. */
export const ALLES_APIN_SUITES: GatewaySuite[] = [];

const NO_LENGTH = {
  reason: "the interface does not tell why a reply ended",
  tests: ["tells that the reply was cut at a length limit"],
};

// 3.1 Minimax

const minimaxBody = z.strictObject({
  model: z.enum(["abab5-chat", "abab5.5-chat"]).optional(),
  prompt: words,
  role_meta: z.strictObject({ user_name: words, bot_name: words }).optional(),
  messages: z
    .array(z.strictObject({ sender_type: z.enum(["USER", "BOT"]), text: words }))
    .min(1)
    .refine((messages) => messages.at(-1)?.sender_type === "USER", "the last message is the user's"),
});

for (const stream of [true, false]) {
  ALLES_APIN_SUITES.push(
    allesApin("minimax", {
      entry: { stream },
      refuse: refuseUnless({
        "/v1/minimax/v1/text/chat": { body: minimaxBody },
        "/v1/minimax/v1/text/chat-stream": { body: minimaxBody.extend({ type: z.enum(["text", "json"]) }) },
      }),
      answer(response, received, { text, truncated }) {
        if (isStream(received)) return streamJson(response, text);
        const choice = { text, index: 0, logprobes: 0, finish_reason: truncated === true ? "length" : "stop" };
        sendSuccess(response, {
          created: 1_683_887_421,
          model: "abab5-chat",
          reply: text,
          choices: [choice],
          usage: { total_tokens: 632 },
          base_resp: { status_code: 0, status_msg: "success" },
        });
      },
      contentsOf: ({ body }) => textsIn(body["messages"], "text"),
      streams: stream,
      withUnknownFields: (reply) => success({ ...Object(reply).data, novelty: [{}] }),
      ...(stream && { skip: [NO_LENGTH] }),
    }),
  );
}

// 3.2.1 and 3.2.2 OpenAI, the older interface

const openAiV1Body = z.strictObject({
  model: z.enum(["gpt-3.5-turbo", "gpt-3.5-turbo-0301"]).optional(),
  prompt: words,
  messages: z.array(z.strictObject({ sender_type: z.enum(["user", "assistant"]), text: words })),
  role_meta: z.strictObject({ user_name: z.enum(["user", "system"]), bot_name: z.literal("assistant") }).optional(),
  temperature,
  top_p: z.number().optional(),
  n: z.int().optional(),
  timeout: z.int().min(1).optional(),
});

for (const stream of [true, false]) {
  ALLES_APIN_SUITES.push(
    allesApin("openai-v1", {
      entry: { stream },
      refuse: refuseUnless({
        "/v1/openai/v1/text/chat": { body: openAiV1Body },
        "/v1/openai/v1/text/chat-stream": { body: openAiV1Body.extend({ type: z.enum(["text", "json"]) }) },
      }),
      answer(response, received, { text, truncated }) {
        if (isStream(received)) return streamJson(response, text);
        sendSuccess(response, completion(text, { finish: truncated === true ? "length" : "stop" }));
      },
      contentsOf: ({ body }) => [...textsIn(body["messages"], "text"), String(body["prompt"])],
      streams: stream,
      ...(stream && { skip: [NO_LENGTH] }),
    }),
  );
}

// 3.2.3 completions

ALLES_APIN_SUITES.push(
  allesApin("openai-completions", {
    refuse: refuseUnless({
      "/v1/openai/v1/completions": {
        body: z.strictObject({
          model: words.optional(),
          prompt: words,
          // The document's default of 16 would cut every answer, so a client has to set it.
          max_tokens: z.int().min(17).max(4096),
          temperature: z.number().min(0).max(2).optional(),
          n: z.int().optional(),
          echo: z.literal(false).optional(),
        }),
      },
    }),
    answer(response, _received, { text, truncated }) {
      sendSuccess(response, {
        id: "cmpl-1",
        object: "text_completion",
        model: "text-davinci-003",
        choices: [
          { text: `\n\n${text}`, index: 0, logprobs: null, finish_reason: truncated === true ? "length" : "stop" },
        ],
        usage: { prompt_tokens: 13, completion_tokens: 15, total_tokens: 28 },
      });
    },
    contentsOf: ({ body }) => transcriptTurns(String(body["prompt"])),
    streams: false,
  }),
);

// 3.4 Claude

const claudeMessages = z
  .array(z.strictObject({ role: z.enum(["user", "bot", "system"]), content: words }))
  .min(1)
  .refine((messages) => messages.filter(({ role }) => role === "system").length <= 1, "at most one system message");
const claudeBody = z
  .strictObject({
    model: words.optional(),
    max_tokens: z.int().min(1).optional(),
    temperature,
    prompt: words.optional(),
    messages: claudeMessages.optional(),
  })
  .refine(({ prompt, messages }) => prompt !== undefined || messages !== undefined, "prompt or messages")
  .refine(
    ({ model, messages = [] }) => model === "claude-2.1" || messages.every(({ role }) => role !== "system"),
    "only claude-2.1 takes a system message",
  );

for (const entry of [{ stream: true }, { stream: false }, { stream: true, model: "claude-2.1" }]) {
  ALLES_APIN_SUITES.push(
    allesApin("claude", {
      entry,
      refuse: refuseUnless({
        "/v1/claude/v1/text/chat": { body: claudeBody },
        "/v1/claude/v1/text/chat-stream": { body: claudeBody },
      }),
      answer(response, received, { text, truncated }) {
        const stopReason = truncated === true ? "max_tokens" : "stop_sequence";
        if (!isStream(received)) {
          return sendSuccess(response, {
            completion: ` ${text}`,
            model: "claude-1.3",
            stop_reason: stopReason,
            stop: "\n\nHuman:",
            log_id: "1",
          });
        }
        response.writeHead(200, { "content-type": "application/json" });
        const lines: object[] = piecesOf(` ${text}`).map((msg) => ({ success: "true", msg }));
        lines.push({ stop_reason: stopReason, success: "true", msg: "" });
        response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
      },
      contentsOf: ({ body }) => textsIn(body["messages"], "content"),
      streams: entry.stream,
    }),
  );
}

ALLES_APIN_SUITES.push(
  allesApin("claude-slack", {
    refuse: refuseUnless({
      "/v1/claude/v1/text/chat_by_slack": {
        body: z.strictObject({ prompt: words, appid: z.string().optional(), token: z.string().optional() }),
      },
    }),
    answer: (response, _received, { text }) => sendSuccess(response, text),
    contentsOf: ({ body }) => transcriptTurns(String(body["prompt"]).replace(/^（[^）]*）/u, "")),
    streams: false,
    skip: [NO_LENGTH],
  }),
);

// 3.5.2 Wenxin

ALLES_APIN_SUITES.push(
  allesApin("wenxin", {
    refuse: (received) => {
      const refusal = refuseUnless({
        "/v1/baidu/v1/wenxinworkshop/chat": {
          body: z.strictObject({
            messages: alternating(
              "role",
              ["user", "assistant"],
              z.strictObject({ role: z.enum(["user", "assistant"]), content: words }),
            ),
            stream: z.literal(false),
            user: words,
          }),
        },
      })(received);
      return refusal;
    },
    answer: (response, _received, { text, truncated }) =>
      sendSuccess(response, {
        id: "as-1",
        object: "chat.completion",
        created: 1_686_228_005,
        result: text,
        is_truncated: truncated === true,
        need_clear_history: false,
        usage: { prompt_tokens: 85, completion_tokens: 442, total_tokens: 527 },
      }),
    contentsOf: ({ body }) => textsIn(body["messages"], "content"),
    streams: false,
  }),
);

// 3.6 Spark

ALLES_APIN_SUITES.push(
  allesApin("spark", {
    refuse: refuseUnless({
      "/v1/xunfei/v1/spark/chat": {
        body: z.strictObject({
          parameter: z.strictObject({
            chat: z.strictObject({
              temperature,
              max_tokens: z.int().min(1).max(4096).optional(),
              chat_id: words.optional(),
            }),
          }),
          payload: z.strictObject({
            message: z.strictObject({
              text: z.array(z.strictObject({ role: z.enum(["user", "assistant"]), content: words })).min(1),
            }),
          }),
        }),
      },
    }),
    answer: (response, _received, { text }) => sendSuccess(response, text),
    contentsOf: ({ body }) => {
      const payload = z.looseObject({ message: z.looseObject({ text: z.unknown() }) }).parse(body["payload"]);
      return textsIn(payload.message.text, "content");
    },
    streams: false,
    skip: [NO_LENGTH],
  }),
);

// 3.3.3 Gemini

ALLES_APIN_SUITES.push(
  allesApin("gemini", {
    refuse: refuseUnless({
      "/v1/google/v1/gemini/generate_content": {
        body: z.strictObject({
          model: z.enum(["gemini-pro", "gemini-pro-vision"]),
          contents: alternating(
            "role",
            ["user", "model"],
            z.strictObject({ role: z.string(), parts: z.array(z.strictObject({ text: words })).min(1) }),
          ),
          generationConfig: z.strictObject({ temperature, maxOutputTokens: z.int().min(1).optional() }).optional(),
        }),
      },
    }),
    answer: (response, _received, { text, truncated }) =>
      sendJson(response, {
        statusCode: 200,
        headers: { "content-type": "application/json; charset=UTF-8" },
        body: {
          candidates: [
            {
              content: { parts: [{ text }], role: "model" },
              finishReason: truncated === true ? "MAX_TOKENS" : "STOP",
              index: 0,
              safetyRatings: [],
            },
          ],
          promptFeedback: { safetyRatings: [] },
        },
        msg: "ok",
        data: {},
      }),
    contentsOf: ({ body }) =>
      z
        .array(z.looseObject({ parts: z.array(z.looseObject({ text: z.string() })) }))
        .parse(body["contents"])
        .map(({ parts }) => parts.map(({ text }) => text).join("")),
    streams: false,
  }),
);

// 3.2.4 OpenAI, the present interface

ALLES_APIN_SUITES.push(
  allesApin("openai", {
    refuse: refuseUnless({
      "/v1/openai/v2/chat/completions": {
        body: z.strictObject({
          model: words.optional(),
          messages: z.array(z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: words })).min(1),
          temperature,
          max_tokens: z.int().min(1).optional(),
          timeout: z.int().min(1).optional(),
        }),
      },
    }),
    answer: (response, _received, { text, truncated }) =>
      sendSuccess(response, completion(text, { finish: truncated === true ? "length" : "stop" })),
    contentsOf: ({ body }) => textsIn(body["messages"], "content"),
    streams: false,
  }),
);
