import { request as httpRequest } from "node:http";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { networkOf } from "../../src/http/access/address-of.ts";
import { readApiKeys } from "../../src/http/access/api-keys.ts";
import { createKeyRing } from "../../src/http/access/key-ring.ts";
import { createKnownCallers } from "../../src/http/access/known-callers.ts";
import { isLoopbackHost } from "../../src/http/access/loopback.ts";
import { createMemoryLimiter } from "../../src/http/access/rate-limiter.ts";
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

test.each(["/", "//", "/healthz", "/healthz/", "/readyz", "/metrics", "/openapi.json", "/index.html"])(
  "%s needs no key",
  async (path) => {
    const api = await serveApi({}, { apiKeys: "k1" });
    expect((await fetch(api.url + path)).status).toBe(200);
  },
);

test("an API key does not open what is the admin's, and blanks are no keys", async () => {
  const api = await serveApi({}, { apiKeys: "k1" });
  expect((await fetch(`${api.url}/v1/ledger`, { headers: bearer("k1") })).status).toBe(401);
  expect((await fetch(`${api.url}/v1/ledger`, { headers: bearer("admin-key") })).status).toBe(200);
  const open = await serveApi({}, { apiKeys: " , ,", adminKey: " " });
  expect((await open.post("/v1/query", question)).status).toBe(200);
  expect((await fetch(`${open.url}/v1/ledger`, { headers: { authorization: "Bearer  " } })).status).toBe(401);
});

function fakeClock(): void {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
}

test("beyond the rate it is 429 with Retry-After, for each key by itself", async () => {
  fakeClock();
  const api = await serveApi({}, { apiKeys: "k1,k2", rateLimiter: createMemoryLimiter(2) });
  const ask = async (key: string): Promise<[number, string | null]> => {
    const response = await api.post("/v1/query", question, bearer(key));
    return [response.status, response.headers.get("retry-after")];
  };
  expect(await ask("k1")).toEqual([200, null]);
  vi.setSystemTime(Date.now() + 20_000);
  expect(await ask("k1")).toEqual([200, null]);
  expect(await ask("k1")).toEqual([429, "40"]);
  expect(await ask("k2")).toEqual([200, null]);
  vi.setSystemTime(Date.now() + 39_500);
  expect(await ask("k1")).toEqual([429, "1"]);
  vi.setSystemTime(Date.now() + 500);
  expect(await ask("k1")).toEqual([200, null]);
});

test("without keys an address has a rate; without a limiter there is none", async () => {
  const api = await serveApi({}, { rateLimiter: createMemoryLimiter(1) });
  expect((await api.post("/v1/query", question)).status).toBe(200);
  expect((await api.post("/v1/query", question)).status).toBe(429);
  expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
  const free = await serveApi({}, { rateLimiter: undefined });
  for (let index = 0; index < 5; index++) expect((await free.post("/v1/query", question)).status).toBe(200);
});

test("who guesses keys is stopped, and a right guess then looks like a wrong one; who was right before goes on", async () => {
  fakeClock();
  const api = await serveApi({}, { apiKeys: "k1,k2", rateLimiter: createMemoryLimiter(3) });
  const status = async (key: string): Promise<number> => (await api.post("/v1/query", question, bearer(key))).status;
  expect(await status("k1")).toBe(200);
  for (const key of ["a", "b", "c"]) expect(await status(key)).toBe(401);
  expect([await status("d"), await status("k2"), await status("admin-key")]).toEqual([429, 429, 429]);
  expect(await status("k1")).toBe(200);
  vi.setSystemTime(Date.now() + 60_000);
  expect([await status("k2"), await status("admin-key"), await status("d")]).toEqual([200, 200, 401]);
});

test("without API keys the admin's key cannot be guessed faster than the rate either", async () => {
  const api = await serveApi({}, { rateLimiter: createMemoryLimiter(2) });
  const status = async (key: string): Promise<number> =>
    (await fetch(`${api.url}/v1/ledger`, { headers: bearer(key) })).status;
  expect([await status("a"), await status("b"), await status("c")]).toEqual([401, 401, 429]);
  expect(await status("admin-key")).toBe(429);
});

test("of each caller only so many pairs with an address are remembered", () => {
  const known = createKnownCallers();
  for (let index = 0; index <= 10_000; index++) known.add("k", `a${index}`);
  expect([known.has("k", "a0"), known.has("k", "a1"), known.has("k", "a10000"), known.has("other", "a1")]).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test("in no minute are there more requests than allowed, and one is allowed after the wait", async () => {
  fakeClock();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 40 }),
      async (perMinute, gaps) => {
        const limiter = createMemoryLimiter(perMinute);
        let beganAt = Number.NEGATIVE_INFINITY;
        let taken = 0;
        for (const gap of gaps) {
          vi.setSystemTime(Date.now() + gap);
          if (Date.now() - beganAt >= 60_000) [beganAt, taken] = [Date.now(), 0];
          expect(await limiter.waitOf("a")).toBe(taken < perMinute ? undefined : beganAt + 60_000 - Date.now());
          const waitMs = await limiter.take("a");
          expect(waitMs).toBe(taken < perMinute ? undefined : beganAt + 60_000 - Date.now());
          taken++;
          expect(await limiter.waitOf("b")).toBeUndefined();
        }
      },
    ),
    { numRuns: 30 },
  );
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
  const ring = createKeyRing([{ key: "" }, { key: " " }, { key: "密钥" }, { key: "k1 " }, { key: "k2", name: "team" }]);
  expect(ring.size).toBe(3);
  expect(ring.nameOf("k1")).toMatch(/^key-[\da-f]{12}$/u);
  expect(ring.nameOf("k2")).toBe("team");
  expect(ring.nameOf("密钥")).not.toBe(ring.nameOf("k1"));
  expect([ring.nameOf(""), ring.nameOf("k1 "), ring.nameOf("K1")]).toEqual([undefined, undefined, undefined]);
});

