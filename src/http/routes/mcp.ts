import type { Router } from "express";
import { endpoint } from "../endpoint.ts";
import type { McpTransport } from "../mcp/http-transport.ts";
import type { McpParts } from "../mcp/mcp-functions.ts";
import { RequestFault } from "../problem.ts";
import { jsonBody } from "../request-input.ts";

export interface McpRouteOptions extends McpParts {
  maxBodyBytes: number;
}

const NO_BODY = { status: 400, title: "Bad Request", detail: "The body is no valid JSON.", code: "bad_request" };

/** `POST /mcp`: the tools and documents for other programs' models, by the Model Context Protocol. */
export function mcpRoutes({ maxBodyBytes, ...parts }: McpRouteOptions): Router {
  let transport: Promise<McpTransport> | undefined;
  return endpoint("/mcp", {
    post: [
      ...jsonBody(maxBodyBytes),
      async (request, response) => {
        if (request.body === undefined) throw new RequestFault(NO_BODY);
        // Half a megabyte of code that most installations never need.
        transport ??= import("../mcp/http-transport.ts").then((loaded) => loaded.createMcpTransport(parts));
        const answer = await transport;
        await answer(request, response);
      },
    ],
  });
}
