import { createServer, type RequestListener } from "node:http";
import { afterEach, expect, test } from "vitest";
import {
  callPlatform,
  downloadFromPlatform,
  type Platform,
  type PlatformRequest,
} from "../../src/channels/call-platform.ts";
import { createSecretMask } from "../../src/channels/secret-mask.ts";
import { AppError } from "../../src/core/errors.ts";

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function platformThat(listener: RequestListener): Promise<Platform> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return platformAt(`http://127.0.0.1:${port}`);
}

function platformAt(baseUrl: string): Platform {
  return {
    name: 'test "hr"',
    baseUrl,
    fetch: (url, init) => fetch(url, init),
    secrets: createSecretMask(["s3cret-key"]),
  };
}

function request(changes: Partial<PlatformRequest> = {}): PlatformRequest {
  return {
    what: "send a message",
    method: "POST",
    url: "/send?key=s3cret-key",
    body: { text: "hi" },
    signal: new AbortController().signal,
    ...changes,
  };
}

async function faultOf(call: Promise<unknown>): Promise<AppError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`no AppError but ${String(error)}`);
  return error;
}

test("hands on a JSON reply with its status, whatever that is", async () => {
  const platform = await platformThat((_request, response) => {
    response.writeHead(400, { "content-type": "application/json", "x-ogw-ratelimit-reset": "7" });
    response.end('{"code":230020,"msg":"too fast"}');
  });
  const answer = await callPlatform(platform, request());
  expect(answer).toMatchObject({ status: 400, body: { code: 230_020 }, retryAfterMs: 7000 });
});

test("a broken connection is an unknown outcome of what must not happen twice, else tried again", async () => {
  const platform = await platformThat((incoming) => incoming.socket.destroy());
  expect(await faultOf(callPlatform(platform, request()))).toMatchObject({
    code: "channel_unknown_outcome",
    retryable: false,
  });
  expect(await faultOf(callPlatform(platform, request({ repeatable: true })))).toMatchObject({
    code: "channel_unreachable",
    retryable: true,
  });
});

test("a reply that does not come is given up in time", async () => {
  const platform = await platformThat(() => undefined);
  const fault = await faultOf(callPlatform(platform, request({ timeoutMs: 30 })));
  expect(fault.code).toBe("channel_unknown_outcome");
  expect(fault.message).toContain("no reply within 30 ms");
});

test("where nothing listens nothing was sent, so it is tried again", async () => {
  const platform = await platformThat(() => undefined);
  for (const close of closers.splice(0)) close();
  const fault = await faultOf(callPlatform(platform, request()));
  expect(fault).toMatchObject({ code: "channel_unreachable", retryable: true });
});

test("follows no redirect", async () => {
  let visits = 0;
  const platform = await platformThat((_request, response) => {
    visits += 1;
    response.writeHead(302, { location: "/elsewhere" });
    response.end();
  });
  expect((await faultOf(callPlatform(platform, request()))).code).toBe("channel_rejected");
  expect(visits).toBe(1);
});

test.each([
  [429, "channel_limited", true],
  [401, "channel_unauthorised", false],
  [404, "channel_rejected", false],
  [502, "channel_unknown_outcome", false],
])("a page instead of JSON with status %i is %s", async (status, code, retryable) => {
  const platform = await platformThat((_request, response) => {
    response.writeHead(status, { "content-type": "text/html", "retry-after": "3" });
    response.end("<html>s3cret-key</html>");
  });
  const fault = await faultOf(callPlatform(platform, request()));
  expect(fault).toMatchObject({ code, retryable });
  expect(fault.retryAfterMs).toBe(retryable ? 3000 : undefined);
});

test("no fault shows the address, a secret or the body", async () => {
  const platform = await platformThat((_request, response) => {
    response.writeHead(500);
    response.end("s3cret-key in the body");
  });
  const fault = await faultOf(callPlatform(platform, request({ what: "send with s3cret-key" })));
  expect(`${fault.message} ${fault.stack} ${JSON.stringify(fault)}`).not.toMatch(/s3cret-key|\/send|in the body/);
  expect(fault.cause).toBeUndefined();
});

test("a cancelled call says so", async () => {
  const platform = await platformThat(() => undefined);
  const controller = new AbortController();
  const call = faultOf(callPlatform(platform, request({ signal: controller.signal, repeatable: true })));
  controller.abort();
  expect((await call).code).toBe("aborted");
});

test("downloads bytes up to a limit, and tells a fault of the platform from a file", async () => {
  const platform = await platformThat((incoming, response) => {
    const isFile = incoming.url === "/file";
    response.writeHead(isFile ? 200 : 400, { "content-type": isFile ? "image/png" : "application/json" });
    response.end(isFile ? "0123456789" : '{"code":234003}');
  });
  const get = { method: "GET", body: undefined } as const;
  expect(await downloadFromPlatform(platform, request({ ...get, url: "/file" }), 10)).toMatchObject({
    kind: "bytes",
    mediaType: "image/png",
  });
  expect((await faultOf(downloadFromPlatform(platform, request({ ...get, url: "/file" }), 9))).code).toBe(
    "channel_rejected",
  );
  expect(await downloadFromPlatform(platform, request({ ...get, url: "/none" }), 100)).toMatchObject({
    kind: "answer",
    answer: { body: { code: 234_003 } },
  });
});

test("every call is told with its name and the platform's code, else the fault's, and nothing else", async () => {
  const told: unknown[] = [];
  const outbound = { called: (call: object) => void told.push(call), retried: () => undefined };
  const bodies = ['{"code":0}', '{"errcode":45009}', '{"ok":true}', '{"code":{"a":1}}', "<html>"];
  const platform = await platformThat((_request, response) => {
    response.end(bodies.shift());
  });
  const observed = { ...platform, outbound };
  for (let call = 0; call < 4; call++) await callPlatform(observed, request());
  await faultOf(callPlatform(observed, request()));
  const api = "send a message";
  expect(told).toEqual([
    { api, code: "0" },
    { api, code: "45009" },
    { api, code: "200" },
    { api, code: "other" },
    { api, code: "channel_unknown_outcome" },
  ]);
});
