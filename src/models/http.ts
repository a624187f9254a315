import { AppError } from "../core/errors.ts";
import { badReply, errorFromNetwork, errorFromStatus } from "./gateway-errors.ts";
import { displayUrl, type Gateway, type GatewayRequest } from "./gateway.ts";
import { parseJson } from "./json-path.ts";
import { createParser } from "eventsource-parser";

const MAX_REDIRECTS = 3;
const MAX_REPLY_BYTES = 8 * 1024 * 1024;
/** A streamed reply wraps every word in some 200 bytes of JSON. */
const MAX_STREAM_BYTES = 64 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * Sends a request (JSON where it has a body) and reads the JSON reply, whatever it is.
 * @throws AppError `model_*`, `timeout`, `aborted`
 */
export async function requestJson(gateway: Gateway, request: GatewayRequest): Promise<unknown> {
  return withDeadline(gateway, request, async (signal) => {
    const response = await sendRequest(gateway, request, { signal, accept: "application/json" });
    return readJson(gateway, request, response);
  });
}

/** How a streamed call ended: all events were handed on, or the gateway answered with one JSON document after all. */
export type EventsResult = { kind: "events"; events: number; start: string } | { kind: "json"; value: unknown };

/**
 * Posts JSON and hands on the `data` of each server-sent event until `onData` returns "done" or the reply ends.
 * @throws AppError `model_*`, `timeout`, `aborted`, and whatever `onData` throws
 */
export async function postForEvents(
  gateway: Gateway,
  request: GatewayRequest,
  onData: (data: string) => "more" | "done",
): Promise<EventsResult> {
  return withDeadline(gateway, request, async (signal) => {
    const response = await sendRequest(gateway, request, { signal, accept: "text/event-stream" });
    const type = response.headers.get("content-type") ?? "";
    if (type.includes("json") || type.includes("html")) {
      return { kind: "json", value: await readJson(gateway, request, response) };
    }
    return readEvents(gateway, request, { response, onData });
  });
}

/**
 * Posts JSON and hands on each line of the reply that is not blank, until `onLine` returns "done" or the reply ends.
 * Resolves to the number of lines and the start of the reply.
 * @throws AppError `model_*`, `timeout`, `aborted`, and whatever `onLine` throws
 */
export async function postForLines(
  gateway: Gateway,
  request: GatewayRequest,
  onLine: (line: string) => "more" | "done",
): Promise<{ lines: number; start: string }> {
  return withDeadline(gateway, request, async (signal) => {
    const response = await sendRequest(gateway, request, { signal, accept: "*/*" });
    if (isHtml(response))
      throw notJson(
        gateway,
        response,
        await readText(gateway, request, { response, maxBytes: MAX_ERROR_BYTES, cut: true }),
      );
    return readLines(gateway, request, { response, onLine });
  });
}

async function readLines(
  gateway: Gateway,
  request: GatewayRequest,
  { response, onLine }: { response: Response; onLine: (line: string) => "more" | "done" },
): Promise<{ lines: number; start: string }> {
  const decoder = new TextDecoder();
  let start = "";
  let rest = "";
  let lines = 0;
  const take = (line: string): boolean => {
    if (line.trim() === "") return false;
    lines += 1;
    return onLine(line) === "done";
  };
  for await (const chunk of readChunks(gateway, request, { response, maxBytes: MAX_STREAM_BYTES })) {
    const text = decoder.decode(chunk, { stream: true });
    start = start.length < 400 ? (start + text).slice(0, 400) : start;
    const parts = (rest + text).split(/\r?\n/);
    rest = parts.pop() ?? "";
    if (parts.some(take)) return { lines, start };
  }
  // A last line without its line break is still a line; the dialect decides whether it completes the reply.
  take(rest + decoder.decode());
  return { lines, start };
}

async function readEvents(
  gateway: Gateway,
  request: GatewayRequest,
  { response, onData }: { response: Response; onData: (data: string) => "more" | "done" },
): Promise<EventsResult> {
  let start = "";
  let events = 0;
  let isDone = false;
  const parser = createParser({
    onEvent: (event) => {
      if (!isDone) {
        events += 1;
        isDone = onData(event.data) === "done";
      }
    },
  });
  // One decoder for the whole stream: a character may be cut between two chunks.
  const decoder = new TextDecoder();
  for await (const chunk of readChunks(gateway, request, { response, maxBytes: MAX_STREAM_BYTES })) {
    const text = decoder.decode(chunk, { stream: true });
    start = start.length < 400 ? (start + text).slice(0, 400) : start;
    parser.feed(text);
    if (isDone) {
      break;
    }
  }
  if (!isDone) {
    // A last event without its blank line is still an event; the dialect decides whether it completes the reply.
    parser.feed(`${decoder.decode()}\n\n`);
  }
  return { kind: "events", events, start };
}

