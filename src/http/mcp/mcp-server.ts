import { McpServer } from "@modelcontextprotocol/server";
import { registerDocuments } from "./document-resources.ts";
import type { McpParts } from "./mcp-functions.ts";
import { registerTools } from "./tools.ts";

const INSTRUCTIONS = `Xianheng answers from the documents of one team, with citations, and stays silent when they do not answer. \
Call ask for questions; call search for passages; read a document as a whole by its resource.`;

/** A server for one caller: over HTTP for one request, over stdio for a connection. */
export async function createMcpServer(parts: McpParts & { callerId: string }): Promise<McpServer> {
  const server = new McpServer(
    { name: "xianheng", title: "Xianheng", version: await parts.version() },
    // Tools never change, and nobody is told that documents did: over HTTP there is no connection to tell it by.
    { instructions: INSTRUCTIONS, capabilities: { tools: { listChanged: false }, resources: { listChanged: false } } },
  );
  registerTools(server, parts);
  registerDocuments(server, parts.functions, parts.logger);
  return server;
}
