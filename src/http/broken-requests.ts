import { STATUS_CODES, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { problemDocument } from "./problem.ts";

/** What Node says of a request that never reached a route; anything else is 400. */
const FAULTS: Record<string, { status: number; code: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: "request_timeout" },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: "content_too_large" },
  HPE_HEADER_OVERFLOW: { status: 431, code: "headers_too_large" },
};
const BROKEN = { status: 400, code: "bad_request" };

/** Answers what is no HTTP, is too slow or has too long headers with a problem, too, and closes its connection. */
export function answerBrokenRequests(server: Server): void {
  const latest = new WeakMap<Duplex, ServerResponse>();
  server.on("request", (request, response) => void latest.set(request.socket, response));
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const response = latest.get(socket);
    // Bytes of another response in the middle of one would be read as a part of it.
    const isAnswering = response !== undefined && response.headersSent && !response.writableFinished;
    if (error.code === "ECONNRESET" || !socket.writable || isAnswering) {
      socket.destroy();
      return;
    }
    socket.end(problemResponse(FAULTS[error.code ?? ""] ?? BROKEN), () => socket.destroy());
  });
}

/** As it goes over the wire. */
function problemResponse({ status, code }: { status: number; code: string }): string {
  const title = STATUS_CODES[status] ?? "";
  const body = JSON.stringify(problemDocument({ status, title, code }, ""));
  const headers = [
    `HTTP/1.1 ${status} ${title}`,
    "Content-Type: application/problem+json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "X-Content-Type-Options: nosniff",
    "Connection: close",
  ];
  return `${headers.join("\r\n")}\r\n\r\n${body}`;
}
