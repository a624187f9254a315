import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

/** Writes one reply. */
export type Answer = (response: ServerResponse, received: Received) => void | Promise<void>;

export interface GatewayServer {
  /** `http://127.0.0.1:<port>` */
  url: string;
  received: Received[];
  /** Answers for the next requests in order; afterwards the usual one again. */
  next(...answers: Answer[]): void;
  close(): Promise<void>;
}

/** Refuses a request that the gateway's document would refuse: status and sentence, or nothing. */
export type Refuse = (received: Received) => { status: number; body: unknown } | undefined;

/** A gateway on 127.0.0.1: checks every request against the contract, then gives the next answer. */
export async function startGatewayServer({ refuse, usual }: { refuse: Refuse; usual: Answer }): Promise<GatewayServer> {
  const received: Received[] = [];
  const queue: Answer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one: Received = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        body: readBody(Buffer.concat(chunks).toString("utf8")),
      };
      received.push(one);
      const refusal = refuse(one);
      if (refusal === undefined) {
        void (queue.shift() ?? usual)(response, one);
      } else {
        sendJson(response, refusal.body, { status: refusal.status });
      }
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    received,
    next: (...answers) => queue.push(...answers),
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function sendJson(
  response: ServerResponse,
  value: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(value));
}

export function sendText(
  response: ServerResponse,
  text: string,
  { status = 200, type = "text/html; charset=utf-8" }: { status?: number; type?: string } = {},
): void {
  response.writeHead(status, { "content-type": type });
  response.end(text);
}

/** Writes the events of a stream; leaves it open, so that the answer decides how it ends. */
export function writeEvents(response: ServerResponse, events: readonly unknown[]): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  response.write(
    events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`).join(""),
  );
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}

function readBody(text: string): Record<string, unknown> {
  const value: unknown = text === "" ? {} : JSON.parse(text);
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
