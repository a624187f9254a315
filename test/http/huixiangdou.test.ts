import { expect, test } from "vitest";
import { answeredTurn, ANSWER, declinedTurn, PIECES, serveApi } from "./api-fixture.ts";

const REFERENCES = "**References:**\r\n* housing/move-out.md\r\n\r\n";

test("inference is a JSON string with the references first, each source once", async () => {
  const turn = answeredTurn();
  const { outcome } = turn;
  if (outcome.kind !== "answered") throw new Error("not answered");
  const citations = [...outcome.citations, ...outcome.citations.map((citation) => ({ ...citation, n: 2 }))];
  const api = await serveApi({ ask: async () => ({ ...turn, outcome: { ...outcome, citations } }) });
  const response = await api.post("/huixiangdou_inference", { text: "如何退公寓？", image: "" });
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(await response.text()).toBe(JSON.stringify(REFERENCES + ANSWER));
  expect(api.turns).toMatchObject([{ via: "huixiangdou", question: "如何退公寓？" }]);
});

test("the stream is the sentence so far, again and again, without a frame", async () => {
  const api = await serveApi();
  const response = await api.post("/huixiangdou_stream", { text: "如何退公寓？" });
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const sentences = PIECES.map((_, index) => REFERENCES + PIECES.slice(0, index + 1).join(""));
  expect(await response.text()).toBe(sentences.join(""));
});

test("what is declined has no references", async () => {
  const api = await serveApi({ ask: async () => declinedTurn() });
  const response = await api.post("/huixiangdou_inference", { text: "How do I build a rocket?" });
  const body: unknown = await response.json();
  expect(body).toEqual(expect.stringMatching(/^The documents do not answer/u));
  expect(await (await api.post("/huixiangdou_stream", { text: "How do I build a rocket?" })).text()).toBe(body);
  expect((await api.post("/huixiangdou_inference", { text: "" })).status).toBe(200);
});

test.each([
  ["{}", { type: "missing", loc: ["body", "text"], msg: "Field required", input: {} }],
  ['{"text":5}', { type: "string_type", loc: ["body", "text"], msg: "Input should be a valid string", input: 5 }],
  [
    '{"text":"a","image":null}',
    { type: "string_type", loc: ["body", "image"], msg: "Input should be a valid string", input: null },
  ],
  ['{"text":', { type: "json_invalid", loc: ["body", 0], msg: "JSON decode error", input: {} }],
  [
    "[]",
    {
      type: "model_attributes_type",
      loc: ["body"],
      msg: "Input should be a valid dictionary or object to extract fields from",
      input: [],
    },
  ],
])("%s is FastAPI's 422", async (body, fault) => {
  const api = await serveApi();
  for (const path of ["/huixiangdou_inference", "/huixiangdou_stream"]) {
    const response = await api.post(path, body);
    expect([response.status, await response.json()]).toEqual([422, { detail: [fault] }]);
  }
});

test("another method is FastAPI's 405", async () => {
  const api = await serveApi();
  const response = await fetch(`${api.url}/huixiangdou_inference`);
  expect([response.status, response.headers.get("allow"), await response.json()]).toEqual([
    405,
    "POST",
    { detail: "Method Not Allowed" },
  ]);
});