test.each([
  ["team-a:0123456789", { "0123456789": "team-a", "team-a:0123456789": "team-a" }],
  // A key that only looks as if it had a name is never shut out, and its short end opens nothing.
  ["sk-abc:def", { "sk-abc:def": expect.stringMatching(/^key-/u), def: undefined, "sk-abc": undefined }],
  ["a b:0123456789", { "a b:0123456789": expect.stringMatching(/^key-/u), "0123456789": undefined }],
  [":0123456789", { ":0123456789": expect.stringMatching(/^key-/u), "0123456789": undefined }],
  ["a:b:0123456789", { "b:0123456789": "a", "0123456789": undefined }],
  // Nobody can pass for somebody whom only we name.
  ["admin:0123456789", { "0123456789": "key-admin" }],
  // A key that is being changed is the same caller.
  ["a:old-old-old, a:new-new-new", { "old-old-old": "a", "new-new-new": "a" }],
])("of %s the keys are named", (text, expected) => {
  const ring = createKeyRing(readApiKeys(text));
  for (const [key, name] of Object.entries(expected)) expect([key, ring.nameOf(key)]).toEqual([key, name]);
});

test("whatever stands in the list, each entry opens as it is written", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 })), (entries) => {
      const ring = createKeyRing(readApiKeys(entries.join(",")));
      for (const entry of entries.join(",").split(",")) {
        if (entry.trim() !== "") expect(ring.nameOf(entry.trim())).toEqual(expect.any(String));
      }
    }),
  );
});

test("a turn has the key's name, and its key is nowhere", async () => {
  const api = await serveApi({}, { apiKeys: "team-a:s3cret-s3cret,bare-key" });
  for (const key of ["s3cret-s3cret", "bare-key", "admin-key"]) await api.post("/v1/query", question, bearer(key));
  expect(api.turns.map(({ callerId }) => callerId)).toEqual(["team-a", expect.stringMatching(/^key-/u), "admin"]);
  expect(JSON.stringify([api.turns, api.logged])).not.toMatch(/s3cret|bare-key|admin-key/u);
});

test("a key may be in any script, as programs send it", async () => {
  const api = await serveApi({}, { apiKeys: "密钥-咸亨酒店-一二三,clé-de-bureau" });
  const sent = (key: string, encoding: BufferEncoding): string => Buffer.from(key, encoding).toString("latin1");
  const status = async (key: string): Promise<number> => statusWith(api, bearer(key));
  expect(await status(sent("密钥-咸亨酒店-一二三", "utf8"))).toBe(200);
  expect(await status(sent("clé-de-bureau", "utf8"))).toBe(200);
  expect(await status(sent("clé-de-bureau", "latin1"))).toBe(200);
  expect(await status(sent("密钥-咸亨酒店", "utf8"))).toBe(401);
});

test("pages of the allowed origins may use the API, preflight and all; those of others may not", async () => {
  const app = "https://app.example";
  const api = await serveApi({}, { apiKeys: "k1", corsOrigins: [app] });
  const preflight = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,x-stainless-os",
  };
  const asked = await fetch(`${api.url}/v1/query`, { method: "OPTIONS", headers: { origin: app, ...preflight } });
  expect(asked.status).toBe(204);
  expect(asked.headers.get("access-control-allow-origin")).toBe(app);
  expect(asked.headers.get("access-control-allow-methods")).toContain("POST");
  expect(asked.headers.get("access-control-allow-headers")).toBe("authorization,content-type,x-stainless-os");
  expect(asked.headers.get("access-control-allow-credentials")).toBeNull();
  expect(asked.headers.get("vary")).toContain("Origin");
  const answer = await api.post("/v1/query", question, { origin: app, ...bearer("k1") });
  expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, app]);
  expect(answer.headers.get("access-control-expose-headers")).toContain("X-Request-Id");
  // A page can read why it was refused.
  const refused = await api.post("/v1/query", question, { origin: app });
  expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, app]);
  const foreign = await fetch(`${api.url}/v1/query`, {
    method: "OPTIONS",
    headers: { origin: "https://app.example.evil.test", ...preflight },
  });
  expect([foreign.status, foreign.headers.get("access-control-allow-origin")]).toEqual([403, null]);
  expect((await fetch(`${api.url}/healthz`)).headers.get("vary")).toContain("Origin");
});

test("every response carries the security headers, and https is asked for only where the public address has it", async () => {
  const api = await serveApi({}, { apiKeys: "k1" });
  for (const path of ["/healthz", "/v1/query", "/nowhere", "/openapi.json"]) {
    const { headers } = await fetch(api.url + path);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';font-src 'self';" +
        "base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("strict-transport-security")).toBeNull();
    expect(headers.get("x-powered-by")).toBeNull();
  }
  const secure = await serveApi({}, { publicUrl: "https://bot.example.com" });
  expect((await fetch(`${secure.url}/healthz`)).headers.get("strict-transport-security")).toMatch(/^max-age=\d+$/u);
  const plain = await serveApi({}, { publicUrl: "http://bot.example.com" });
  expect((await fetch(`${plain.url}/healthz`)).headers.get("strict-transport-security")).toBeNull();
});

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8::/64"],
  ["fe80::1%eth0", "fe80::/64"],
  ["::1", "::/64"],
  ["", ""],
])("requests from %s are counted with those of %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
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
