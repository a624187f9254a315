import { expect, test } from "vitest";
import { pythonJson } from "../../src/http/huixiangdou/serial-steps.ts";
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

const FIRST = '{"state": "Init state", "response": "", "refs": []}';

test("the serial pipeline's inference is its states, the result last, and what is behind it", async () => {
  const api = await serveApi({}, { pipeline: "serial" });
  const response = await api.post("/huixiangdou_inference", { text: "如何退公寓？" });
  const refs = ["housing/move-out.md"];
  const step = [
    { state: "Init state", response: "", refs: [] },
    { state: "Init state", response: "", refs },
    { state: "success", response: ANSWER, refs },
  ];
  const debug = { scores: { question: 0.9, answerable: 0.8, threshold: 0.5 }, timings: { retrieve: 1.5, total: 3 } };
  expect(await response.text()).toBe(JSON.stringify({ step, debug }));
});

test("the serial pipeline's stream is all states so far, again and again, as Python writes JSON", async () => {
  const api = await serveApi({}, { pipeline: "serial" });
  const response = await api.post("/huixiangdou_stream", { text: "如何退公寓？" });
  const escaped = ANSWER.replaceAll(/[^\0-\u007f]/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const second = '{"state": "Init state", "response": "", "refs": ["housing/move-out.md"]}';
  const last = `{"state": "success", "response": "${escaped}", "refs": ["housing/move-out.md"]}`;
  expect(await response.text()).toBe(
    `{"step": [${FIRST}]}{"step": [${FIRST}, ${second}]}{"step": [${FIRST}, ${second}, ${last}]}`,
  );
});

test.each([
  ["not-a-question", 1, /^query is not a question$/u],
  ["too-short", 1, /^Query length too short$/u],
  ["unrelated", 2, /^Topics unrelated to the knowledge base\./u],
  ["unanswerable", 2, /^Topics unrelated to the knowledge base\./u],
  ["unsupported", 2, /^Irrelevant answer\.$/u],
  ["unsafe", 2, /^Reply has a high relevance to prohibited topics\.$/u],
  ["quiet-hours", 2, /^Non-working hours\./u],
] as const)("%s ends the serial pipeline as its state %i", async (reason, count, state) => {
  const api = await serveApi(
    { ask: async () => ({ ...declinedTurn(), outcome: { kind: "declined", reason } }) },
    { pipeline: "serial" },
  );
  const body: unknown = await (await api.post("/huixiangdou_inference", { text: "如何退公寓？" })).json();
  const last = { state: expect.stringMatching(state), response: "", refs: [] };
  expect(body).toMatchObject({ step: [...(count === 2 ? [JSON.parse(FIRST)] : []), last] });
  const short: unknown = await (await api.post("/huixiangdou_inference", { text: " " })).json();
  expect(short).toMatchObject({ step: [{ state: "Query length too short" }], debug: { scores: null, timings: {} } });
});

test("characters beyond the first plane are two escapes, as Python writes them", () => {
  expect(pythonJson({ a: ["😀", 1, null, true, {}] })).toBe('{"a": ["\\ud83d\\ude00", 1, null, true, {}]}');
});
