import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { isIPv6 } from "node:net";
import express, { type ErrorRequestHandler, type Router } from "express";
import { AppError, errorMessage } from "../core/errors.ts";
import type { Logger } from "../core/runtime.ts";
import { answerBrokenRequests } from "./broken-requests.ts";
import { faultProblem } from "./fault-problem.ts";
import { sendProblem } from "./problem.ts";
import { endSlowBodies } from "./slow-bodies.ts";

export interface HttpServerOptions {
  host: string;
  /** 0 takes any free one. */
  port: number;
  /** In the order they are asked. */
  routes: readonly Router[];
  logger: Logger;
  /** Default: `CLIENT_LIMITS`. */
  limits?: Partial<ClientLimits>;
}

/** What one client, and all of them together, may hold. */
export interface ClientLimits {
  /** For all headers of a request. */
  headersMs: number;
  /** For a body that is no upload. */
  bodyMs: number;
  /** For a whole request, uploads too. */
  requestMs: number;
  /** How often headers and requests are looked at. */
  checkMs: number;
  /** A connection without a request is kept longer than common proxies keep theirs, so that it is they who close it. */
  keepAliveMs: number;
  /** Connections at once; more are dropped. */
  connections: number;
}

export interface HttpServer {
  /** Where it listens, as an address. */
  url: string;
  /** Takes no new connection, lets what runs end within `graceMs`, then cuts the rest. */
  close(graceMs: number): Promise<void>;
}

const CLIENT_LIMITS: ClientLimits = {
  headersMs: 15_000,
  bodyMs: 60_000,
  requestMs: 300_000,
  checkMs: 5000,
  keepAliveMs: 65_000,
  connections: 2000,
};
/** While it closes, how often connections without a request are looked for. */
const IDLE_CHECK_MS = 50;
/** A connection on which no request has come by then has none under way: browsers open such ones ahead of time. */
const UNUSED_MS = 1000;

/**
 * Listens with the given routes; everything else is 404.
 * @throws AppError `usage` when the port is taken or the host is not ours
 */
export async function startHttpServer({
  host,
  port,
  routes,
  logger,
  ...options
}: HttpServerOptions): Promise<HttpServer> {
  const limits = { ...CLIENT_LIMITS, ...options.limits };
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.use(endSlowBodies(limits.bodyMs));
  for (const router of routes) app.use(router);
  app.use((_request, response) => sendProblem(response, { status: 404, title: "Not Found" }));
  app.use(faultHandler(logger));

  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkMs,
      keepAliveTimeout: limits.keepAliveMs,
    },
    app,
  );
  server.maxConnections = limits.connections;
  answerBrokenRequests(server);
  // How many requests run on each; Node calls a connection that has never had one busy.
  const sockets = new Map<Socket, number>();
  server.on("connection", (socket) => {
    sockets.set(socket, 0);
    socket.once("close", () => sockets.delete(socket));
  });
  server.prependListener("request", ({ socket }, response) => {
    count(socket, 1);
    response.once("close", () => count(socket, -1));
  });
  function count(socket: Socket, change: 1 | -1): void {
    const running = sockets.get(socket);
    if (running !== undefined) sockets.set(socket, running + change);
  }
  function cut(isWanted: (running: number) => boolean): void {
    for (const [socket, running] of sockets) if (isWanted(running)) socket.destroy();
  }
  await listen(server, host, port);
  return {
    url: addressOf(server.address(), host),
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A connection that is kept alive ends with what runs on it.
      server.prependListener("request", (_request, response) => response.setHeader("connection", "close"));
      server.closeIdleConnections();
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
      const unused = setTimeout(() => cut((running) => running === 0), UNUSED_MS);
      const last = setTimeout(() => cut(() => true), graceMs);
      await closed;
      clearInterval(idle);
      clearTimeout(unused);
      clearTimeout(last);
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => {
      reject(
        new AppError(
          "usage",
          `Cannot listen on ${host}:${port} (${errorMessage(error)}): choose another [server] port.`,
          {
            cause: error,
          },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
}

function addressOf(address: AddressInfo | string | null, host: string): string {
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function faultHandler(logger: Logger): ErrorRequestHandler {
  return function handleFault(error: unknown, request, response, next) {
    if (response.headersSent) next(error);
    else sendProblem(response, faultProblem(error, request, logger));
  };
}
