import { expect, test } from "vitest";
import { ANSWER, answeredTurn, PIECES, serveApi, type Api } from "./api-fixture.ts";

/** What chat interfaces send when they are pointed at `…/v1`, as their own code builds it. */

const QUESTION = "如何退公寓？";
const NOTICE = /^[^\n{]+$/u;

async function complete(
  api: Api,
  body: object,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const response = await api.post("/v1/chat/completions", { model: "xianheng", ...body }, headers);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return Object.fromEntries(Object.entries(JSON.parse(text)));
}

async function streamed(api: Api, body: object): Promise<{ text: string; chunks: Chunk[] }> {
  const response = await api.post("/v1/chat/completions", { model: "xianheng", stream: true, ...body });
  expect(response.status).toBe(200);
  const lines = (await response.text()).split("\n\n").filter((line) => line !== "");
  expect(lines.at(-1)).toBe("data: [DONE]");
  const chunks = lines.slice(0, -1).map((line): Chunk => JSON.parse(line.slice("data: ".length)));
  return { chunks, text: chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("") };
}

interface Chunk {
  choices: { delta: { content?: string }; finish_reason: string | null }[];
  usage?: object | null;
  xianheng?: object;
}

const textOf = (completion: Record<string, unknown>): unknown =>
  Object.entries(Object(completion["choices"])[0].message).find(([name]) => name === "content")?.[1];

test("Open WebUI lists the models and chats: extra fields, nulls and stream options are taken", async () => {
  const api = await serveApi({}, { apiKeys: "k1" });
  const headers = { authorization: "Bearer k1", "x-openwebui-user-id": "u1", "x-openwebui-chat-id": "c1" };
  const models: unknown = await (await fetch(`${api.url}/v1/models`, { headers })).json();
  expect(models).toMatchObject({ object: "list", data: [{ id: "xianheng", object: "model" }] });
  const response = await api.post(
    "/v1/chat/completions",
    {
      stream: true,
      model: "xianheng",
      messages: [
        { role: "system", content: "User Context:\n\nName: Kong" },
        { role: "user", content: QUESTION },
      ],
      stream_options: { include_usage: true },
      max_tokens: null,
      stop: null,
      seed: null,
      tool_ids: [],
      features: { web_search: false },
      metadata: { chat_id: "c1" },
    },
    headers,
  );
  expect([response.status, (await response.text()).includes("data: [DONE]")]).toEqual([200, true]);
  expect(api.asked).toMatchObject([{ question: QUESTION, options: { history: [] } }]);
});

const HISTORY = `### Chat History:\n<chat_history>\nUSER: ${QUESTION}\nASSISTANT: ${ANSWER}\n</chat_history>`;

test.each([
  ["a title", `### Task:\nGenerate a concise, 3-5 word title with an emoji.\n### Output:\nJSON format: {}\n${HISTORY}`],
  ["tags", `### Task:\nGenerate 1-3 broad tags of the chat.\n### Output:\nJSON format: {}\n${HISTORY}`],
  ["next questions", `### Task:\nSuggest 3-5 relevant follow-up questions.\n### Output:\nJSON format: {}\n${HISTORY}`],
  ["a web search", `### Task:\nAnalyze the chat history to determine the necessity of search queries.\n${HISTORY}`],
  ["a long title", `### Task:\nGenerate a concise title.\n${"x".repeat(9000)}\n${HISTORY}`],
])("Open WebUI's task of %s costs nothing and is one line without JSON", async (_what, content) => {
  const api = await serveApi();
  const messages = [{ role: "user", content }];
  const completion = await complete(api, { messages, stream: false, max_completion_tokens: 1000 });
  expect(textOf(completion)).toMatch(NOTICE);
  expect(completion).toMatchObject({
    usage: { total_tokens: 0 },
    xianheng: { outcome: "declined", reason: "not-a-question", citations: [] },
  });
  expect((await streamed(api, { messages })).text).toMatch(NOTICE);
  expect([api.asked, api.turns]).toEqual([[], []]);
});

test("Open WebUI's question about an attached file is the question", async () => {
  const api = await serveApi();
  const content = `### Task:\nRespond to the user query using the context.\n<context>x</context>\n<user_query>\n${QUESTION}\n</user_query>`;
  await complete(api, { messages: [{ role: "user", content }] });
  expect(api.asked).toMatchObject([{ question: QUESTION }]);
});

test("LobeChat: tools, plugins, penalties and picture parts beside the text are taken", async () => {
  const api = await serveApi();
  const { text, chunks } = await streamed(api, {
    messages: [
      { role: "system", content: "你是一个助手" },
      { role: "user", content: "你好" },
      {
        role: "assistant",
        content: "",
        tool_calls: [{ id: "t1", type: "function", function: { name: "a", arguments: "{}" } }],
      },
      { role: "tool", content: "{}", tool_call_id: "t1", name: "a" },
      {
        role: "user",
        content: [
          { type: "text", text: QUESTION },
          { type: "image_url", image_url: { url: "data:image/png;base64,AA==", detail: "auto" } },
        ],
      },
    ],
    temperature: 1,
    top_p: 1,
    frequency_penalty: 0,
    presence_penalty: 0,
    stream_options: { include_usage: true },
    tools: [{ type: "function", function: { name: "search", description: "d", parameters: {} } }],
    tool_choice: "auto",
    plugins: ["web"],
    user: "u1",
  });
  expect(text).toBe(PIECES.join(""));
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 18 } });
  expect(api.asked).toMatchObject([{ question: QUESTION, options: { history: [{ role: "user", content: "你好" }] } }]);
});

