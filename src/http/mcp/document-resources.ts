import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  ResourceTemplate,
} from "@modelcontextprotocol/server";
import type { McpServer } from "@modelcontextprotocol/server";
import { isAppError } from "../../core/errors.ts";
import type { Logger } from "../../core/runtime.ts";
import type { DocumentShelf, ReadableDocument } from "./mcp-functions.ts";

const SCHEME = "xianheng://documents/";
const MIME = "text/markdown";
const PAGE_DOCUMENTS = 100;

/** The documents as resources: listed by pages, read by `xianheng://documents/{id}` as Markdown. */
export function registerDocuments(server: McpServer, functions: DocumentShelf, logger: Logger): void {
  server.registerResource(
    "document",
    new ResourceTemplate(`${SCHEME}{id}`, { list: undefined }),
    { title: "A document", description: "The text of a document of this installation, in Markdown", mimeType: MIME },
    async (uri, { id = "" }) => {
      const text = await orProtocolFault(async () => functions.readDocument(String(id)));
      if (text === undefined) throw new ResourceNotFoundError(uri.href);
      return { contents: [{ uri: uri.href, mimeType: MIME, text }] };
    },
  );

  // The package's own handler knows no pages.
  server.server.setRequestHandler("resources/list", async ({ params }) => {
    const after = params?.cursor === undefined ? "" : readCursor(params.cursor);
    const rest = (await orProtocolFault(async () => functions.listDocuments())).filter(({ source }) => source > after);
    const page = rest.slice(0, PAGE_DOCUMENTS);
    const last = page.at(-1);
    return {
      resources: page.map(toResource),
      ...(last !== undefined && rest.length > page.length && { nextCursor: toCursor(last.source) }),
    };
  });

  async function orProtocolFault<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (isAppError(error)) throw new ProtocolError(ProtocolErrorCode.InternalError, error.message);
      logger.error("mcp.fault", { error });
      throw new ProtocolError(ProtocolErrorCode.InternalError, "An internal error: the log of the server has it.");
    }
  }
}

function toResource({ id, source, title, modifiedAt }: ReadableDocument) {
  return {
    uri: `${SCHEME}${id}`,
    name: source,
    title,
    mimeType: MIME,
    annotations: { lastModified: new Date(modifiedAt).toISOString() },
  };
}

/** A page begins after the last source of the one before, so that a document that comes or goes moves no other. */
function toCursor(source: string): string {
  return Buffer.from(source, "utf8").toString("base64url");
}

function readCursor(cursor: string): string {
  const source = Buffer.from(cursor, "base64url").toString("utf8");
  if (toCursor(source) === cursor && source !== "") return source;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, "The cursor is none of ours: list from the start.");
}
