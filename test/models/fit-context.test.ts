import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatMessage } from "../../src/core/model.ts";
import { alternateWithoutSystem } from "../../src/models/alternation.ts";
import { fitContext, fitsAlone } from "../../src/models/fit-context.ts";
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

const message = fc.record({
  role: fc.constantFrom("system" as const, "user" as const, "assistant" as const),
  content: fc.string({ unit: fc.constantFrom("字", "a", " "), maxLength: 40 }),
});
const bounds = fc.record({ maxTokens: fc.integer({ min: 1, max: 300 }), maxChars: fc.integer({ min: 1, max: 300 }) });

function split(messages: readonly ChatMessage[]): { system: ChatMessage[]; turns: ChatMessage[] } {
  return {
    system: messages.filter(({ role }) => role === "system"),
    turns: messages.filter(({ role }) => role !== "system"),
  };
}

/** Two more for each message: the blank line that may join it to its neighbour. */
function charsOf(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + content.length + 2, 0);
}

test("what remains is every instruction and an end of the turns that begins with the user", () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), bounds, (messages, given) => {
      const before = split(messages);
      const after = split(fitContext(messages, given).messages);
      expect(after.system).toEqual(before.system);
      expect(after.turns).toEqual(before.turns.slice(before.turns.length - after.turns.length));
      expect(after.turns.at(-1)).toEqual(before.turns.at(-1));
      if (after.turns.length > 1) expect(after.turns[0]?.role).toBe("user");
    }),
  );
});

test("messages that are joined with a blank line are within the bound of characters too", () => {
  const messages: ChatMessage[] = [
    { role: "system", content: "s".repeat(100) },
    { role: "user", content: "h".repeat(1000) },
    { role: "assistant", content: "a".repeat(1000) },
    { role: "user", content: "q".repeat(2700) },
  ];
  for (const maxChars of [4799, 4800, 4801, 4802]) {
    const { messages: kept } = fitContext(messages, { maxTokens: 1_000_000, maxChars });
    const sent = alternateWithoutSystem(kept).reduce((sum, { content }) => sum + content.length, 0);
    expect(sent).toBeLessThanOrEqual(maxChars);
  }
});

test("it is within its bounds whenever anything can be, and no whole turn more would be", () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 12 }), bounds, (messages, given) => {
      const { messages: kept, dropped } = fitContext(messages, given);
      const within = (some: ChatMessage[]): boolean =>
        estimatePromptTokens(some) <= given.maxTokens && charsOf(some) <= given.maxChars;
      const { system, turns } = split(messages);
      expect(fitsAlone(messages, given)).toBe(within([...system, ...turns.slice(-1)]));
      if (fitsAlone(messages, given)) expect(within(kept)).toBe(true);
      else expect(split(kept).turns).toEqual(turns.slice(-1));
      const longer = Array.from({ length: dropped }, (_, first) => turns.slice(first)).filter(
        ([first]) => first?.role === "user",
      );
      for (const more of longer) expect(within([...system, ...more])).toBe(false);
    }),
  );
});
