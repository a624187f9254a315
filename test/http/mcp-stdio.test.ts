import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { EndedTurn } from "../../src/core/ask-document.ts";
import { AppError } from "../../src/core/errors.ts";
import type { McpParts } from "../../src/http/mcp/mcp-functions.ts";
import { serveMcpStdio } from "../../src/http/mcp/stdio-transport.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";
import { answeredTurn } from "./api-fixture.ts";

const INITIALIZE = call(1, "initialize", {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "t", version: "1" },
});
const ASK = call(2, "tools/call", { name: "ask", arguments: { question: "如何退公寓？" } });

function call(id: number, method: string, params: object): object {
  return { jsonrpc: "2.0", id, method, params };
}

/** A server over two pipes. */
function start(ask: McpParts["functions"]["ask"] = async () => answeredTurn()) {
  const input = new PassThrough();
  const output = new PassThrough();
  const parts: Buffer[] = [];
  output.on("data", (part: Buffer) => parts.push(part));
  const stopping = new AbortController();
  const recorded: unknown[] = [];
  const ended = serveMcpStdio(
    {
      functions: {
        ask,
        search: async () => [],
        record: async (turn) => void recorded.push(turn),
        listDocuments: async () => [],
        readDocument: async () => undefined,
      },
      createId: () => "t1",
      logger: createRecordingLogger(),
      now: () => 0,
      version: async () => "1.2.3",
    },
    { input, output },
    stopping.signal,
  );
  const said = (): { id?: number }[] =>
    Buffer.concat(parts)
      .toString("utf8")
      .split("\n")
      .slice(0, -1)
      .map((line): { id?: number } => JSON.parse(line));
  const say = (...messages: object[]): void =>
    void input.write(messages.map((one) => `${JSON.stringify(one)}\n`).join(""));
  return { input, ended, said, say, recorded, stop: () => stopping.abort() };
}

/** A turn that goes on until it is let go or nobody wants it any more. */
function heldTurn() {
  const signals: AbortSignal[] = [];
  let letGo: () => void = () => undefined;
  const released = new Promise<EndedTurn>((resolve) => (letGo = () => resolve(answeredTurn())));
  const ask: McpParts["functions"]["ask"] = async (_question, _options, signal) => {
    signals.push(signal);
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(new AppError("aborted", "Aborted.")), { once: true });
    });
    return Promise.race([released, aborted]);
  };
  return { ask, signals, letGo: () => letGo() };
}

test("what was asked before the input ended is answered, however long that takes; then it ends", async () => {
  const held = heldTurn();
  const server = start(held.ask);
  server.say(INITIALIZE, ASK);
  server.input.end();
  await expect.poll(() => held.signals.length).toBe(1);
  expect(server.said().map(({ id }) => id)).toEqual([1]);
  held.letGo();
  await server.ended;
  expect(server.said()).toMatchObject([{ id: 1 }, { id: 2, result: { structuredContent: { outcome: "answered" } } }]);
  expect(server.recorded).toMatchObject([{ via: "mcp", callerId: "stdio" }]);
});

test("a call that is cancelled ends the model call, is not answered and holds up no end", async () => {
  const held = heldTurn();
  const server = start(held.ask);
  server.say(INITIALIZE, ASK);
  await expect.poll(() => held.signals.length).toBe(1);
  server.say({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 2 } });
  await expect.poll(() => held.signals[0]?.aborted).toBe(true);
  server.input.end();
  await server.ended;
  expect(server.said().map(({ id }) => id)).toEqual([1]);
});

test("a signal ends it at once, and the model call with it", async () => {
  const held = heldTurn();
  const server = start(held.ask);
  server.say(INITIALIZE, ASK);
  await expect.poll(() => held.signals.length).toBe(1);
  server.stop();
  await server.ended;
  expect(held.signals[0]?.aborted).toBe(true);
});

test("an input that ends without a word ends it without one", async () => {
  const server = start();
  server.input.end();
  await server.ended;
  expect(server.said()).toEqual([]);
});

test("a message that comes in pieces, with lines that are none between, is read", async () => {
  const server = start();
  const bytes = Buffer.from(`{broken\n\n${JSON.stringify(INITIALIZE)}\r\n${JSON.stringify(ASK)}\n`);
  for (let at = 0; at < bytes.length; at += 7) server.input.write(bytes.subarray(at, at + 7));
  server.input.end();
  await server.ended;
  expect(server.said().map(({ id }) => id)).toEqual([1, 2]);
});
