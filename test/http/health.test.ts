import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { serveApi } from "./api-fixture.ts";
import { fakeConsole } from "./console-fixture.ts";

const ADMIN = { authorization: "Bearer admin-key" };

test("health is told to the admin, with and without an index", async () => {
  let hasIndex = true;
  const api = await serveApi(
    {},
    {
      consoleFunctions: {
        async health() {
          const health = await fakeConsole().health();
          return hasIndex ? health : { ...health, index: undefined };
        },
      },
    },
  );
  expect((await fetch(`${api.url}/v1/health`)).status).toBe(401);
  const read = async () => (await fetch(`${api.url}/v1/health`, { headers: ADMIN })).json();
  expect(await read()).toMatchObject({
    version: "1.2.3",
    started_at: 1_700_000_000_000,
    event_loop_ms: { p50: 0.1, p99: 12.5 },
    index: { documents: 5, chunks: 300, failed: 1, built_at: 1_700_000_000_000 },
    channels: [{ name: "hr", kind: "lark", ready: false }],
    queue_depth: 2,
    answerer: "extractive",
  });
  hasIndex = false;
  expect(await read()).toMatchObject({ index: null });
});

test("checks are run in the language that was asked for; those that take too long are a fault", async () => {
  const api = await serveApi(
    {},
    {
      consoleFunctions: {
        async checks(options, signal) {
          if (options.language === "en") throw new AppError("timeout", "too long", { retryable: true });
          return fakeConsole().checks(options, signal);
        },
      },
    },
  );
  const check = async (search: string) =>
    fetch(`${api.url}/v1/health/checks${search}`, { method: "POST", headers: ADMIN });
  expect(await (await check("?language=zh")).json()).toEqual({
    checks: [{ check: "index", name: "索引", status: "ok", detail: "5", remedy: "" }],
  });
  expect((await check("")).status).toBe(200);
  expect((await check("?language=fr")).status).toBe(422);
  const late = await check("?language=en");
  expect([late.status, late.headers.get("content-type")]).toEqual([503, "application/problem+json; charset=utf-8"]);
});