async function readJson(gateway: Gateway, request: GatewayRequest, response: Response): Promise<unknown> {
  const text = await readText(gateway, request, { response, maxBytes: MAX_REPLY_BYTES });
  const value = parseJson(text);
  if (value === undefined) throw notJson(gateway, response, text);
  return value;
}

function isHtml({ headers }: Response): boolean {
  return (headers.get("content-type") ?? "").includes("html");
}

/** A web page stays one; anything else is what a gateway in trouble left of its reply, and worth another try. */
function notJson(gateway: Gateway, response: Response, got: string): AppError {
  const type = response.headers.get("content-type") ?? "no content type";
  const nature = isHtml(response) ? { fault: "not-an-api" as const } : { retryable: true };
  return badReply(gateway, `answered ${type} that is not JSON`, { got, ...nature });
}

/** Sends the request; follows redirects that stay on the host, since the key goes with them. */
async function sendRequest(
  gateway: Gateway,
  request: GatewayRequest,
  { signal, accept }: { signal: AbortSignal; accept: string },
): Promise<Response> {
  let { url } = request;
  for (let redirects = 0; ; redirects += 1) {
    const response = await send(gateway, url, {
      method: request.method ?? "POST",
      headers: { ...(request.body && { "content-type": "application/json" }), accept, ...request.headers },
      ...(request.body && { body: JSON.stringify(request.body) }),
      redirect: "manual",
      signal,
    });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) {
      if (!response.ok) {
        const body = await readText(gateway, request, { response, maxBytes: MAX_ERROR_BYTES, cut: true });
        throw errorFromStatus(gateway, response, body);
      }
      return response;
    }
    await response.body?.cancel();
    const target = URL.canParse(location, url) ? new URL(location, url) : undefined;
    if (target === undefined || redirects >= MAX_REDIRECTS || !staysOnHost(new URL(url), target)) {
      const where = target === undefined ? "nowhere" : displayUrl(target.href, gateway);
      throw badReply(
        gateway,
        `redirects from ${displayUrl(url, gateway)} to ${where}, which was not followed; check base_url`,
        {
          fault: "redirected",
        },
      );
    }
    url = target.href;
  }
}

function staysOnHost(from: URL, to: URL): boolean {
  const isUpgrade = from.protocol === "http:" && to.protocol === "https:" && from.port === "" && to.port === "";
  return from.hostname === to.hostname && (isUpgrade || (from.protocol === to.protocol && from.port === to.port));
}

async function send(gateway: Gateway, url: string, init: RequestInit): Promise<Response> {
  try {
    return await gateway.fetch(url, init);
  } catch (error) {
    // No `cause`: what fetch throws may quote a header.
    throw errorFromNetwork(gateway, url, error);
  }
}

async function readText(
  gateway: Gateway,
  request: GatewayRequest,
  { response, maxBytes, cut = false }: { response: Response; maxBytes: number; cut?: boolean },
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of readChunks(gateway, request, { response, maxBytes, cut })) {
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The body piece by piece; over `maxBytes` it is cut or refused. Leaving the loop early closes the connection. */
async function* readChunks(
  gateway: Gateway,
  request: GatewayRequest,
  { response, maxBytes, cut = false }: { response: Response; maxBytes: number; cut?: boolean },
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    return;
  }
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw errorFromNetwork(gateway, request.url, error);
      });
      if (done) {
        return;
      }
      bytes += value.byteLength;
      if (bytes > maxBytes) {
        if (cut) {
          return;
        }
        throw badReply(gateway, `answered more than ${maxBytes / 1024 / 1024} MiB`);
      }
      yield value;
    }
  } finally {
    // Rejects when the connection has failed already; that error is on its way.
    await reader.cancel().catch(() => undefined);
  }
}

/** Runs a call under its deadline and the caller's signal, and says which of the two ended it. */
export async function withDeadline<T>(
  gateway: Gateway,
  { timeoutMs, signal }: Pick<GatewayRequest, "timeoutMs" | "signal">,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const aborted = (): AppError => new AppError("aborted", `${gateway.id}: the call was cancelled`);
  if (signal.aborted) {
    throw aborted();
  }
  const controller = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    controller.abort();
  }, timeoutMs);
  const forward = (): void => controller.abort();
  signal.addEventListener("abort", forward, { once: true });
  try {
    return await run(controller.signal);
  } catch (error) {
    if (signal.aborted) {
      throw aborted();
    }
    if (isLate) {
      throw new AppError("timeout", `${gateway.id} took longer than ${timeoutMs / 1000} s; raise timeout_s`, {
        retryable: true,
      });
    }
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", forward);
  }
}
