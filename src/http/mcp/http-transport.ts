import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler } from "@modelcontextprotocol/server";
import type { Request as ExpressRequest, Response as ExpressResponse } from "express";
import { addressOf } from "../access/address-of.ts";
import { callerOf } from "../access/caller.ts";
import { isDeeper } from "../nesting.ts";
import { RequestFault } from "../problem.ts";
import type { McpParts } from "./mcp-functions.ts";
import { createMcpServer } from "./mcp-server.ts";
import { createRunningRequests } from "./running-requests.ts";

const MAX_DEPTH = 100;
const TOO_DEEP = { status: 400, title: "Bad Request", detail: `More than ${MAX_DEPTH} levels of lists and objects.` };
const NOT_ACCEPTABLE = {
  status: 406,
  title: "Not Acceptable",
  detail: "The client must accept both application/json and text/event-stream.",
};

/** Answers one POST whose JSON has been read; both generations of the protocol, without sessions. */
export type McpTransport = (request: ExpressRequest, response: ExpressResponse) => Promise<void>;

export function createMcpTransport(parts: McpParts): McpTransport {
  const { logger } = parts;
  const running = createRunningRequests();
  const handler = createMcpHandler(
    async ({ authInfo }) => createMcpServer({ ...parts, callerId: authInfo?.clientId ?? "anonymous" }),
    {
      onerror: (error) => logger.debug("mcp.refused", { error: error.message }),
      // There is nothing to subscribe to, and a stream that stays open would hold up the end of the process.
      maxSubscriptions: 0,
    },
  );
  return async (request, response) => {
    const body: unknown = request.body;
    // The package reads messages by recursion.
    if (isDeeper(body, MAX_DEPTH)) throw new RequestFault(TOO_DEEP);
    const callerId = callerOf(request);
    const client = `${callerId} ${addressOf(request)} ${request.headers["user-agent"] ?? ""}`;
    const message = readMessage(body);
    if (message.isOne && !acceptsBoth(request.headers.accept)) throw new RequestFault(NOT_ACCEPTABLE);
    if (message.cancels !== undefined) running.cancel(client, message.cancels);
    const current = message.id === undefined ? undefined : running.begin(client, message.id);
    response.once("close", () => current?.end());
    const answer = toNodeHandler(
      {
        fetch: async (received, given) => {
          const signals = [received.signal, ...(current === undefined ? [] : [current.signal])];
          const signed = new Request(received, { signal: AbortSignal.any(signals) });
          return handler.fetch(signed, { ...given, authInfo: { token: "", clientId: callerId, scopes: [] } });
        },
      },
      { onerror: (error) => logger.error("mcp.fault", { error }) },
    );
    await answer(request, response, body);
  };
}

interface ReadMessage {
  /** Whether it is a message at all, or a list that may hold some. */
  isOne: boolean;
  /** Of a request. */
  id?: string | number;
  /** The request that a notice cancels. */
  cancels?: string | number;
}

/** What matters of a message before the package reads it. */
function readMessage(body: unknown): ReadMessage {
  if (Array.isArray(body)) return { isOne: body.length > 0 };
  if (typeof body !== "object" || body === null || !("method" in body)) return { isOne: false };
  if ("id" in body) return { isOne: true, ...(isId(body.id) && { id: body.id }) };
  const params = body.method === "notifications/cancelled" && "params" in body ? body.params : undefined;
  const cancelled =
    typeof params === "object" && params !== null && "requestId" in params ? params.requestId : undefined;
  return { isOne: true, ...(isId(cancelled) && { cancels: cancelled }) };
}

/** Whichever of the two is the better answer, the client must be able to read it. */
function acceptsBoth(accept = ""): boolean {
  return accept.includes("application/json") && accept.includes("text/event-stream");
}

function isId(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}
