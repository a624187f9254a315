import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { ChatModel, ChatRequest } from "../../src/core/model.ts";
import { createFallbackModel } from "../../src/models/fallback.ts";
import { createScriptedModel } from "../../src/models/scripted.ts";
import { createJumpingClock } from "./stand-in/clocks.ts";

const QUESTION: ChatRequest = { messages: [{ role: "user", content: "?" }] };
const never = new AbortController().signal;
const down = new AppError("model_unreachable", "down", { retryable: true });

test("asks in order until one answers, and tells of each failure", async () => {
  const failures: unknown[] = [];
  const model = createFallbackModel(
    [
      createScriptedModel({ id: "a/1", script: [down] }),
      createScriptedModel({ id: "b/2", script: ["from b"] }),
      createScriptedModel({ id: "c/3", script: ["from c"] }),
    ],
    { clock: createJumpingClock(), onFallback: ({ model: id, error, next }) => failures.push([id, error.code, next]) },
  );
  expect(await model.complete(QUESTION, never)).toMatchObject({ text: "from b", model: "b/2" });
  expect(failures).toEqual([["a/1", "model_unreachable", "b/2"]]);
});

test("leaves out a model that keeps failing until it has cooled down", async () => {
  const clock = createJumpingClock();
  const first = createScriptedModel({ id: "a/1", script: [down, down, down, "back"] });
  const model = createFallbackModel([first, createScriptedModel({ id: "b/2", script: ["b"] })], { clock });
  for (let call = 0; call < 5; call += 1) {
    expect((await model.complete(QUESTION, never)).text).toBe("b");
  }
  expect(first.requests).toHaveLength(3);
  await clock.sleep(30_000);
  expect((await model.complete(QUESTION, never)).text).toBe("back");
});

test("a refused request says nothing about the model's health", async () => {
  const first = createScriptedModel({ script: [new AppError("model_rejected_request", "too long")] });
  const model = createFallbackModel([first], { clock: createJumpingClock() });
  for (let call = 0; call < 5; call += 1) {
    await expect(model.complete(QUESTION, never)).rejects.toMatchObject({ code: "model_rejected_request" });
  }
  expect(first.requests).toHaveLength(5);
});

test("the last error is thrown when every model failed, also while they are left out", async () => {
  const last = new AppError("model_unauthorised", "check B_KEY");
  const models = [createScriptedModel({ script: [down] }), createScriptedModel({ script: [last] })];
  const model = createFallbackModel(models, { clock: createJumpingClock() });
  for (let call = 0; call < 5; call += 1) {
    await expect(model.complete(QUESTION, never)).rejects.toBe(last);
  }
  expect(models[1]?.requests).toHaveLength(3);
});

test("a cancelled call is not begun again elsewhere", async () => {
  const second = createScriptedModel({ script: ["b"] });
  const first = createScriptedModel({ script: [new AppError("aborted", "cancelled")] });
  const model = createFallbackModel([first, second], { clock: createJumpingClock() });
  await expect(model.complete(QUESTION, never)).rejects.toMatchObject({ code: "aborted" });
  expect(second.requests).toEqual([]);
});

test("a bug is not taken for a model that is down", async () => {
  const second = createScriptedModel({ script: ["b"] });
  const first = createScriptedModel({ script: [new TypeError("bug")] });
  const model = createFallbackModel([first, second], { clock: createJumpingClock() });
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
  const model = createFallbackModel([broken, second], { clock: createJumpingClock() });
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
  const model = createFallbackModel([whole], { clock: createJumpingClock() });
  const shown: string[] = [];
  await model.stream?.(QUESTION, (text) => shown.push(text), never);
  expect(shown).toEqual(["whole reply"]);
});
