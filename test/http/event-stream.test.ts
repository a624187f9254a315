import { once } from "node:events";
import { connect } from "node:net";
import express, { type Response as Reply } from "express";
import { expect, onTestFinished, test } from "vitest";
import { hangUpSignal, openEventStream } from "../../src/http/event-stream.ts";

async function serve(handle: (response: Reply) => void): Promise<{ url: string; port: number }> {
  const server = express()
    .get("/", (_request, response) => handle(response))
    .listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, port };
}

test("while nothing is known yet there are heartbeats, and none after the end", async () => {
  const { url } = await serve((response) => {
    const stream = openEventStream(response, { heartbeatMs: 5 });
    setTimeout(() => {
      stream.send("two\nlines", "delta");
      stream.end();
      stream.send("late");
    }, 100);
  });
  const response = await fetch(url);
  expect(response.headers.get("cache-control")).toBe("no-cache");
  expect(response.headers.get("x-accel-buffering")).toBe("no");
  expect(await response.text()).toMatch(/^(?:: ping\n\n)+event: delta\ndata: two\ndata: lines\n\n$/u);
});

test("a client that takes nothing is cut off, and its question ends", async () => {
  let gone: AbortSignal | undefined;
  const { port } = await serve((response) => {
    gone = hangUpSignal(response);
    const stream = openEventStream(response, { stalledMs: 50 });
    for (let index = 0; index < 50; index++) stream.send("x".repeat(1_000_000));
  });
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  socket.pause();
  socket.write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  await expect.poll(() => gone?.aborted).toBe(true);
});

test("a stream that was read to its end is no hang-up", async () => {
  let gone: AbortSignal | undefined;
  const { url } = await serve((response) => {
    gone = hangUpSignal(response);
    const stream = openEventStream(response, {});
    stream.send("a");
    stream.end();
  });
  expect(await (await fetch(url)).text()).toBe("data: a\n\n");
  expect(gone?.aborted).toBe(false);
});
