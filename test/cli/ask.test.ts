import { expect, test } from "vitest";
import type { AskResult, IngestReport } from "../../src/app.ts";
import { runAsk } from "../../src/cli/ask.ts";
import { AppError } from "../../src/core/errors.ts";
import { createCommandRun } from "./command-fixture.ts";

const answered: AskResult = {
  outcome: {
    kind: "answered",
    answer: "提前三个工作日发邮件。[1]",
    citations: [
      {
        n: 1,
        source: "corpus/公寓.docx",
        title: "公寓指南",
        headings: ["公寓指南", "退房"],
        page: 3,
        quote: "提前三个工作日发邮件",
        chunkId: "c1",
      },
    ],
    model: "extractive",
    usage: { prompt: 4, completion: 3 },
  },
  scores: { question: 0.9, answerable: 0.8, threshold: 0.5 },
  timings: { retrieve: 3 },
  notes: ["the model failed"],
};

const declined: AskResult = {
  outcome: { kind: "declined", reason: "not-a-question" },
  scores: { question: 0.1, answerable: 0.2, threshold: 0.5 },
  timings: {},
  notes: [],
};

const report: IngestReport = {
  documents: { added: 2, updated: 0, unchanged: 0, removed: 0, failed: [] },
  chunks: 7,
  embedded: 7,
  seconds: 1,
  notes: [],
};

test("prints the answer, a blank line and one line a source", async () => {
  const { context, stdout, stderr } = await createCommandRun({
    assistant: { ask: async () => answered },
    locale: "zh",
  });
  expect(await runAsk(context, ["怎么", "退房"])).toBe(0);
  expect(stdout()).toBe("提前三个工作日发邮件。[1]\n\n[1] 公寓指南 › 退房（第 3 页） — corpus/公寓.docx\n");
  expect(stderr()).toBe("注意：the model failed\n");
});

test("prints exactly the documented JSON and no chunk ids", async () => {
  const { context, stdout } = await createCommandRun({ assistant: { ask: async () => answered }, json: true });
  expect(await runAsk(context, ["退房"])).toBe(0);
  expect(JSON.parse(stdout())).toEqual({
    outcome: "answered",
    answer: "提前三个工作日发邮件。[1]",
    citations: [
      {
        n: 1,
        source: "corpus/公寓.docx",
        title: "公寓指南",
        headings: ["公寓指南", "退房"],
        page: 3,
        quote: "提前三个工作日发邮件",
      },
    ],
    scores: { question: 0.9, answerable: 0.8, threshold: 0.5 },
    model: "extractive",
    tokens: { prompt: 4, completion: 3, total: 7 },
    timings: { retrieve: 3 },
  });
  expect(stdout().trimEnd().split("\n")).toHaveLength(1);
});

test("the JSON says when a model was asked to judge, and counts what that took", async () => {
  const usage = { prompt: 100, completion: 6 };
  const spoken: AskResult = { ...answered, judged: { score: 8, speaks: true, model: "openai/m", usage } };
  const silent: AskResult = { ...declined, judged: { score: undefined, speaks: false, model: "openai/m", usage } };
  const documents = [];
  for (const result of [spoken, silent]) {
    const { context, stdout } = await createCommandRun({ assistant: { ask: async () => result }, json: true });
    await runAsk(context, ["退房"]);
    documents.push(JSON.parse(stdout()));
  }
  expect(documents).toMatchObject([
    { judge: { score: 8, speaks: true, model: "openai/m" }, tokens: { prompt: 104, completion: 9, total: 113 } },
    { judge: { score: null, speaks: false }, tokens: { prompt: 100, completion: 6, total: 106 }, answer: "" },
  ]);
});

test("stays silent on stdout when it declines, and says why on stderr", async () => {
  const { context, stdout, stderr } = await createCommandRun({ assistant: { ask: async () => declined } });
  expect(await runAsk(context, ["nice weather"])).toBe(3);
  expect(stdout()).toBe("");
  expect(stderr()).toContain("not-a-question");
});

test("a declined question has an empty answer and no citations in JSON", async () => {
  const { context, stdout } = await createCommandRun({ assistant: { ask: async () => declined }, json: true });
  expect(await runAsk(context, ["nice weather"])).toBe(3);
  expect(JSON.parse(stdout())).toMatchObject({
    outcome: "declined",
    reason: "not-a-question",
    answer: "",
    citations: [],
    tokens: { total: 0 },
  });
});

