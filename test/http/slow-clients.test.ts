import { expect, onTestFinished, test } from "vitest";
import { answeredTurn, serveApi, type Api } from "./api-fixture.ts";
import { connectRaw, problemOf, sayRaw } from "./raw-client.ts";

const LIMITS = { headersMs: 100, bodyMs: 100, requestMs: 400, checkMs: 20 };
const HEAD = "POST /v1/query HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n";

async function expectAnswers(api: Api): Promise<void> {
  expect((await api.post("/v1/query", { question: "如何退公寓？" })).status).toBe(200);
}

/** Says a letter now and then until the server hangs up; the response. */
async function dribble(api: Api, start: string, letters: string): Promise<string> {
  const client = connectRaw(api.url);
  client.write(start);
  let place = 0;
  const timer = setInterval(() => client.write(letters[place++ % letters.length] ?? ""), 10);
  onTestFinished(() => clearInterval(timer));
  const text = await client.closed;
  clearInterval(timer);
  return text;
}

test.each([
  ["headers", "GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", "a"],
  ["request line", "GET /", "a"],
])("whoever dribbles the %s is 408 and cut off, and others are answered", async (_what, start, letters) => {
  const api = await serveApi({}, { limits: LIMITS });
  const dribbling = dribble(api, start, letters);
  await expectAnswers(api);
  const response = await dribbling;
  expect(response).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/u);
  expect(response).toContain("application/problem+json");
  expect(problemOf(response)).toMatchObject({ status: 408, code: "request_timeout" });
  await expectAnswers(api);
});

test.each([
  ["a body of known length", `${HEAD}Content-Length: 60000\r\n\r\n`, " "],
  ["a body in chunks", `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, "1\r\n \r\n"],
])("whoever dribbles %s is 408 and cut off, and others are answered", async (_what, start, letters) => {
  const api = await serveApi({}, { limits: LIMITS });
  const dribbling = dribble(api, start, letters);
  await expectAnswers(api);
  const response = await dribbling;
  expect(response).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/u);
  expect(problemOf(response)).toMatchObject({ status: 408, code: "request_timeout" });
  expect(api.logged.join("\n")).not.toContain("http.fault");
  await expectAnswers(api);
});

test("an upload has the time of a whole request, and no more", async () => {
  const api = await serveApi({}, { limits: LIMITS });
  const start = HEAD.replace("application/json", "multipart/form-data; boundary=x").replace(
    "/v1/query",
    "/v1/feedback",
  );
  // Nobody reads it; what is sent is thrown away until the time is up.
  const response = await dribble(api, `${start}Content-Length: 60000\r\n\r\n`, " ");
  expect(response).toMatch(/^HTTP\/1\.1 4(?:15|08) /u);
  await expectAnswers(api);
});

test("who says nothing at all is cut off", async () => {
  const api = await serveApi({}, { limits: LIMITS });
  const silent = connectRaw(api.url);
  await silent.closed;
  await expectAnswers(api);
});

test("a connection that is kept without a request is closed after a while", async () => {
  const api = await serveApi({}, { limits: { ...LIMITS, keepAliveMs: 100 } });
  const response = await sayRaw(api.url, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  expect(response).toMatch(/^HTTP\/1\.1 200 /u);
});

test("beyond so many connections new ones are dropped, until there is room again", async () => {
  const api = await serveApi({}, { limits: { headersMs: 60_000, connections: 3 } });
  const held = [connectRaw(api.url), connectRaw(api.url), connectRaw(api.url)];
  for (const client of held) client.write("GET /healthz HTTP/1.1\r\n");
  await expect.poll(async () => sayRaw(api.url, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")).toBe("");
  for (const client of held) client.socket.destroy();
  await expect
    .poll(async () =>
      fetch(`${api.url}/healthz`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200);
});

test("an answer that takes longer than a request may is not cut off, streamed or not", async () => {
  const ask = async (): Promise<ReturnType<typeof answeredTurn>> => {
    await new Promise((resolve) => {
      setTimeout(resolve, 700);
    });
    return answeredTurn();
  };
  const api = await serveApi({ ask }, { limits: LIMITS });
  const [whole, streamed] = await Promise.all(
    ["application/json", "text/event-stream"].map(async (accept) => {
      const response = await api.post("/v1/query", { question: "a?" }, { accept });
      return [response.status, await response.text()];
    }),
  );
  expect(whole).toEqual([200, expect.stringContaining('"outcome":"answered"')]);
  expect(streamed).toEqual([200, expect.stringContaining("event: done")]);
});

test("a client that never reads its stream stops nobody, and ends its question when it goes", async () => {
  const signals: AbortSignal[] = [];
  const api = await serveApi({
    async ask(_question, { onText }, signal) {
      signals.push(signal);
      if (onText !== undefined) for (let piece = 0; piece < 50; piece++) onText("x".repeat(500_000));
      if (signals.length === 1) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return answeredTurn();
    },
  });
  const client = connectRaw(api.url);
  client.socket.pause();
  const body = JSON.stringify({ question: "a?" });
  client.write(`${HEAD}Accept: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  await expect.poll(() => signals.length).toBe(1);
  await expectAnswers(api);
  expect(signals[0]?.aborted).toBe(false);
  client.socket.destroy();
  await expect.poll(() => signals[0]?.aborted).toBe(true);
  await expectAnswers(api);
});
