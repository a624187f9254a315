import { request as httpRequest } from "node:http";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createKeyRing } from "../../src/http/access/key-ring.ts";
import { isLoopbackHost } from "../../src/http/access/loopback.ts";
import { createSlidingWindow } from "../../src/http/access/sliding-window.ts";
import { serveApi, type Api } from "./api-fixture.ts";

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const question = { question: "a?" };

/** The status of a request whose Host is not the one it was sent to; fetch would not send it. */
async function statusWith(api: Api, headers: Record<string, string>, path = "/v1/models"): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${api.url}${path}`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on("error", reject);
    request.end();
  });
}

test("with keys set every route needs one, and no key looks like a wrong one", async () => {
  const api = await serveApi({}, { apiKeys: " k1 ,, k2" });
  const routes = [
    ["POST", "/v1/query"],
    ["POST", "/v1/chat/completions"],
    ["GET", "/v1/models"],
    ["POST", "/v1/embeddings"],
    ["GET", "/v1/search?q=a"],
    ["POST", "/v1/score"],
    ["POST", "/v1/feedback"],
    ["POST", "/huixiangdou_inference"],
    ["POST", "/huixiangdou_stream"],
    ["GET", "/v1/ledger"],
    ["GET", "/nowhere"],
    ["DELETE", "/v1/query"],
  ] as const;
  for (const [method, path] of routes) {
    const answers = await Promise.all(
      [{}, bearer("wrong"), bearer("k1, k2"), { authorization: "Basic k1" }].map(async (headers) => {
        const response = await fetch(api.url + path, { method, headers });
        return [response.status, response.headers.get("www-authenticate"), await response.text()];
      }),
    );
    expect(answers[0]?.slice(0, 2)).toEqual([401, "Bearer"]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  }
  for (const key of ["k1", "k2", "admin-key"]) {
    expect((await api.post("/v1/query", question, bearer(key))).status).toBe(200);
  }
  expect(new Set(api.turns.map(({ callerId }) => callerId)).size).toBe(3);
  expect(JSON.stringify(api.turns)).not.toMatch(/k1|k2|admin-key/u);
});

test("an API key does not open what is the admin's, and blanks are no keys", async () => {
  const api = await serveApi({}, { apiKeys: "k1" });
  expect((await fetch(`${api.url}/v1/ledger`, { headers: bearer("k1") })).status).toBe(401);
  expect((await fetch(`${api.url}/v1/ledger`, { headers: bearer("admin-key") })).status).toBe(200);
  const open = await serveApi({}, { apiKeys: " , ,", adminKey: " " });
  expect((await open.post("/v1/query", question)).status).toBe(200);
  expect((await fetch(`${open.url}/v1/ledger`, { headers: { authorization: "Bearer  " } })).status).toBe(401);
});

test("beyond the rate it is 429 with Retry-After, for each key by itself", async () => {
  let now = 1_000_000;
  const api = await serveApi({}, { apiKeys: "k1,k2", requestsPerMinute: 2, now: () => now });
  const ask = async (key: string): Promise<[number, string | null]> => {
    const response = await api.post("/v1/query", question, bearer(key));
    return [response.status, response.headers.get("retry-after")];
  };
  expect(await ask("k1")).toEqual([200, null]);
  now += 20_000;
  expect(await ask("k1")).toEqual([200, null]);
  expect(await ask("k1")).toEqual([429, "40"]);
  expect(await ask("k2")).toEqual([200, null]);
  now += 40_000;
  expect(await ask("k1")).toEqual([200, null]);
  expect(await ask("k1")).toEqual([429, "20"]);
});

test("without keys an address has a rate; 0 is none", async () => {
  const api = await serveApi({}, { requestsPerMinute: 1 });
  expect((await api.post("/v1/query", question)).status).toBe(200);
  expect((await api.post("/v1/query", question)).status).toBe(429);
  const free = await serveApi({}, { requestsPerMinute: 0 });
  for (let index = 0; index < 5; index++) expect((await free.post("/v1/query", question)).status).toBe(200);
});

test("in no 60 seconds are there more requests than allowed, and one is allowed after the wait", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.integer({ min: 0, max: 30_000 })), (perMinute, gaps) => {
      const window = createSlidingWindow(perMinute);
      const taken: number[] = [];
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        const waitMs = window.take("a", now);
        if (waitMs !== undefined) {
          expect(waitMs).toBeGreaterThan(0);
          now += waitMs;
          expect(window.take("a", now)).toBeUndefined();
        }
        taken.push(now);
        expect(taken.filter((at) => at > now - 60_000).length).toBeLessThanOrEqual(perMinute);
      }
    }),
  );
});

test("callers who have been silent are forgotten", () => {
  const window = createSlidingWindow(1);
  for (let caller = 0; caller < 20_000; caller++) window.take(`a${caller}`, 0);
  expect(window.take("a1", 1)).toBeGreaterThan(0);
  expect(window.take("new", 70_000)).toBeUndefined();
  expect(window.take("a1", 70_000)).toBeUndefined();
});

test("on loopback a foreign Host or Origin is 403", async () => {
  const api = await serveApi({}, { publicUrl: "https://bot.example.com/x" });
  const { host } = new URL(api.url);
  expect(await statusWith(api, { host })).toBe(200);
  expect(await statusWith(api, { host: "localhost:1234" })).toBe(200);
  expect(await statusWith(api, { host: "bot.example.com" })).toBe(200);
  expect(await statusWith(api, { host: "evil.example" })).toBe(403);
  expect(await statusWith(api, { host: "127.0.0.1.evil.example" })).toBe(403);
  expect(await statusWith(api, { host, origin: `http://${host}` })).toBe(200);
  expect(await statusWith(api, { host, origin: "https://bot.example.com" })).toBe(200);
  expect(await statusWith(api, { host, origin: "https://evil.example" })).toBe(403);
  expect(await statusWith(api, { host, origin: "null" })).toBe(403);
});

