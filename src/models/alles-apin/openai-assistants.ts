import { AppError, isAppError } from "../../core/errors.ts";
import type { ChatModel, ChatReply, ChatRequest } from "../../core/model.ts";
import { alternate } from "../alternation.ts";
import type { Dialect, ModelContext } from "../dialect.ts";
import { finishReply, wholeReplyModel } from "../finish-reply.ts";
import { textAt, tokensAt, valueAt } from "../json-path.ts";
import { transcriptOf } from "../transcript.ts";
import { contextTokensOf } from "../vendors.ts";
import { ALLES_APIN_BASE_URL, connectionOf, noText } from "./envelope.ts";
import { callVendor, type VendorCall } from "./vendor-envelope.ts";

const ROOT = "/v1/openai/v1";
const FIRST_POLL_MS = 500;
const LONGEST_POLL_MS = 3000;
/** Cleaning up must not hold back an answer, nor a caller that has given up. */
const CLEAN_UP_MS = 10_000;
const DEFAULT_INSTRUCTIONS = "You are a helpful assistant. Answer in the language of the question.";

/**
 * OpenAI's assistants (v1) through alles-apin (its chapter 3.2.5). Each reply makes an assistant and a thread of its own
 * and deletes both, so nothing of one conversation is left for another. `key-sign`, which the first create hands out, goes
 * with every later call: it names the organisation that holds what was made. Runs of v1 take no temperature.
 */
export const openAiAssistants: Dialect = {
  baseUrl: ALLES_APIN_BASE_URL,
  defaultModel: "gpt-3.5-turbo",
  contextTokens: (model) => contextTokensOf(model),
  create,
};

type Call = (step: Omit<VendorCall, "headers" | "signal">) => Promise<unknown>;

function create(context: ModelContext): ChatModel {
  const { gateway, limits, timeoutMs, pace } = context;
  const connection = connectionOf(context);

  async function complete(request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const endsAt = gateway.clock.now() + timeoutMs;
    const made: string[] = [];
    let keySign: string | undefined;
    let calls = 0;
    const callWithin = async (
      step: Omit<VendorCall, "headers" | "signal">,
      { within, stepSignal }: { within: number; stepSignal: AbortSignal },
    ): Promise<unknown> => {
      // The first call has had its turn.
      if (calls > 0) await pace(stepSignal);
      calls += 1;
      const headers = { "openai-beta": "assistants=v1", ...(keySign !== undefined && { "key-sign": keySign }) };
      const reply = await callVendor(connection, { ...step, headers, signal: stepSignal, timeoutMs: within });
      keySign = reply.keySign ?? keySign;
      return reply.body;
    };
    const call: Call = async (step) => {
      const within = endsAt - gateway.clock.now();
      if (within <= 0) throw late(gateway.id, timeoutMs);
      return callWithin(step, { within, stepSignal: signal });
    };
    try {
      const ending = await runOnce(context, { request, call, made, signal });
      return finishReply(gateway, ending, { request, model: gateway.id, warnings: [] });
    } finally {
      const stepSignal = AbortSignal.timeout(CLEAN_UP_MS);
      for (const path of made.toReversed()) {
        // What could not be deleted costs nothing and belongs to nobody; the answer or the real fault matters.
        await callWithin({ method: "DELETE", path }, { within: CLEAN_UP_MS, stepSignal }).catch((error: unknown) => {
          if (!isAppError(error)) throw error;
        });
      }
    }
  }

  return wholeReplyModel({ id: gateway.id, limits }, complete);
}

interface RunOptions {
  request: ChatRequest;
  call: Call;
  /** Paths of what was made, in order. */
  made: string[];
  signal: AbortSignal;
}

async function runOnce(
  { gateway, model }: ModelContext,
  { request, call, made, signal }: RunOptions,
): Promise<{ text: string; isTruncated: boolean; usage: ReturnType<typeof tokensAt> }> {
  const { system, turns } = alternate(request.messages);
  const post = (path: string, body: Record<string, unknown>): Promise<unknown> =>
    call({ method: "POST", path: `${ROOT}${path}`, body });
  const idOf = (what: string, value: unknown): string => {
    const id = textAt(value, "id");
    if (id === undefined) throw noText(gateway, `id of the ${what}`, value);
    return encodeURIComponent(id);
  };

  const instructions = system === "" ? DEFAULT_INSTRUCTIONS : system;
  const assistant = idOf("assistant", await post("/assistants", { model, instructions }));
  made.push(`${ROOT}/assistants/${assistant}`);
  const thread = idOf("thread", await post("/threads", {}));
  made.push(`${ROOT}/threads/${thread}`);
  // v1 takes messages of the user alone, so what was said before stands in the same message.
  await post(`/threads/${thread}/messages`, { role: "user", content: transcriptOf(turns) });
  let run = await post(`/threads/${thread}/runs`, { assistant_id: assistant });
  const runId = idOf("run", run);
  try {
    for (let waitMs = FIRST_POLL_MS; isGoingOn(run); waitMs = Math.min(LONGEST_POLL_MS, waitMs * 1.5)) {
      await gateway.clock.sleep(waitMs, signal);
      run = await call({ method: "GET", path: `${ROOT}/threads/${thread}/runs/${runId}` });
    }
  } catch (error) {
    throw signal.aborted ? new AppError("aborted", `${gateway.id}: the call was cancelled`) : error;
  }
  const status = textAt(run, "status") ?? "none";
  if (status !== "completed" && status !== "incomplete")
    throw runFault(gateway.id, status, gateway.redact(faultOf(run)));
  const list = await call({ method: "GET", path: `${ROOT}/threads/${thread}/messages?order=asc` });
  const text = answerIn(list, runId);
  if (text === undefined) throw noText(gateway, "body.data[].content[].text.value", list);
  return { text, isTruncated: status === "incomplete", usage: tokensAt(run) };
}

function isGoingOn(run: unknown): boolean {
  return ["queued", "in_progress", "cancelling"].includes(textAt(run, "status") ?? "");
}

function faultOf(run: unknown): string {
  return [textAt(run, "last_error", "code"), textAt(run, "last_error", "message")].filter(Boolean).join(": ");
}

function runFault(id: string, status: string, said: string): AppError {
  const words = `${id} ended its run as ${status.slice(0, 40)}${said === "" ? "" : ` (${said.slice(0, 300)})`}`;
  if (/rate_limit/u.test(said)) return new AppError("model_rate_limited", words, { retryable: true });
  if (status === "expired") return new AppError("timeout", words, { retryable: true });
  return new AppError("model_bad_reply", words, { retryable: /server_error/u.test(said) });
}

/** What the assistant wrote in this run, in order. */
function answerIn(list: unknown, runId: string): string | undefined {
  const messages = valueAt(list, "data");
  if (!Array.isArray(messages)) return undefined;
  const own = messages.filter(
    (message) => textAt(message, "role") === "assistant" && (textAt(message, "run_id") ?? runId) === runId,
  );
  const parts = own.flatMap((message) => {
    const content = valueAt(message, "content");
    return Array.isArray(content) ? content.flatMap((part) => textAt(part, "text", "value") ?? []) : [];
  });
  return parts.length === 0 ? undefined : parts.join("\n\n");
}

function late(id: string, timeoutMs: number): AppError {
  return new AppError("timeout", `${id} took longer than ${timeoutMs / 1000} s; raise timeout_s`, { retryable: true });
}
