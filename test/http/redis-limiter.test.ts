import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { RateLimiter } from "../../src/http/access/rate-limiter.ts";
import { openRedisLimiter } from "../../src/http/access/redis-limiter.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";
import { serveApi } from "./api-fixture.ts";

/** A real server, such as `redis://127.0.0.1:6379`; without it these tests are left out. */
const REDIS = process.env["XIANHENG_TEST_REDIS"];

async function open(url: string, perMinute = 2): Promise<{ limiter: RateLimiter; lines: string[] }> {
  const logger = createRecordingLogger();
  const limiter = await openRedisLimiter({ perMinute, url, logger });
  onTestFinished(() => limiter.close());
  return { limiter, lines: logger.lines };
}

/** Listens, and does with each connection what it is told. */
async function listen(use: (socket: Socket) => void): Promise<{ url: string; server: Server }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    use(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { url: `redis://:hunter2@127.0.0.1:${typeof address === "object" ? address?.port : 0}`, server };
}

async function expectTwoInAMinute(limiter: RateLimiter): Promise<void> {
  expect(await limiter.take("a")).toBeUndefined();
  expect(await limiter.waitOf("a")).toBeUndefined();
  expect(await limiter.take("a")).toBeUndefined();
  expect(await limiter.waitOf("a")).toBeGreaterThan(0);
  expect(await limiter.take("a")).toBeGreaterThan(0);
  expect(await limiter.take("b")).toBeUndefined();
}

test.each(["http://127.0.0.1", "127.0.0.1:6379", "redis://[", ""])("%s is no address of Redis", async (url) => {
  await expect(openRedisLimiter({ perMinute: 1, url, logger: createRecordingLogger() })).rejects.toMatchObject({
    code: "config_invalid",
  });
});

test("without the package it is said which one is missing", async () => {
  const load = async (): Promise<never> => Promise.reject(new Error("Cannot find package 'ioredis'"));
  const opening = openRedisLimiter({ perMinute: 1, url: "redis://x", logger: createRecordingLogger(), load });
  await expect(opening).rejects.toMatchObject({
    code: "package_missing",
    message: expect.stringContaining("npm install ioredis@"),
  });
});

test("while no Redis is there, requests are counted in memory; that is logged once, without the password", async () => {
  const { url, server } = await listen((socket) => socket.destroy());
  server.close();
  await once(server, "close");
  const { limiter, lines } = await open(url);
  await expectTwoInAMinute(limiter);
  await new Promise((resolve) => {
    setTimeout(resolve, 1500);
  });
  expect(lines.filter((line) => line.includes("rate-limit.redis-lost"))).toHaveLength(1);
  expect(lines.join("\n")).not.toContain("hunter2");
});

test.each([
  ["says nothing", () => undefined],
  ["hangs up", (socket: Socket) => void socket.end()],
  ["talks nonsense", (socket: Socket) => void socket.write("HTTP/1.1 200 OK\r\n\r\n")],
  ["wants another password", (socket: Socket) => void socket.on("data", () => socket.write("-WRONGPASS no\r\n"))],
])("a Redis that %s opens no door and stops nobody", async (_what, use) => {
  const { url } = await listen(use);
  const { limiter } = await open(url);
  await expectTwoInAMinute(limiter);
});

test("a server whose Redis is away answers, and keeps the rate", async () => {
  const { url } = await listen((socket) => socket.destroy());
  const { limiter } = await open(url);
  const api = await serveApi({}, { apiKeys: "k1", rateLimiter: limiter });
  const status = async (key: string): Promise<number> =>
    (await api.post("/v1/query", { question: "a?" }, { authorization: `Bearer ${key}` })).status;
  expect([await status("k1"), await status("wrong"), await status("k1"), await status("k1")]).toEqual([
    200, 401, 200, 429,
  ]);
});

if (REDIS !== undefined) {
  test("several processes share one count, and its minute", async () => {
    const [one, two] = [await open(REDIS), await open(REDIS)];
    const caller = randomUUID();
    expect(await one.limiter.take(caller)).toBeUndefined();
    expect(await two.limiter.take(caller)).toBeUndefined();
    for (const { limiter, lines } of [one, two]) {
      expect(await limiter.waitOf(caller)).toBeGreaterThan(0);
      const waitMs = await limiter.take(caller);
      expect(waitMs).toBeGreaterThan(55_000);
      expect(waitMs).toBeLessThanOrEqual(60_000);
      expect(lines.join("\n")).toContain("rate-limit.redis-ready");
    }
    expect(await two.limiter.take(randomUUID())).toBeUndefined();
  });

  test("of many requests at once only so many pass", async () => {
    const { limiter } = await open(REDIS, 20);
    const caller = randomUUID();
    const waits = await Promise.all(Array.from({ length: 100 }, async () => limiter.take(caller)));
    expect(waits.filter((waitMs) => waitMs === undefined)).toHaveLength(20);
  });

  test("a Redis that goes and comes back is used again", async () => {
    const { hostname, port } = new URL(REDIS);
    const closing: (() => void)[] = [];
    let isUp = true;
    const { url } = await listen((socket) => {
      if (!isUp) {
        socket.destroy();
        return;
      }
      const there = connect(Number(port || 6379), hostname);
      there.on("error", () => socket.destroy());
      socket.on("close", () => there.destroy());
      socket.pipe(there).pipe(socket);
      closing.push(() => socket.destroy());
    });
    const { limiter, lines } = await open(url.replace(":hunter2@", ""));
    const caller = randomUUID();
    expect(await limiter.take(caller)).toBeUndefined();
    isUp = false;
    for (const close of closing) close();
    await expect.poll(() => lines.some((line) => line.includes("redis-lost"))).toBe(true);
    // In memory nothing is known of the first one.
    expect(await limiter.take(caller)).toBeUndefined();
    isUp = true;
    await expect.poll(() => lines.filter((line) => line.includes("redis-ready")).length, { timeout: 10_000 }).toBe(2);
    expect(await limiter.take(caller)).toBeUndefined();
    expect(await limiter.take(caller)).toBeGreaterThan(0);
  });

  test("a Redis that freezes stops nobody, and opens no door", async () => {
    const { hostname, port } = new URL(REDIS);
    let isFrozen = false;
    const { url } = await listen((socket) => {
      const there = connect(Number(port || 6379), hostname);
      there.on("error", () => socket.destroy());
      there.on("data", (part) => void (isFrozen || socket.write(part)));
      socket.on("data", (part) => void (isFrozen || there.write(part)));
      socket.on("close", () => there.destroy());
    });
    const { limiter, lines } = await open(url.replace(":hunter2@", ""));
    expect(await limiter.take(randomUUID())).toBeUndefined();
    isFrozen = true;
    await expectTwoInAMinute(limiter);
    await expect.poll(() => lines.some((line) => line.includes("redis-lost")), { timeout: 10_000 }).toBe(true);
    expect(await limiter.take("a")).toBeGreaterThan(0);
  });
}
