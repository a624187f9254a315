import { PassThrough } from "node:stream";
import { expect, test, vi } from "vitest";
import type { AskResult } from "../../src/app.ts";
import { runChat } from "../../src/cli/chat.ts";
import { AppError } from "../../src/core/errors.ts";
import type { HistoryTurn } from "../../src/core/message.ts";
import { createCommandRun } from "./command-fixture.ts";
import type { CommandRunOptions } from "./command-fixture.ts";

function answer(text: string): AskResult {
  return {
    outcome: {
      kind: "answered",
      answer: text,
      citations: [{ n: 1, source: "a.md", title: "A", headings: ["A", "B"], quote: "first\nsecond", chunkId: "c" }],
      model: "extractive",
      usage: { prompt: 0, completion: 0 },
    },
    scores: undefined,
    timings: {},
    notes: [],
  };
}

const silence: AskResult = {
  outcome: { kind: "declined", reason: "unrelated" },
  scores: undefined,
  timings: {},
  notes: [],
};

/** Pipes lines into a conversation. */
async function converse(lines: string[], options: CommandRunOptions) {
  const run = await createCommandRun(options);
  const stdin = new PassThrough();
  stdin.end(lines.map((line) => `${line}\n`).join(""));
  const exitCode = await runChat(run.context, { stdin, stdout: new PassThrough() });
  return { exitCode, stdout: run.stdout(), stderr: run.stderr() };
}

test("streams each answer once and lists its sources", async () => {
  const { exitCode, stdout } = await converse(["q"], {
    assistant: {
      ask: async (_question, { onText }) => {
        onText?.("Hel");
        onText?.("lo [1]");
        return answer("Hello [1]");
      },
    },
  });
  expect(exitCode).toBe(0);
  expect(stdout).toBe("Hello [1]\n\n[1] A › B — a.md\n");
});

test("shows the whole answer when the review changed what was streamed", async () => {
  const { stdout } = await converse(["q"], {
    assistant: {
      ask: async (_question, { onText }) => {
        onText?.("Draft.");
        return answer("Checked. [1]");
      },
    },
  });
  expect(stdout).toContain("Draft.\n\nChecked. [1]\n");
});

test("hands on questions with and without answers, but no chit-chat, and forgets them on /clear", async () => {
  const histories: (HistoryTurn[] | undefined)[] = [];
  await converse(["one", "two", "thanks", "four", "/clear", "five"], {
    assistant: {
      ask: async (question, { history }) => {
        histories.push(history);
        if (question === "thanks") return { ...silence, outcome: { kind: "declined", reason: "not-a-question" } };
        return question === "two" ? silence : answer(`re ${question}`);
      },
    },
  });
  const first: HistoryTurn[] = [
    { role: "user", content: "one" },
    { role: "assistant", content: "re one" },
  ];
  const second: HistoryTurn[] = [...first, { role: "user", content: "two" }];
  expect(histories).toEqual([[], first, second, second, []]);
});

test("shows silence as one line with the reason and goes on", async () => {
  const { exitCode, stdout } = await converse(["hm", "hm"], { locale: "zh", assistant: { ask: async () => silence } });
  expect(exitCode).toBe(0);
  expect(stdout).toBe("（保持安静：问题与文档无关）\n（保持安静：问题与文档无关）\n");
});

test("says a fault and goes on", async () => {
  let calls = 0;
  const { exitCode, stdout, stderr } = await converse(["one", "two"], {
    assistant: {
      ask: async () => {
        if (++calls === 1) throw new AppError("timeout", "The gateway took longer than 60 s.");
        return answer("ok [1]");
      },
    },
  });
  expect(exitCode).toBe(0);
  expect(stderr).toContain("The gateway took longer than 60 s.");
  expect(stdout).toContain("ok [1]");
});

test("knows /sources, /help and /exit, and asks nothing about a command it does not know", async () => {
  const asked: string[] = [];
  const { stdout, stderr } = await converse(["/sources", "q", "/sources", "/help", "/nope", "", "/exit", "later"], {
    assistant: {
      ask: async (question) => {
        asked.push(question);
        return answer("ok [1]");
      },
    },
  });
  expect(asked).toEqual(["q"]);
  expect(stdout).toContain("There is no answer yet.");
  expect(stdout).toContain("[1] A › B — a.md\n    first\n    second\n");
  expect(stdout).toContain("/clear");
  expect(stderr).toContain("/nope");
});

test("prints one JSON document a line with --json", async () => {
  const { stdout } = await converse(["a", "b"], { json: true, assistant: { ask: async () => silence } });
  const outcomes = stdout
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(outcomes).toEqual([
    expect.objectContaining({ outcome: "declined" }),
    expect.objectContaining({ outcome: "declined" }),
  ]);
});

test("refuses a line of more than 8,000 characters and goes on", async () => {
  const { stdout, stderr } = await converse(["x".repeat(8001), "q"], {
    assistant: { ask: async () => answer("ok [1]") },
  });
  expect(stderr).toContain("8001");
  expect(stdout).toContain("ok [1]");
});

test("ends when it is interrupted while it waits for a line", async () => {
  const { context, interrupt } = await createCommandRun({});
  const stdin = new PassThrough();
  const chat = runChat(context, { stdin, stdout: new PassThrough() });
  const ended = expect(chat).rejects.toMatchObject({ name: "AbortError" });
  await vi.waitFor(() => expect(stdin.listenerCount("end")).toBeGreaterThan(0));
  interrupt.abort();
  await ended;
});