test.each([
  "你是一名擅长会话的助理，你需要将用户的会话总结为 10 个字以内的标题",
  "You are a professional conversation summarizer. Generate a concise title that captures the essence.",
  "You are an assistant skilled at conversations. You need to summarize the user's conversation into a title",
  "You're an assistant who's good at extracting key takeaways from conversations and summarizing them.",
])("titles that the system message asks for are no question: %s", async (content) => {
  const api = await serveApi();
  const messages = [
    { role: "system", content },
    { role: "user", content: `user: ${QUESTION}\nassistant: ${ANSWER}` },
  ];
  expect(textOf(await complete(api, { messages }))).toMatch(NOTICE);
  expect(api.asked).toEqual([]);
});

test("NextChat: its numbers are taken, the recap before the talk is none of it", async () => {
  const api = await serveApi();
  const { text } = await streamed(api, {
    messages: [
      { role: "system", content: "\nYou are ChatGPT, a large language model trained by OpenAI.\n" },
      { role: "system", content: "这是历史聊天总结作为前情提要：……" },
      { role: "user", content: QUESTION },
    ],
    temperature: 0.5,
    presence_penalty: 0,
    frequency_penalty: 0,
    top_p: 1,
  });
  expect(text).toBe(ANSWER);
  expect(api.asked).toMatchObject([{ question: QUESTION, options: { history: [] } }]);
});

test.each([
  ["user", "使用四到五个字直接返回这句话的简要主题，不要解释、不要标点、不要语气词、不要多余文本，不要加粗"],
  ["user", "Please generate a four to five word title summarizing our conversation without any lead-in."],
  ["system", "简要总结一下对话内容，用作后续的上下文提示 prompt，控制在 200 字以内"],
  ["system", "Summarize the discussion briefly in 200 words or less to use as a prompt for future context."],
])("NextChat's topic and summary (%s) are no question, although one stands before them", async (role, content) => {
  const api = await serveApi();
  const messages = [
    { role: "user", content: QUESTION },
    { role: "assistant", content: ANSWER },
    { role, content },
  ];
  const completion = await complete(api, { messages, stream: false });
  expect(completion).toMatchObject({ xianheng: { outcome: "declined" }, usage: { total_tokens: 0 } });
  expect(/\p{Script=Han}/u.test(String(textOf(completion)))).toBe(/\p{Script=Han}/u.test(content));
  expect(api.asked).toEqual([]);
});

test("a question that only sounds like such a task is asked", async () => {
  const api = await serveApi();
  for (const content of [
    "How do I generate a title page?",
    "任务 ### Task: 怎么写？",
    "周报怎么总结为 10 个字以内的标题？",
  ]) {
    await complete(api, { messages: [{ role: "user", content }] });
  }
  expect(api.asked.length).toBe(3);
});

const LIST = "\n\n[1] Moving out (housing/move-out.md)";

test("footnotes, where they are wanted, end the text in both modes; the pieces joined are the whole", async () => {
  const api = await serveApi({}, { footnotes: true });
  const messages = [{ role: "user", content: QUESTION }];
  expect(textOf(await complete(api, { messages }))).toBe(ANSWER + LIST);
  const { text, chunks } = await streamed(api, { messages });
  expect(text).toBe(ANSWER + LIST);
  expect(chunks.at(-1)).toMatchObject({ choices: [{ finish_reason: "stop" }], xianheng: { citations: [{ n: 1 }] } });
});

test("a footnote has its page; an answer without citations, or silence, has none", async () => {
  const turn = answeredTurn();
  const { outcome } = turn;
  if (outcome.kind !== "answered") throw new Error("not answered");
  const [citation] = outcome.citations;
  if (citation === undefined) throw new Error("no citation");
  const messages = [{ role: "user", content: QUESTION }];
  const cited = [citation, { ...citation, n: 2, page: 3, title: "Hand\nbook", source: "h.pdf" }];
  const paged = await serveApi(
    { ask: async () => ({ ...turn, outcome: { ...outcome, citations: cited } }) },
    { footnotes: true },
  );
  expect(textOf(await complete(paged, { messages }))).toBe(`${ANSWER}${LIST}\n[2] Hand book, p. 3 (h.pdf)`);
  const bare = await serveApi(
    { ask: async () => ({ ...turn, outcome: { ...outcome, citations: [] } }) },
    { footnotes: true },
  );
  expect(textOf(await complete(bare, { messages }))).toBe(ANSWER);
});
