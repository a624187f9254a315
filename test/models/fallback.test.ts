import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { ChatModel, ChatRequest } from "../../src/core/model.ts";
import { createFallbackModel } from "../../src/models/fallback.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { settle } from "./stand-in/clocks.ts";

const QUESTION: ChatRequest = { messages: [{ role: "user", content: "?" }] };
const never = new AbortController().signal;
const COOL_DOWN_MS = 30_000;

// The breaker reads the time by itself.
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

const down = new AppError("model_unreachable", "down", { retryable: true });

test("asks in order until one answers, and tells of each failure", async () => {
  const failures: unknown[] = [];
  const model = createFallbackModel(
    [
      createScriptedModel({ id: "a/1", script: [down] }),
      createScriptedModel({ id: "b/2", script: ["from b"] }),
      createScriptedModel({ id: "c/3", script: ["from c"] }),
    ],
    { onFallback: ({ model: id, error, next }) => failures.push([id, error.code, next]) },
  );
  expect(await model.complete(QUESTION, never)).toMatchObject({ text: "from b", model: "b/2" });
  expect(failures).toEqual([["a/1", "model_unreachable", "b/2"]]);
});

test("leaves out a model that keeps failing until it has cooled down", async () => {
  const first = createScriptedModel({ id: "a/1", script: [down, down, down, "back"] });
  const model = createFallbackModel([first, createScriptedModel({ id: "b/2", script: ["b"] })]);
  for (let call = 0; call < 5; call += 1) {
    expect((await model.complete(QUESTION, never)).text).toBe("b");
  }
  expect(first.requests).toHaveLength(3);
  vi.setSystemTime(Date.now() + COOL_DOWN_MS);
  expect((await model.complete(QUESTION, never)).text).toBe("back");
});

test("a refused request says nothing about the model's health", async () => {
  const first = createScriptedModel({ script: [new AppError("model_rejected_request", "too long")] });
  const model = createFallbackModel([first]);
  for (let call = 0; call < 5; call += 1) {
    await expect(model.complete(QUESTION, never)).rejects.toMatchObject({ code: "model_rejected_request" });
  }
  expect(first.requests).toHaveLength(5);
});

test("the last error is thrown when every model failed, also while they are left out", async () => {
  const last = new AppError("model_unauthorised", "check B_KEY");
  const models = [createScriptedModel({ script: [down] }), createScriptedModel({ script: [last] })];
  const model = createFallbackModel(models);
  for (let call = 0; call < 5; call += 1) {
    await expect(model.complete(QUESTION, never)).rejects.toBe(last);
  }
  expect(models[1]?.requests).toHaveLength(3);
});

test("a cancelled call is not begun again elsewhere", async () => {
  const second = createScriptedModel({ script: ["b"] });
  const first = createScriptedModel({ script: [new AppError("aborted", "cancelled")] });
  const model = createFallbackModel([first, second]);
  await expect(model.complete(QUESTION, never)).rejects.toMatchObject({ code: "aborted" });
  expect(second.requests).toEqual([]);
});

test("a bug is not taken for a model that is down", async () => {
  const second = createScriptedModel({ script: ["b"] });
  const first = createScriptedModel({ script: [new TypeError("bug")] });
  const model = createFallbackModel([first, second]);
  await expect(model.complete(QUESTION, never)).rejects.toThrow("bug");
  expect(second.requests).toEqual([]);
});

test("a stream of which something was shown is not begun again elsewhere", async () => {
  const second = createScriptedModel({ script: ["b"] });
  const broken = {
    ...createScriptedModel({ script: ["a"] }),
    stream: (_request: ChatRequest, onText: (text: string) => void) => {
      onText("half");
      return Promise.reject(new AppError("model_unreachable", "cut"));
    },
  };
  const model = createFallbackModel([broken, second]);
  const shown: string[] = [];
  await expect(model.stream?.(QUESTION, (text) => shown.push(text), never)).rejects.toMatchObject({ message: "cut" });
  expect(shown).toEqual(["half"]);
  expect(second.requests).toEqual([]);
});

test("a model that cannot stream hands its reply on as one piece", async () => {
  const scripted = createScriptedModel({ script: ["whole reply"] });
  const whole: ChatModel = {
    id: scripted.id,
    limits: scripted.limits,
    complete: (request, signal) => scripted.complete(request, signal),
  };
  const model = createFallbackModel([whole]);
  const shown: string[] = [];
  await model.stream?.(QUESTION, (text) => shown.push(text), never);
  expect(shown).toEqual(["whole reply"]);
});

test("only failures in a row count", async () => {
  const script = [down, down, "a", down, down, "a"];
  const first = createScriptedModel({ script });
  const model = createFallbackModel([first, createScriptedModel({ script: ["b"] })]);
  const texts: string[] = [];
  for (const _ of script) texts.push((await model.complete(QUESTION, never)).text);
  expect(texts).toEqual(["b", "b", "a", "b", "b", "a"]);
});

test("one call at a time tries a model again; the others go on to the next one", async () => {
  let answer: ((error: AppError) => void) | undefined;
  let calls = 0;
  const first: ChatModel = {
    ...createScriptedModel({ id: "a/1", script: [] }),
    complete: () => {
      calls += 1;
      return calls <= 3 ? Promise.reject(down) : new Promise((_resolve, reject) => (answer = reject));
    },
  };
  const model = createFallbackModel([first, createScriptedModel({ id: "b/2", script: ["b"] })]);
  for (let call = 0; call < 3; call += 1) await model.complete(QUESTION, never);
  vi.setSystemTime(Date.now() + COOL_DOWN_MS);
  const probe = model.complete(QUESTION, never);
  await settle();
  expect((await model.complete(QUESTION, never)).text).toBe("b");
  expect(calls).toBe(4);
  answer?.(down);
  expect((await probe).text).toBe("b");
  expect((await model.complete(QUESTION, never)).text).toBe("b");
  expect(calls).toBe(4);
});

test.each([
  ["cancelled", new AppError("aborted", "cancelled")],
  ["refused", new AppError("model_rejected_request", "too long")],
])(
  "a %s try leaves the next call its own, and one more failure shuts the model out at once",
  async (_name, neither) => {
    const first = createScriptedModel({ id: "a/1", script: [down, down, down, neither, down, "back"] });
    const model = createFallbackModel([first, createScriptedModel({ id: "b/2", script: ["b"] })]);
    for (let call = 0; call < 3; call += 1) await model.complete(QUESTION, never);
    vi.setSystemTime(Date.now() + COOL_DOWN_MS);
    await model.complete(QUESTION, never).catch(() => undefined);
    expect((await model.complete(QUESTION, never)).text).toBe("b");
    expect(first.requests).toHaveLength(5);
    expect((await model.complete(QUESTION, never)).text).toBe("b");
    expect(first.requests).toHaveLength(5);
    vi.setSystemTime(Date.now() + COOL_DOWN_MS);
    expect((await model.complete(QUESTION, never)).text).toBe("back");
  },
);
