import { Readable, type Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/server";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import type { McpParts } from "./mcp-functions.ts";
import { createMcpServer } from "./mcp-server.ts";

export interface McpStreams {
  /** Messages of the client, a line each. */
  input: Readable;
  /** Ours, and nothing else. */
  output: Writable;
}

/** Answers what one program asks over a pair of pipes; resolves when its end is closed and what it asked is answered. */
export async function serveMcpStdio(
  parts: McpParts,
  { input, output }: McpStreams,
  signal: AbortSignal,
): Promise<void> {
  const unanswered = createUnanswered();
  const wire = new StdioServerTransport(Readable.from(messages(), { objectMode: false }), output);
  const ended = new Promise<void>((resolve) => {
    const transport: Transport = {
      async start() {
        Object.assign(wire, {
          onmessage(message: JSONRPCMessage) {
            unanswered.take(message);
            transport.onmessage?.(message);
          },
          onerror: (error: Error) => transport.onerror?.(error),
          onclose() {
            transport.onclose?.();
            resolve();
          },
        });
        await wire.start();
      },
      async send(message) {
        await wire.send(message);
        unanswered.settle(message);
      },
      close: async () => wire.close(),
    };
    const handle = serveStdio(async () => createMcpServer({ ...parts, callerId: "stdio" }), {
      transport,
      onerror: (error) => parts.logger.warn("mcp.refused", { error: error.message }),
    });
    const close = (): void => void handle.close();
    if (signal.aborted) close();
    signal.addEventListener("abort", close, { once: true });
  });
  await ended;

  /** Whoever pipes questions in and closes the pipe wants their answers: the end comes after them. */
  async function* messages(): AsyncGenerator<Buffer> {
    for await (const part of input) yield Buffer.from(part);
    // The last part is still on its way to the reader of messages.
    await setImmediate();
    await setImmediate();
    await unanswered.untilNone();
  }
}

function createUnanswered() {
  const ids = new Set<string | number>();
  const waiting: (() => void)[] = [];

  function remove(id: unknown): void {
    if (typeof id === "string" || typeof id === "number") ids.delete(id);
    if (ids.size === 0) for (const resolve of waiting.splice(0)) resolve();
  }

  return {
    /** A message of the client. */
    take(message: JSONRPCMessage): void {
      if (!("method" in message)) return;
      if ("id" in message) ids.add(message.id);
      else if (message.method === "notifications/cancelled") remove(message.params?.["requestId"]);
    },
    /** A message of ours. */
    settle(message: JSONRPCMessage): void {
      if (!("method" in message)) remove(message.id);
    },
    untilNone: async (): Promise<void> =>
      new Promise((resolve) => {
        if (ids.size === 0) resolve();
        else waiting.push(resolve);
      }),
  };
}