test("beyond loopback names are not ours to judge, and nothing is said of other origins", async () => {
  const api = await serveApi({}, { host: "0.0.0.0", apiKeys: "k1" });
  const headers = { ...bearer("k1"), host: "bot.internal", origin: "https://app.internal" };
  expect(await statusWith(api, headers)).toBe(200);
  const preflight = await fetch(`${api.url}/v1/query`, {
    method: "OPTIONS",
    headers: { origin: "https://a.example", "access-control-request-method": "POST" },
  });
  expect([...preflight.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
});

test("every response has an id: the caller's where it is a plain one", async () => {
  const api = await serveApi({}, { apiKeys: "k1" });
  const idOf = async (headers: Record<string, string>): Promise<string | null> =>
    (await fetch(`${api.url}/v1/models`, { headers })).headers.get("x-request-id");
  expect(await idOf({})).toMatch(/^id-/u);
  expect(await idOf({ "x-request-id": "trace-1", ...bearer("k1") })).toBe("trace-1");
  expect(await idOf({ "x-request-id": "a b<script>" })).toMatch(/^id-/u);
});

test("a ring names its keys without telling them", () => {
  const ring = createKeyRing(["", " ", "密钥", "k1 "]);
  expect(ring.size).toBe(2);
  expect(ring.nameOf("k1")).toMatch(/^[\da-f]{12}$/u);
  expect(ring.nameOf("密钥")).not.toBe(ring.nameOf("k1"));
  expect([ring.nameOf(""), ring.nameOf("k1 "), ring.nameOf("K1")]).toEqual([undefined, undefined, undefined]);
});

test.each([
  ["127.0.0.1", true],
  ["127.1.2.3", true],
  ["localhost", true],
  ["::1", true],
  ["[::1]", true],
  ["0.0.0.0", false],
  ["::", false],
  ["127.0.0.1.example.com", false],
  ["localhost.example.com", false],
])("%s is this machine: %s", (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected);
});