test("a fault is an outcome of its own with exit code 1", async () => {
  const ask = async () => {
    throw new AppError("index_stale", "The index was built with another model: run xianheng ingest.");
  };
  const { context, stdout, stderr } = await createCommandRun({ assistant: { ask }, json: true, locale: "zh" });
  expect(await runAsk(context, ["退房"])).toBe(1);
  expect(JSON.parse(stdout())).toMatchObject({ outcome: "failed", reason: "index_stale", answer: "", scores: null });
  expect(stderr()).toMatch(/^错误：索引与当前设置不符/);
});

test("a work folder that cannot be made has its JSON document and the exit code of a wrong setting", async () => {
  const ingest = async () => {
    throw new AppError("config_invalid", "The index folder /x cannot be written.");
  };
  const { context, stdout, stderr } = await createCommandRun({
    json: true,
    assistant: { hasIndex: async () => false, ingest },
  });
  expect(await runAsk(context, ["退房"])).toBe(2);
  expect(JSON.parse(stdout())).toMatchObject({ outcome: "failed", reason: "config_invalid", answer: "" });
  expect(stderr()).toContain("Error: The index folder /x cannot be written.");
});

test("a bug is not dressed up as an outcome", async () => {
  const ask = async () => {
    throw new TypeError("x is undefined");
  };
  const { context } = await createCommandRun({ assistant: { ask }, json: true });
  await expect(runAsk(context, ["退房"])).rejects.toThrow(TypeError);
});

test("indexes first when there is no index, and says so on stderr only", async () => {
  const calls: string[] = [];
  const { context, stdout, stderr } = await createCommandRun({
    json: true,
    assistant: {
      hasIndex: async () => false,
      ingest: async () => {
        calls.push("ingest");
        return report;
      },
      ask: async () => {
        calls.push("ask");
        return declined;
      },
    },
  });
  await runAsk(context, ["q"]);
  expect(calls).toEqual(["ingest", "ask"]);
  expect(stdout().trimEnd().split("\n")).toHaveLength(1);
  expect(stderr()).toContain("Chunks: 7");
});

test("says nothing about indexing and notes when it is quiet", async () => {
  const { context, stderr } = await createCommandRun({
    quiet: true,
    assistant: { hasIndex: async () => false, ingest: async () => report, ask: async () => answered },
  });
  await runAsk(context, ["q"]);
  expect(stderr()).toBe("");
});

test.each([[[]], [[""]], [["  ", "\t"]], [["\u0000"]]])("refuses a question without words: %j", async (words) => {
  const { context } = await createCommandRun();
  await expect(runAsk(context, words)).rejects.toMatchObject({ code: "usage" });
});

test("refuses a question of more than 8,000 characters before anything is loaded", async () => {
  const { context } = await createCommandRun();
  await expect(runAsk(context, ["问".repeat(8001)])).rejects.toThrow(/8001/);
});

test("hands on a question with broken surrogates as well-formed text", async () => {
  let asked = "";
  const ask = async (question: string) => {
    asked = question;
    return declined;
  };
  const { context } = await createCommandRun({ assistant: { ask } });
  await runAsk(context, ["退房\uD800怎么办\u0000"]);
  expect(asked).toBe("退房\uFFFD怎么办");
});

test("does not let an answer drive the terminal", async () => {
  const ask = async (): Promise<AskResult> => ({
    ...answered,
    outcome: {
      kind: "answered",
      answer: "a\u001B[2Jb\u009Bc\r",
      citations: [],
      model: "extractive",
      usage: { prompt: 0, completion: 0 },
    },
  });
  const { context, stdout } = await createCommandRun({ assistant: { ask } });
  await runAsk(context, ["q"]);
  expect(stdout()).toBe("a[2Jbc\n");
});

test("an interrupted question prints nothing and throws the interruption on", async () => {
  const { context, stdout, interrupt } = await createCommandRun({
    json: true,
    assistant: {
      ask: async () => {
        interrupt.abort();
        throw new AppError("aborted", "The question was aborted.");
      },
    },
  });
  await expect(runAsk(context, ["q"])).rejects.toMatchObject({ code: "aborted" });
  expect(stdout()).toBe("");
});

test("words what happened to a model in the user's language, and says when the documents' own words stand in", async () => {
  const notes = ["model-failed: openai/m: openai/m refused the key (HTTP 401); check the key in the variable KEY"];
  const ask = async (): Promise<AskResult> => ({ ...answered, notes });
  const { context, stderr } = await createCommandRun({ locale: "zh", assistant: { ask } });
  expect(await runAsk(context, ["问题"])).toBe(0);
  expect(stderr()).toBe(
    "注意：大模型没能作答：openai/m refused the key (HTTP 401); check the key in the variable KEY。\n" +
      "注意：以下答案由文档原句组成。\n",
  );
});
