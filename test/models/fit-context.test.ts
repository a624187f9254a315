import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatMessage } from "../../src/core/model.ts";
import { fitContext } from "../../src/models/fit-context.ts";
import { estimatePromptTokens, estimateTokens } from "../../src/models/token-estimate.ts";

test.each([
  ["", 0],
  ["退公寓", 3],
  ["four plain English words", 6],
  ["用 max_tokens 参数", 6],
  ["。，！ ...", 0],
  ["x".repeat(4000), 1000],
])("tokens of %j are about %i", (text, tokens) => {
  expect(estimateTokens(text)).toBe(tokens);
});

test("a megabyte is counted quickly", () => {
  expect(estimateTokens("字a ".repeat(300_000))).toBeCloseTo(690_000, -1);
});

test("system and question stay, the oldest turns go first", () => {
  const messages: ChatMessage[] = [
    { role: "system", content: "s" },
    { role: "user", content: "一".repeat(100) },
    { role: "assistant", content: "二".repeat(100) },
    { role: "user", content: "三".repeat(10) },
    { role: "assistant", content: "四".repeat(10) },
    { role: "user", content: "问" },
  ];
  const { messages: kept, dropped } = fitContext(messages, { maxTokens: 60 });
  expect(kept.map(({ content }) => content[0])).toEqual(["s", "三", "四", "问"]);
  expect(dropped).toBe(2);
});

test("an answer never stands without its question", () => {
  const messages: ChatMessage[] = [
    { role: "user", content: "一".repeat(100) },
    { role: "assistant", content: "二" },
    { role: "user", content: "问" },
  ];
  expect(fitContext(messages, { maxTokens: 50 }).messages).toEqual(messages.slice(2));
});

test("a question that is too long by itself is left whole", () => {
  const messages: ChatMessage[] = [
    { role: "user", content: "旧" },
    { role: "user", content: "问".repeat(100) },
  ];
  expect(fitContext(messages, { maxTokens: 10 }).messages).toEqual(messages.slice(1));
});

test("history fits the room, keeps its order and its newest turns", () => {
  const message = fc.record({
    role: fc.constantFrom("user" as const, "assistant" as const),
    content: fc.string({ unit: fc.constantFrom("字", "a", " "), maxLength: 40 }),
  });
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 300 }),
      (messages, room) => {
        const { messages: kept, dropped } = fitContext(messages, { maxTokens: room });
        expect(kept).toEqual(messages.slice(dropped));
        expect(kept.length === 1 || estimatePromptTokens(kept) <= room).toBe(true);
      },
    ),
  );
});
