import { describeGateway } from "../conformance/gateway.ts";
import { answerChat, faultOfChatBody } from "./stand-in/chat-completion.ts";

const KEY = "sk-test-0123456789abcdef";

for (const stream of [true, false]) {
  describeGateway({
    name: `a vendor of OpenAI's dialect, stream = ${stream}`,
    entry: { provider: "deepseek", api_key_env: "DEEPSEEK_KEY", stream, requests_per_minute: 0 },
    basePath: "/v1",
    env: { DEEPSEEK_KEY: KEY },
    refuse: ({ method, path, headers, body }) => {
      if (method !== "POST" || path !== "/v1/chat/completions") return { status: 404, body: {} };
      if (headers.authorization !== `Bearer ${KEY}`) return { status: 401, body: {} };
      const fault = faultOfChatBody(body);
      return fault === undefined ? undefined : { status: 400, body: { error: { message: fault } } };
    },
    answer: (response, received, { text, truncated }) =>
      answerChat(response, received, text, truncated === true ? "length" : "stop"),
    contentsOf: ({ body }) =>
      Array.isArray(body["messages"]) ? body["messages"].map(({ content }: { content: string }) => content) : [],
    streams: stream,
  });
}
