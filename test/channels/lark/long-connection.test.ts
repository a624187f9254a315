import { expect, onTestFinished, test } from "vitest";
import { createSecretMask } from "../../../src/channels/secret-mask.ts";
import { openLongConnection, type LongConnectionOptions } from "../../../src/channels/lark/long-connection.ts";
import { receiveEvent } from "../../../src/channels/lark/receive-event.ts";
import { createLarkApi } from "../../../src/channels/lark/api.ts";
import type { ChannelEvent } from "../../../src/core/channel.ts";
import { createJumpingClock, createRecordingLogger } from "../../models/stand-in/clocks.ts";
import { envelope, messageEnvelope, NOW_MS } from "./envelopes.ts";
import { APP_ID, APP_SECRET, BOT_OPEN_ID } from "./fake-feishu.ts";
import { FakeSocket } from "./fake-socket.ts";
import { openLarkBench } from "./lark-bench.ts";

async function openBench(options: Partial<LongConnectionOptions> = {}) {
  const socket = await new FakeSocket().start();
  const stopping = new AbortController();
  onTestFinished(() => {
    stopping.abort();
    socket.stop();
  });
  const events: ChannelEvent[] = [];
  const logger = createRecordingLogger();
  const clock = createJumpingClock(NOW_MS);
  const secrets = createSecretMask([APP_SECRET]);
  const baseUrl = socket.baseUrl;
  const api = createLarkApi({
    name: "lark",
    baseUrl,
    appId: APP_ID,
    appSecret: APP_SECRET,
    fetch: (url, init) => fetch(url, init),
    clock,
    secrets,
  });
  const failures = { left: 0 };
  const intake = (event: ChannelEvent): Promise<void> => {
    if (failures.left > 0) {
      failures.left -= 1;
      return Promise.reject(new Error("disk full"));
    }
    events.push(event);
    return Promise.resolve();
  };
  const { signal } = stopping;
  const open = (): Promise<void> =>
    openLongConnection({
      name: 'lark "hr"',
      appId: APP_ID,
      appSecret: APP_SECRET,
      baseUrl,
      receive: (body) => receiveEvent(body, { api, app: "hr", botOpenId: BOT_OPEN_ID, intake, clock, logger, signal }),
      loadSdk: () => import("@larksuiteoapi/node-sdk"),
      secrets,
      clock,
      logger,
      signal,
      ...options,
    });
  return { socket, open, events, logger, failures, stopping };
}

test("messages over the long connection are the same as over the webhook", async () => {
  const { socket, open, events } = await openBench();
  await open();
  expect(socket.asked).toEqual([{ AppID: APP_ID, AppSecret: APP_SECRET }]);
  socket.deliver(messageEnvelope(), { messageId: "m1" });
  expect(await socket.replyTo("m1")).toMatchObject({ code: 200 });
  socket.deliver(messageEnvelope({ message_id: "om_2" }), { messageId: "m2", pieces: 3 });
  expect(await socket.replyTo("m2")).toMatchObject({ code: 200 });
  const { channel } = await openLarkBench({ encryptKey: undefined });
  const hooked: ChannelEvent[] = [];
  await channel.start((event) => {
    hooked.push(event);
    return Promise.resolve();
  });
  const body = Buffer.from(JSON.stringify(messageEnvelope()));
  await channel.receive?.({ method: "POST", query: new URLSearchParams(), headers: {}, body });
  expect(events[0]).toEqual(hooked[0]);
  expect(events[1]).toMatchObject({ message: { id: "om_2" } });
});

test("a message that could not be kept is asked for again", async () => {
  const { socket, open, events, failures } = await openBench();
  await open();
  failures.left = 1;
  socket.deliver(messageEnvelope(), { messageId: "m1" });
  expect(await socket.replyTo("m1")).toMatchObject({ code: 500 });
  socket.deliver(messageEnvelope(), { messageId: "m2" });
  expect(await socket.replyTo("m2")).toMatchObject({ code: 200 });
  expect(events).toHaveLength(1);
});

test("a click gets its toast over the long connection", async () => {
  const { socket, open, events } = await openBench();
  await open();
  const click = envelope("card.action.trigger", {
    operator: { open_id: "ou_alice" },
    token: "c-1",
    action: { value: { action: "feedback", vote: "down", key: "key-1" }, tag: "button" },
    context: { open_message_id: "om_9", open_chat_id: "oc_group" },
  });
  socket.deliver(click, { messageId: "m1" });
  const { data } = await socket.replyTo("m1");
  expect(JSON.parse(Buffer.from(String(data), "base64").toString("utf8"))).toMatchObject({
    toast: { type: "success" },
  });
  expect(events).toMatchObject([{ feedback: { vote: "down", idempotencyKey: "key-1", userId: "ou_alice" } }]);
});

test("a connection that breaks is opened again", async () => {
  const { socket, open, events } = await openBench();
  await open();
  socket.drop();
  const until = Date.now() + 5000;
  while (socket.connections < 2 && Date.now() < until) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  socket.deliver(messageEnvelope(), { messageId: "m1" });
  await socket.replyTo("m1");
  expect(events).toHaveLength(1);
});

test("a refusal at the start is told without the secret, and the log has no ticket", async () => {
  const { socket, open, logger } = await openBench();
  socket.code = 514;
  await expect(open()).rejects.toMatchObject({ code: "channel_unauthorised" });
  socket.code = 0;
  await open();
  expect(logger.lines.join("\n")).not.toMatch(/socket-ticket|app-secret/);
});

test("stopping closes the socket", async () => {
  const { socket, open, stopping } = await openBench();
  await open();
  expect(socket.isOpen()).toBe(true);
  stopping.abort();
  const until = Date.now() + 3000;
  while (socket.isOpen() && Date.now() < until) {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  expect(socket.isOpen()).toBe(false);
});

test("a missing package is named with its remedy", async () => {
  const { open } = await openBench({ loadSdk: () => Promise.reject(new Error("Cannot find package")) });
  await expect(open()).rejects.toMatchObject({
    code: "package_missing",
    message: expect.stringContaining("@larksuiteoapi/node-sdk@1.74.0"),
  });
});

test("an app id that the package would silently ignore is refused", async () => {
  const { open } = await openBench({ appId: "cli_short" });
  await expect(open()).rejects.toMatchObject({ code: "channel_unauthorised" });
});
