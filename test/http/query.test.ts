import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import { ANSWER, answeredTurn, declinedTurn, eventsOf, PIECES, serveApi } from "./api-fixture.ts";

const SSE = { accept: "text/event-stream" };

test("answers with the document of ask --json and an id, and writes the ledger", async () => {
  const api = await serveApi();
  const response = await api.post("/v1/query", {
    question: "如何退公寓？",
    history: [{ role: "user", content: "你好" }],
    group: "oc_1",
    top_k: 5,
    language: "zh",
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    id: expect.any(String),
    outcome: "answered",
    answer: ANSWER,
    citations: [
      { n: 1, source: "housing/move-out.md", title: "Moving out", headings: ["退房"], quote: "提前三天预约" },
    ],
    scores: { question: 0.9, answerable: 0.8, threshold: 0.5 },
    model: "extractive",
    tokens: { prompt: 11, completion: 7, total: 18 },
    timings: { retrieve: 1.5, total: 3 },
  });
  expect(api.asked[0]?.options).toEqual({
    history: [{ role: "user", content: "你好" }],
    group: "oc_1",
    topK: 5,
    language: "zh",
  });
  expect(api.turns).toMatchObject([{ question: "如何退公寓？", group: "oc_1", via: "query", callerId: "anonymous" }]);
});

test("declined and failed are 200 too", async () => {
  const declining = await serveApi({ ask: async () => declinedTurn() });
  expect(await (await declining.post("/v1/query", { question: "hi?" })).json()).toMatchObject({
    outcome: "declined",
    reason: "unrelated",
    answer: "",
    citations: [],
  });
  const failing = await serveApi({
    ask: () => Promise.reject(new AppError("embedding_model_missing", "There is no model.")),
  });
  const failed = await failing.post("/v1/query", { question: "hi?" });
  expect([failed.status, await failed.json()]).toMatchObject([
    200,
    { outcome: "failed", reason: "embedding_model_missing", message: "There is no model." },
  ]);
});

test("without an index it is 503 with Retry-After", async () => {
  const api = await serveApi({ ask: () => Promise.reject(new AppError("index_missing", "none")) });
  const response = await api.post("/v1/query", { question: "hi?" });
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
});

test("a stream has deltas that join to the answer, a citation each, and the document last", async () => {
  const api = await serveApi();
  const response = await api.post("/v1/query", { question: "如何退公寓？" }, SSE);
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const events = eventsOf(await response.text());
  expect(events.map(({ event }) => event)).toEqual(["delta", "delta", "delta", "citation", "done"]);
  expect(events.slice(0, 3).map(({ data }) => data)).toEqual(PIECES.map((text) => ({ text })));
  expect(events[3]?.data).toMatchObject({ n: 1, source: "housing/move-out.md" });
  expect(events[4]?.data).toMatchObject({ outcome: "answered", answer: ANSWER, id: expect.any(String) });
});

test("steps are told in their order once there is a word of an answer, and not where there is silence", async () => {
  const answering = await serveApi({
    async ask(_question, { onText, onStep }) {
      onStep?.("retrieve", 1.5);
      onStep?.("reject", 0.5);
      onText?.(ANSWER);
      onStep?.("answer", 20);
      return answeredTurn();
    },
  });
  const events = eventsOf(await (await answering.post("/v1/query", { question: "hi?" }, SSE)).text());
  expect(events.map(({ event }) => event)).toEqual(["step", "step", "delta", "step", "citation", "done"]);
  expect(events[0]?.data).toEqual({ name: "retrieve", ms: 1.5 });
  const silent = await serveApi({
    async ask(_question, { onStep }) {
      onStep?.("detect-question", 0.1);
      return declinedTurn();
    },
  });
  const alone = eventsOf(await (await silent.post("/v1/query", { question: "hi?" }, SSE)).text());
  expect(alone.map(({ event }) => event)).toEqual(["done"]);
});

