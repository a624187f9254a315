import { describeGateway } from "../conformance/gateway.ts";
import { answerChat } from "./stand-in/chat-completion.ts";

const KEY = "sk-test-0123456789abcdef";

// The real integration of OpenAI, against a server that takes what OpenAI takes.
for (const stream of [true, false]) {
  describeGateway({
    name: `@langchain/openai, stream = ${stream}`,
    entry: {
      provider: "langchain",
      model: "openai:gpt-4o-mini",
      api_key_env: "LANGCHAIN_KEY",
      stream,
      requests_per_minute: 0,
    },
    basePath: "/v1",
    env: { LANGCHAIN_KEY: KEY },
    refuse: ({ method, path, headers, body }) => {
      if (method !== "POST" || path !== "/v1/chat/completions") return { status: 404, body: {} };
      if (headers.authorization !== `Bearer ${KEY}`) return { status: 401, body: {} };
      return body["model"] === "gpt-4o-mini" ? undefined : { status: 400, body: { error: { message: "model" } } };
    },
    answer: (response, received, { text, truncated }) =>
      answerChat(response, received, text, truncated === true ? "length" : "stop"),
    contentsOf: ({ body }) =>
      Array.isArray(body["messages"]) ? body["messages"].map(({ content }: { content: string }) => content) : [],
    streams: stream,
  });
}
