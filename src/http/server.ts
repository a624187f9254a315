import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { isIPv6 } from "node:net";
import express, { type ErrorRequestHandler, type Router } from "express";
import { AppError, errorMessage } from "../core/errors.ts";
import type { Logger } from "../core/runtime.ts";
import { faultProblem } from "./fault-problem.ts";
import { sendProblem } from "./problem.ts";

export interface HttpServerOptions {
  host: string;
  /** 0 takes any free one. */
  port: number;
  /** In the order they are asked. */
  routes: readonly Router[];
  logger: Logger;
}

export interface HttpServer {
  /** Where it listens, as an address. */
  url: string;
  /** Takes no new connection, lets what runs end within `graceMs`, then cuts the rest. */
  close(graceMs: number): Promise<void>;
}

/** A client that takes longer to send its headers, or a whole request, is cut off. */
const HEADERS_MS = 15_000;
const REQUEST_MS = 60_000;
/** While it closes, how often connections without a request are looked for. */
const IDLE_CHECK_MS = 50;

/**
 * Listens with the given routes; everything else is 404.
 * @throws AppError `usage` when the port is taken or the host is not ours
 */
export async function startHttpServer({ host, port, routes, logger }: HttpServerOptions): Promise<HttpServer> {
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  for (const router of routes) app.use(router);
  app.use((_request, response) => sendProblem(response, { status: 404, title: "Not Found" }));
  app.use(faultHandler(logger));

  const server = createServer(app);
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await listen(server, host, port);
  return {
    url: addressOf(server.address(), host),
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A connection that is kept alive ends with what runs on it.
      server.prependListener("request", (_request, response) => response.setHeader("connection", "close"));
      server.closeIdleConnections();
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
      const timer = setTimeout(() => sockets.forEach((socket) => socket.destroy()), graceMs);
      await closed;
      clearInterval(idle);
      clearTimeout(timer);
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