test("filters reach the question; an unknown key in them, or too much, is 422", async () => {
  const api = await serveApi();
  const ask = async (filters: unknown): Promise<Response> => api.post("/v1/query", { question: "a?", filters });
  expect((await ask({ sources: ["handbook/", "**/*.pdf"] })).status).toBe(200);
  expect(api.asked[0]?.options.sources).toEqual(["handbook/", "**/*.pdf"]);
  expect((await ask({})).status).toBe(200);
  expect(api.asked[1]?.options).not.toHaveProperty("sources");
  for (const [filters, pointer] of [
    [{ group: "a" }, "/filters/group"],
    [{ sources: [] }, "/filters/sources"],
    [{ sources: "a" }, "/filters/sources"],
    [{ sources: [""] }, "/filters/sources/0"],
    [{ sources: ["*a*a*a*a*a"] }, "/filters/sources/0"],
    [{ sources: Array.from({ length: 51 }, () => "a") }, "/filters/sources"],
  ] as const) {
    const response = await ask(filters);
    expect([response.status, await response.json()]).toMatchObject([422, { errors: [{ pointer }] }]);
  }
});

test("what was not streamed is sent as a last delta", async () => {
  const api = await serveApi({
    async ask(_question, { onText }) {
      onText?.("退公寓");
      return answeredTurn();
    },
  });
  const events = eventsOf(await (await api.post("/v1/query", { question: "如何？" }, SSE)).text());
  const deltas = events.filter(({ event }) => event === "delta").map(({ data }) => data);
  expect(deltas).toEqual([{ text: "退公寓" }, { text: ANSWER.slice(3) }]);
});

test("done stands alone when declined; a fault of ours is an error event without its text", async () => {
  const declining = await serveApi({ ask: async () => declinedTurn() });
  const declined = eventsOf(await (await declining.post("/v1/query", { question: "hi?" }, SSE)).text());
  expect(declined).toMatchObject([{ event: "done", data: { outcome: "declined" } }]);

  const broken = await serveApi({ ask: () => Promise.reject(new Error("secret")) });
  const faults = await (await broken.post("/v1/query", { question: "hi?" }, SSE)).text();
  expect(eventsOf(faults)).toMatchObject([{ event: "error", data: { status: 500 } }]);
  expect(faults).not.toContain("secret");
});

test("headers come at once, before anything is known", async () => {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const api = await serveApi({
    async ask() {
      await gate;
      return declinedTurn();
    },
  });
  const response = await api.post("/v1/query", { question: "hi?" }, SSE);
  expect(response.status).toBe(200);
  release();
  expect(await response.text()).toContain("event: done");
});

test.each([
  ["JSON", {}],
  ["a stream", SSE],
])("a client that hangs up ends the model call (%s)", async (_name, headers) => {
  let started = (_signal: AbortSignal): void => undefined;
  const asking = new Promise<AbortSignal>((resolve) => (started = resolve));
  const api = await serveApi({
    ask: (_question, _options, signal) =>
      new Promise((_resolve, reject) => {
        started(signal);
        signal.addEventListener("abort", () => reject(new AppError("aborted", "aborted")));
      }),
  });
  const client = new AbortController();
  const request = fetch(`${api.url}/v1/query`, {
    method: "POST",
    body: '{"question":"hi?"}',
    headers: { "content-type": "application/json", ...headers },
    signal: client.signal,
  })
    .then(async (response) => response.text())
    .catch(() => "gone");
  const signal = await asking;
  client.abort();
  if (!signal.aborted) await once(signal, "abort");
  expect(await request).toBe("gone");
  await expect.poll(() => api.turns).toMatchObject([{ ended: undefined }]);
});

