import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openRateLimiter } from "../../src/app/rate-limiter.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { RateLimiter } from "../../src/http/access/rate-limiter.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";

async function openFor(server: string, env: Record<string, string> = {}): Promise<RateLimiter | undefined> {
  const cwd = mkdtempSync(join(tmpdir(), "xianheng-rate-"));
  writeFileSync(join(cwd, "config.ini"), `[server]\n${server}\n`);
  const limiter = await openRateLimiter({ config: await loadConfig({ cwd, env }), logger: createRecordingLogger() });
  onTestFinished(() => limiter?.close());
  return limiter;
}

test("requests are counted as the config says, and not at all at 0", async () => {
  expect((await openFor(""))?.perMinute).toBe(600);
  expect((await openFor("requests_per_minute = 7"))?.perMinute).toBe(7);
  expect(await openFor("requests_per_minute = 0")).toBeUndefined();
});

test("a Redis that is not there when we start is no reason not to start", async () => {
  const named = 'rate_limit_redis_url_env = "REDIS"\nrequests_per_minute = 1';
  const limiter = await openFor(named, { REDIS: "redis://127.0.0.1:1" });
  expect([await limiter?.take("a"), await limiter?.take("a")]).toEqual([undefined, expect.any(Number)]);
});

test.each([
  [{}, "REDIS is not set"],
  [{ REDIS: "http://:hunter2@cache" }, "must hold redis://"],
])("a variable for Redis that cannot be used ends the start, without its value", async (env, message) => {
  const opening = openFor('rate_limit_redis_url_env = "REDIS"', env);
  await expect(opening).rejects.toMatchObject({ code: "config_invalid", message: expect.stringContaining(message) });
  await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining("hunter2") });
});
