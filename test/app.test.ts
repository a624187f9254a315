import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAssistant, type AskResult } from "../src/app.ts";
import { loadConfig } from "../src/config/load.ts";

const QUESTION = "退宿要提前几个工作日申请？";
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const signal = new AbortController().signal;
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xianheng-app-"));
  await mkdir(join(folder, "docs"));
  await writeFile(
    join(folder, "docs", "公寓.md"),
    "# 公寓\n\n## 退宿\n\n退宿须提前 3 个工作日发邮件申请。押金收据请保管好。\n\n## 入住\n\n入住当天请带身份证到前台办理。\n",
  );
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Asks once with a stand-in model that gives this score; counts the calls that asked for one and the others. */
async function ask({ gate, score }: { gate: string; score: string }): Promise<{ result: AskResult; calls: string[] }> {
  await writeFile(
    join(folder, "config.ini"),
    `[corpus]\npaths = ["docs"]\n[gate]\n${gate}\n[[llm]]\nprovider = "vllm"\nmodel = "m"\nstream = false\n`,
  );
  const calls: string[] = [];
  const config = await loadConfig({ cwd: folder, env: {} });
  const assistant = createAssistant({
    config,
    workDir: join(folder, "workdir"),
    logger: silent,
    locale: "zh",
    fetch: async (_input, init) => {
      const isJudge = typeof init?.body === "string" && init.body.includes('"response_format"');
      calls.push(isJudge ? "judge" : "answer");
      const content = isJudge ? score : "退宿须提前 3 个工作日发邮件申请。[1]";
      return Response.json({
        choices: [{ message: { role: "assistant", content }, finish_reason: "stop" }],
        usage: { prompt_tokens: 50, completion_tokens: 5 },
      });
    },
  });
  try {
    if (!(await assistant.hasIndex())) await assistant.ingest({}, signal);
    return { result: await assistant.ask(QUESTION, {}, signal), calls };
  } finally {
    await assistant.close();
  }
}

test('with judge = "never" an ask makes one call of the model', async () => {
  const { result, calls } = await ask({ gate: 'judge = "never"', score: '{"score":0}' });
  expect(result.outcome.kind).toBe("answered");
  expect(result.judged).toBeUndefined();
  expect(calls).toEqual(["answer"]);
});

test('with judge = "always" the model decides, and what came of it is told', async () => {
  const spoken = await ask({ gate: 'judge = "always"', score: '{"score":9}' });
  expect(spoken.result.outcome.kind).toBe("answered");
  expect(spoken.result.judged).toEqual({
    score: 9,
    speaks: true,
    model: "vllm/m",
    usage: { prompt: 50, completion: 5 },
  });
  expect(spoken.calls).toEqual(["judge", "answer"]);
  const quiet = await ask({ gate: 'judge = "always"', score: '{"score":2}' });
  expect(quiet.result.outcome).toEqual({ kind: "declined", reason: "unanswerable" });
  expect(quiet.calls).toEqual(["judge"]);
});

test("with judge_per_hour = 0 nobody is asked to judge", async () => {
  const { result, calls } = await ask({ gate: 'judge = "always"\njudge_per_hour = 0', score: '{"score":0}' });
  expect(result.outcome.kind).toBe("answered");
  expect(calls).toEqual(["answer"]);
});