test("a client that never reads is held up, not the process, and loses nothing once it reads", async () => {
  const long = "长".repeat(400_000);
  const api = await serveApi({
    async ask(_question, { onText }) {
      for (let index = 0; index < 20; index++) onText?.(long);
      const turn = answeredTurn();
      return turn.outcome.kind === "answered"
        ? { ...turn, outcome: { ...turn.outcome, answer: long.repeat(20) } }
        : turn;
    },
  });
  const { port } = new URL(api.url);
  const socket = connect(Number(port), "127.0.0.1");
  socket.pause();
  const body = '{"question":"hi?"}';
  socket.write(
    `POST /v1/query HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await expect.poll(() => api.turns.length).toBe(1);
  let bytes = 0;
  let tail = "";
  socket.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    tail = (tail + chunk.toString("utf8")).slice(-200);
  });
  socket.resume();
  await once(socket, "close");
  // The pieces, and the answer again in the last event.
  expect(bytes).toBeGreaterThan(2 * 20 * 400_000 * 3);
  expect(tail).toContain('"total":3}}');
});

test.each([
  [{}, "/question"],
  [{ question: 5 }, "/question"],
  [{ question: " \u0000 " }, "/question"],
  [{ question: "x".repeat(8001) }, "/question"],
  [
    {
      question: "a?",
      history: [
        { role: "user", content: "b" },
        { role: "system", content: "c" },
      ],
    },
    "/history/1/role",
  ],
  [{ question: "a?", history: "b" }, "/history"],
  [{ question: "a?", top_k: 0 }, "/top_k"],
  [{ question: "a?", top_k: 1.5 }, "/top_k"],
  [{ question: "a?", language: "fr" }, "/language"],
  [{ question: "a?", "a/b~": 1 }, "/a~1b~0"],
  ['{"question":"a?","__proto__":{"polluted":true}}', "/__proto__"],
  ["[]", ""],
  ["null", ""],
])("%j is 422 at %s", async (body, pointer) => {
  const api = await serveApi();
  const response = await api.post("/v1/query", body);
  expect(response.status).toBe(422);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect(await response.json()).toMatchObject({
    status: 422,
    instance: "/v1/query",
    errors: [{ pointer, detail: expect.any(String) }],
  });
  expect(api.asked).toEqual([]);
});

test("half a surrogate pair is no fault", async () => {
  const api = await serveApi();
  expect((await api.post("/v1/query", '{"question":"why \\ud800?"}')).status).toBe(200);
  expect(api.asked[0]?.question).toBe("why \ufffd?");
});

test("a long history is cut, not refused", async () => {
  const api = await serveApi({}, { maxBodyBytes: 2_000_000 });
  const history = Array.from({ length: 10_000 }, (_, index) => ({ role: "user", content: `line ${index}` }));
  expect((await api.post("/v1/query", { question: "a?", history })).status).toBe(200);
  expect(api.asked[0]?.options.history.at(-1)?.content).toBe("line 9999");
  expect(api.asked[0]?.options.history.length).toBe(50);
});

test("another type is 415, broken JSON 400, too much 413, another method 405 with Allow", async () => {
  const api = await serveApi();
  const status = async (body: string, type: string): Promise<[number, string | null]> => {
    const response = await api.post("/v1/query", body, { "content-type": type });
    return [response.status, response.headers.get("content-type")];
  };
  const problem = "application/problem+json; charset=utf-8";
  expect(await status("question=a", "application/x-www-form-urlencoded")).toEqual([415, problem]);
  expect(await status('{"question":"a?"}', "text/plain")).toEqual([415, problem]);
  expect(await status('{"question":"a?"}', "application/json; charset=gbk")).toEqual([415, problem]);
  expect(await status('{"question":', "application/json")).toEqual([400, problem]);
  expect(await status(JSON.stringify({ question: "x".repeat(70_000) }), "application/json")).toEqual([413, problem]);
  const get = await fetch(`${api.url}/v1/query`);
  expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
  expect(api.asked).toEqual([]);
});

test("an answer is given although it could not be recorded", async () => {
  const api = await serveApi({ record: () => Promise.reject(new AppError("disk_full", "full")) });
  expect(await (await api.post("/v1/query", { question: "a?" })).json()).toMatchObject({ outcome: "answered" });
  expect(api.logged.join("\n")).toContain("http.not-recorded");
});

test("streams that are open when the server closes come to their end", async () => {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const api = await serveApi({
    async ask() {
      await gate;
      return answeredTurn();
    },
  });
  const streams = await Promise.all(
    Array.from({ length: 8 }, async () => api.post("/v1/query", { question: "a?" }, SSE)),
  );
  const closed = api.close();
  release();
  for (const stream of streams) expect(await stream.text()).toContain('"outcome":"answered"');
  await closed;
});
