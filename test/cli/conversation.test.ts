import { expect, test } from "vitest";
import { remember, type Conversation } from "../../src/cli/conversation.ts";
import type { Outcome } from "../../src/core/outcome.ts";

const answered = (extra: object = {}): Outcome => ({
  kind: "answered",
  answer: "三天。[1]",
  citations: [],
  model: "m/x",
  usage: { prompt: 1, completion: 1 },
  ...extra,
});

test("keeps a question with its answer, and one that was asked in vain", () => {
  const conversation: Conversation = { history: [], lastCitations: undefined };
  remember(conversation, "要几天？", answered());
  remember(conversation, "可以养猫吗？", { kind: "declined", reason: "unanswerable" });
  remember(conversation, "哈哈", { kind: "declined", reason: "not-a-question" });
  expect(conversation.history.map(({ content }) => content)).toEqual(["要几天？", "三天。[1]", "可以养猫吗？"]);
});

test("forgets everything when the gateway asks for it", () => {
  const conversation: Conversation = { history: [], lastCitations: undefined };
  remember(conversation, "要几天？", answered());
  remember(conversation, "那这个呢？", answered({ clearHistory: true }));
  expect(conversation.history).toEqual([]);
});
