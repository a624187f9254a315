import type { GatewaySuite } from "../../../conformance/gateway.ts";
import { sendJson, type Answer, type Received } from "../gateway-server.ts";
import { allesApin, TOKEN, transcriptTurns } from "../alles-apin.ts";

const ROOT = "/gw/alles-apin-hub/v1/openai/v1";
const KEY_SIGN = "g3-w6JsZ7";
const STEPS: [pattern: RegExp, name: string, keys: string[]][] = [
  [/^POST \/assistants$/u, "create-assistant", ["model", "instructions", "name", "tools"]],
  [/^POST \/threads$/u, "create-thread", ["messages"]],
  [/^POST \/threads\/th_1\/messages$/u, "create-message", ["role", "content"]],
  [/^POST \/threads\/th_1\/runs$/u, "create-run", ["assistant_id", "instructions"]],
  [/^GET \/threads\/th_1\/runs\/run_1$/u, "read-run", []],
  [/^GET \/threads\/th_1\/messages(?:\?order=asc)?$/u, "read-messages", []],
  [/^DELETE \/threads\/th_1$/u, "delete-thread", []],
  [/^DELETE \/assistants\/asst_1$/u, "delete-assistant", []],
];

export function stepOf({ method, path }: Received): string | undefined {
  const what = `${method} ${path.replace(ROOT, "")}`;
  return path.startsWith(ROOT) ? STEPS.find(([pattern]) => pattern.test(what))?.[1] : undefined;
}

export const envelope = (body: unknown, statusCode = 200): object => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body,
  msg: "ok",
  data: { "key-sign": KEY_SIGN },
});

export function answerStep(response: Parameters<Answer>[0], received: Received, text: string, polls = 1): void {
  const reply = (body: unknown): void => sendJson(response, envelope(body));
  switch (stepOf(received)) {
    case "create-assistant":
      return reply({ id: "asst_1", object: "assistant" });
    case "create-thread":
      return reply({ id: "th_1", object: "thread" });
    case "create-message":
      return reply({ id: "msg_1", object: "thread.message" });
    case "create-run":
      return reply({ id: "run_1", status: "queued" });
    case "read-run":
      return reply({ id: "run_1", status: polls > 0 ? "completed" : "in_progress", usage: null });
    case "read-messages":
      return reply({
        object: "list",
        data: [
          {
            role: "user",
            run_id: null,
            content: [{ type: "text", text: { value: "退公寓要提前几天？", annotations: [] } }],
          },
          { role: "assistant", run_id: "run_1", content: [{ type: "text", text: { value: text, annotations: [] } }] },
        ],
        has_more: false,
      });
    case "delete-thread":
    case "delete-assistant":
    case undefined:
      return reply({ deleted: true });
  }
}

export const ASSISTANTS: GatewaySuite = allesApin("openai-assistants", {
  refuse: (received) => {
    const { headers, body } = received;
    const step = STEPS.find(([, name]) => name === stepOf(received));
    if (step === undefined) return { status: 404, body: { msg: `no route ${received.method} ${received.path}` } };
    if (headers["alles-apin-token"] !== TOKEN) return { status: 401, body: { msg: "unauthorized" } };
    if (headers.authorization !== undefined) return { status: 400, body: { msg: "no Authorization here" } };
    if (headers["openai-beta"] !== "assistants=v1") return { status: 400, body: { msg: "OpenAI-Beta is missing" } };
    if (step[1] !== "create-assistant" && headers["key-sign"] !== KEY_SIGN) {
      return { status: 404, body: { msg: "No assistant found in this organisation" } };
    }
    const unknown = Object.keys(body).find((key) => !step[2].includes(key));
    if (unknown !== undefined) return { status: 400, body: { msg: `Unknown parameter: ${unknown}` } };
    if (step[1] === "create-message" && body["role"] !== "user")
      return { status: 400, body: { msg: "role must be user" } };
    return undefined;
  },
  answer: (response, received, { text }) => answerStep(response, received, text),
  // The step whose faults stand for those of all: it comes first and carries the question's conversation.
  isQuestion: (received) => stepOf(received) === "create-message",
  contentsOf: ({ body }) => transcriptTurns(String(body["content"])),
  streams: false,
  withUnknownFields: (reply) => ({ ...reply, novelty: 1 }),
  skip: [
    { reason: "a run of v1 has no such end", tests: ["tells that the reply was cut at a length limit"] },
    {
      reason: "the text is read in a later step than the one that asks; tested below",
      tests: ["refuses an empty reply", "tries again when it was limited"],
    },
  ],
});
