import { expect, test } from "vitest";
import type { EndedTurn } from "../../src/core/ask-document.ts";
import type { TurnOptions } from "../../src/http/api-functions.ts";
import { pythonJson } from "../../src/http/huixiangdou/serial-steps.ts";
import { answeredTurn, ANSWER, declinedTurn, PIECES, serveApi, type Api } from "./api-fixture.ts";

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

/** Each step of our own is told as the turn runs. */
async function steppedTurn(ended: EndedTurn, { onStep }: TurnOptions): Promise<EndedTurn> {
  for (const name of ["detect-question", "rewrite", "retrieve", "reject", "answer"]) onStep?.(name, 1);
  return ended;
}

const serial = async (ended: EndedTurn): Promise<Api> =>
  serveApi({ ask: async (_question, options) => steppedTurn(ended, options) }, { pipeline: "serial" });
const LOOKED_UP = { state: "Init state", response: "", refs: [] };
const ANSWERED = { state: "success", response: ANSWER, refs: ["housing/move-out.md"] };

test("the serial pipeline's inference is its states, the result last, and what is behind it", async () => {
  const api = await serial(answeredTurn());
  const response = await api.post("/huixiangdou_inference", { text: "如何退公寓？" });
  const debug = { scores: { question: 0.9, answerable: 0.8, threshold: 0.5 }, timings: { retrieve: 1.5, total: 3 } };
  expect(await response.text()).toBe(JSON.stringify({ step: [LOOKED_UP, ANSWERED], debug }));
});

test("the serial pipeline's stream is all states so far, again and again, as Python writes JSON", async () => {
  const api = await serial(answeredTurn());
  const response = await api.post("/huixiangdou_stream", { text: "如何退公寓？" });
  const first = '{"state": "Init state", "response": "", "refs": []}';
  const escaped = ANSWER.replaceAll(/[^\0-\u007f]/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const last = `{"state": "success", "response": "${escaped}", "refs": ["housing/move-out.md"]}`;
  expect(await response.text()).toBe(`{"step": [${first}]}{"step": [${first}, ${last}]}`);
});

test.each([
  ["not-a-question", "query is not a question"],
  ["too-short", "Query length too short"],
  ["unrelated", /^Topics unrelated to the knowledge base\./u],
  ["unanswerable", /^Topics unrelated to the knowledge base\./u],
  ["unsupported", "Irrelevant answer."],
  ["unsafe", "Reply has a high relevance to prohibited topics."],
  ["quiet-hours", /^Non-working hours\./u],
] as const)("%s is a state of the serial pipeline", async (reason, state) => {
  const api = await serveApi(
    { ask: async () => ({ ...declinedTurn(), outcome: { kind: "declined", reason } }) },
    { pipeline: "serial" },
  );
  const body: unknown = await (await api.post("/huixiangdou_inference", { text: "如何退公寓？" })).json();
  const stated = typeof state === "string" ? state : expect.stringMatching(state);
  expect(body).toMatchObject({ step: [{ state: stated, response: "", refs: [] }] });
  const short: unknown = await (await api.post("/huixiangdou_inference", { text: " " })).json();
  expect(short).toMatchObject({ step: [{ state: "Query length too short" }], debug: { scores: null, timings: {} } });
});

test("characters beyond the first plane are two escapes, as Python writes them", () => {
  expect(pythonJson({ a: ["😀", 1, null, true, {}] })).toBe('{"a": ["\\ud83d\\ude00", 1, null, true, {}]}');
});
