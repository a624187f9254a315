import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Channel, WebhookReply, WebhookRequest } from "../../src/core/channel.ts";
import { AppError } from "../../src/core/errors.ts";
import { noticeRoutes } from "../../src/http/routes/notices.ts";
import { statusRoutes } from "../../src/http/routes/status.ts";
import { webhookRoutes } from "../../src/http/routes/webhooks.ts";
import { startHttpServer, type HttpServer } from "../../src/http/server.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";

function channelOf(name: string, kind: string, reply: WebhookReply | Error = { status: 200, body: "{}" }) {
  const received: WebhookRequest[] = [];
  const channel: Channel & { received: WebhookRequest[] } = {
    name,
    kind,
    received,
    abilities: { hearsEverything: true, sendsOnce: true, recalls: false, takesFeedback: false },
    start: async () => undefined,
    stop: async () => undefined,
    send: async () => ({ messageIds: [] }),
    check: async () => [],
    ownsSuffix: (suffix) => suffix === "s3cret",
    async receive(request) {
      received.push(request);
      if (reply instanceof Error) throw reply;
      return reply;
    },
  };
  return channel;
}

describe("the HTTP server", () => {
  let server: HttpServer | undefined;
  const logger = createRecordingLogger();

  afterEach(async () => {
    await server?.close(0);
    server = undefined;
  });

  async function serve(
    channels: Channel[],
    { ready = true, adminKey = "admin-key" }: { ready?: boolean; adminKey?: string } = {},
  ) {
    server = await startHttpServer({
      host: "127.0.0.1",
      port: 0,
      logger,
      routes: [
        statusRoutes({ readiness: async () => [{ check: "index", ready }] }),
        webhookRoutes({ channels, maxBodyBytes: 1024, isReady: () => ready, logger }),
        noticeRoutes({
          adminKey,
          maxBodyBytes: 1024,
          queueNotice: async (name) => (name === "hr" ? { id: "n1" } : undefined),
        }),
      ],
    });
    return server.url;
  }

  test("hands a webhook its bytes, query and headers as they came", async () => {
    const hr = channelOf("hr", "lark", { status: 200, contentType: "application/json", body: '{"challenge":"x"}' });
    const url = await serve([hr]);
    const body = '{ "encrypt": "é" }';
    const response = await fetch(`${url}/webhooks/lark/hr?a=%2B&b=c+d`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json; charset=utf-8", "X-Lark-Signature": "ab" },
    });
    expect([response.status, await response.text()]).toEqual([200, '{"challenge":"x"}']);
    const [request] = hr.received;
    expect(new TextDecoder().decode(request?.body)).toBe(body);
    expect([request?.query.get("a"), request?.query.get("b"), request?.headers["x-lark-signature"]]).toEqual([
      "+",
      "c d",
      "ab",
    ]);
  });

  test.each([
    ["/webhooks/lark/other", 404],
    ["/webhooks/wecom/hr", 404],
    ["/webhooks/unknown/hr", 404],
    ["/api/v1/message/v1/wechat/wrong", 404],
    ["/api/v1/message/v1/wechat/s3cret", 200],
    ["/nowhere", 404],
  ])("%s is %i", async (path, status) => {
    const url = await serve([channelOf("hr", "lark"), channelOf("phone", "wechat-android")]);
    const response = await fetch(url + path, { method: "POST", body: "{}" });
    expect(response.status).toBe(status);
    if (status === 404) expect(await response.json()).toMatchObject({ status: 404 });
  });

  test("a body beyond the limit is 413 and reaches nobody", async () => {
    const hr = channelOf("hr", "lark");
    const url = await serve([hr]);
    const response = await fetch(`${url}/webhooks/lark/hr`, { method: "POST", body: "x".repeat(1025) });
    expect(response.status).toBe(413);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    expect(hr.received).toEqual([]);
  });

  test("a channel that is not connected yet is 503, and so is readiness; the process lives", async () => {
    const hr = channelOf("hr", "lark");
    const url = await serve([hr], { ready: false });
    expect((await fetch(`${url}/webhooks/lark/hr`, { method: "POST", body: "{}" })).status).toBe(503);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(hr.received).toEqual([]);
  });

  test("readiness names every check, the ones that are missing and the ones that are there", async () => {
    const url = await serve([], { ready: false });
    const response = await fetch(`${url}/readyz`);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
    expect(await response.json()).toMatchObject({ status: 503, checks: [{ check: "index", ready: false }] });
  });

  test.each(["", "GET /healthz HTTP/1.1\r\nHost: 127"])(
    "a connection without a whole request (%j) does not hold up the end",
    async (sent) => {
      const url = await serve([]);
      const socket = connect(Number(new URL(url).port), "127.0.0.1");
      socket.on("error", () => undefined);
      await once(socket, "connect");
      socket.write(sent);
      // Answered after the connection above, so that the server has that one.
      await fetch(`${url}/healthz`);
      const gone = once(socket, "close");
      await server?.close(600_000);
      await gone;
    },
  );

  test("what runs when the server closes is finished", async () => {
    const url = await serve([
      { ...channelOf("hr", "lark"), receive: async () => await new Promise((resolve) => (answer = resolve)) },
    ]);
    let answer: (reply: WebhookReply) => void = () => undefined;
    const response = fetch(`${url}/webhooks/lark/hr`, { method: "POST", body: "{}" });
    await expect.poll(() => answer.length).toBe(1);
    const closing = server?.close(600_000);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    answer({ status: 200, body: "late" });
    expect(await (await response).text()).toBe("late");
    await closing;
  });

  test("a fault of ours is told in the log, not to the caller; one that may pass is 503", async () => {
    const broken = channelOf("broken", "lark", new Error("secret detail"));
    const busy = channelOf("busy", "lark", new AppError("store_unavailable", "locked", { retryable: true }));
    const url = await serve([broken, busy]);
    const response = await fetch(`${url}/webhooks/lark/broken`, { method: "POST", body: "{}" });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret");
    expect(logger.lines.join("\n")).toContain("secret detail");
    expect((await fetch(`${url}/webhooks/lark/busy`, { method: "POST", body: "{}" })).status).toBe(503);
  });

  test("a notice takes the admin key, and is kept", async () => {
    const url = await serve([]);
    const post = async (name: string, key: string | undefined, body: unknown): Promise<number> => {
      const response = await fetch(`${url}/v1/channels/${name}/messages`, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...(key !== undefined && { authorization: `Bearer ${key}` }) },
      });
      return response.status;
    };
    expect(await post("hr", "admin-key", { markdown: "Hello" })).toBe(202);
    expect(await post("hr", undefined, { markdown: "Hello" })).toBe(401);
    expect(await post("hr", "wrong", { markdown: "Hello" })).toBe(401);
    expect(await post("none", "admin-key", { markdown: "Hello" })).toBe(404);
    expect(await post("hr", "admin-key", { markdown: " " })).toBe(422);
    expect(await post("hr", "admin-key", { text: "Hello" })).toBe(422);
  });

  test("without an admin key the door stays closed", async () => {
    const url = await serve([], { adminKey: " " });
    const response = await fetch(`${url}/v1/channels/hr/messages`, {
      method: "POST",
      body: "{}",
      headers: { authorization: "Bearer  " },
    });
    expect(response.status).toBe(401);
  });

  test("a port that is taken is told in words", async () => {
    const url = await serve([]);
    const port = Number(new URL(url).port);
    await expect(startHttpServer({ host: "127.0.0.1", port, routes: [], logger })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });
});
