import { expect, test } from "vitest";
import { createTurnQueue } from "../../src/http/turn-queue.ts";
import { answeredTurn, serveApi } from "./api-fixture.ts";

const PATHS: [path: string, body: object, accept: string][] = [
  ["/v1/query", { question: "水费多少？" }, "application/json"],
  ["/v1/query", { question: "水费多少？" }, "text/event-stream"],
  ["/v1/chat/completions", { model: "xianheng", messages: [{ role: "user", content: "水费多少？" }] }, "*/*"],
  [
    "/v1/chat/completions",
    { model: "xianheng", messages: [{ role: "user", content: "水费多少？" }], stream: true },
    "*/*",
  ],
  ["/huixiangdou_inference", { text: "水费多少？" }, "*/*"],
  ["/huixiangdou_stream", { text: "水费多少？" }, "*/*"],
];

test("with too many questions waiting every way of asking is 503 with a time to come again, in its own shape", async () => {
  const turns = createTurnQueue({ atOnce: 1, maxWaiting: 1, now: () => 0 });
  let end = (): void => undefined;
  const held = new Promise<void>((resolve) => (end = resolve));
  const { signal } = new AbortController();
  const running = [1, 2].map(() => turns.run(async () => held, signal));
  const api = await serveApi({
    assertRoom: () => turns.assertRoom(),
    ask: async (_question, _options, inner) => turns.run(async () => answeredTurn(), inner),
  });
  for (const [path, body, accept] of PATHS) {
    const response = await api.post(path, body, { accept });
    const facts = { status: response.status, retryAfter: response.headers.get("retry-after") };
    expect({ path, ...facts }).toEqual({ path, status: 503, retryAfter: "1" });
    expect(await response.text()).toMatch(/busy|Too many questions wait/u);
  }
  end();
  await Promise.all(running);
  expect((await api.post("/v1/query", { question: "水费多少？" })).status).toBe(200);
});
