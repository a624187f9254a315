import { expect, test } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { Clock } from "../../src/core/runtime.ts";
import { createScriptedModel, type ScriptedStep } from "../../src/models/scripted.ts";
import { describeChatModel, type GatewayBehaviour } from "../conformance/chat-model.ts";
import { createJumpingClock, createManualClock } from "./stand-in/clocks.ts";

function stepFor(behaviour: GatewayBehaviour): ScriptedStep {
  switch (behaviour.kind) {
    case "answers":
    case "rate-limited-once":
      return behaviour.text;
    case "cut-at-length":
      return { text: behaviour.text, truncated: true };
    case "unauthorised":
      return new AppError("model_unauthorised", "no key");
    case "silent":
      return { text: "late", delayMs: 1e9 };
    case "empty":
    case "malformed":
      return "";
  }
}

describeChatModel({
  name: "scripted",
  open: async (behaviour) => {
    const clock: Clock = createManualClock();
    const model = createScriptedModel({ script: [stepFor(behaviour)], clock });
    return {
      model,
      asked: () => model.requests.map(({ messages }) => messages.map(({ content }) => content)),
      close: async () => undefined,
    };
  },
  skip: [
    {
      reason: "it is the script itself: nothing comes over a wire, is limited, repeated or trimmed",
      tests: [
        "refuses an empty reply",
        "refuses a reply that cannot be read",
        "tries again when it was limited",
        "sends broken surrogates as characters that JSON has",
        "leaves out old turns that do not fit, never the question",
      ],
    },
  ],
});

const never = new AbortController().signal;
const QUESTION = { messages: [{ role: "user" as const, content: "?" }] };

test("steps come in order and the last one stays", async () => {
  const model = createScriptedModel({ script: ["one", "two"] });
  const texts = [];
  for (let call = 0; call < 3; call += 1) {
    texts.push((await model.complete(QUESTION, never)).text);
  }
  expect(texts).toEqual(["one", "two", "two"]);
});

test("a function answers what it is asked, late and in the pieces it says", async () => {
  const clock = createJumpingClock();
  const model = createScriptedModel({
    script: (request, call) => ({ pieces: [`${call}:`, request.messages[0]?.content ?? ""], delayMs: 500 }),
    clock,
  });
  const pieces: string[] = [];
  const reply = await model.stream(QUESTION, (piece) => pieces.push(piece), never);
  expect(pieces).toEqual(["0:", "?"]);
  expect(reply.text).toBe("0:?");
  expect(clock.sleeps).toEqual([500]);
});
