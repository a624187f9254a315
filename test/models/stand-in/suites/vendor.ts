import type { GatewaySuite } from "../../../conformance/gateway.ts";
import { answerChat, faultOfChatBody } from "../chat-completion.ts";

const KEY = "sk-test-0123456789abcdef";

/** A vendor of OpenAI's dialect. */
export function vendorSuite(entry: Record<string, unknown>): GatewaySuite {
  return {
    name: `a vendor of OpenAI's dialect ${JSON.stringify(entry)}`,
    entry: { api_key_env: "VENDOR_KEY", requests_per_minute: 0, ...entry },
    basePath: "/v1",
    env: { VENDOR_KEY: KEY },
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
    streams: entry["stream"] !== false,
  };
}
