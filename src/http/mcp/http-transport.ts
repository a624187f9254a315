import { toNodeHandler } from "@modelcontextprotocol/node";
import { createMcpHandler } from "@modelcontextprotocol/server";
import type { Request as ExpressRequest, Response as ExpressResponse } from "express";
import { addressOf } from "../access/address-of.ts";
import { callerOf } from "../access/caller.ts";
import type { McpParts } from "./mcp-functions.ts";
import { createMcpServer } from "./mcp-server.ts";
import { createRunningRequests } from "./running-requests.ts";

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
    const callerId = callerOf(request);
    const client = `${callerId} ${addressOf(request)} ${request.headers["user-agent"] ?? ""}`;
    const message = readMessage(request.body);
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
    const body: unknown = request.body;
    await answer(request, response, body);
  };
}

/** What matters of a message before it is checked: the id of a request, or of the request that a notice cancels. */
function readMessage(body: unknown): { id?: string | number; cancels?: string | number } {
  if (typeof body !== "object" || body === null || !("method" in body)) return {};
  if ("id" in body) return isId(body.id) ? { id: body.id } : {};
  if (body.method !== "notifications/cancelled" || !("params" in body)) return {};
  const { params } = body;
  if (typeof params !== "object" || params === null || !("requestId" in params)) return {};
  return isId(params.requestId) ? { cancels: params.requestId } : {};
}

function isId(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}
