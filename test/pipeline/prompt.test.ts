import { expect, test } from "vitest";
import type { HistoryTurn } from "../../src/core/message.ts";
import { buildPrompt } from "../../src/pipeline/prompt.ts";

function rolesAfter(...roles: HistoryTurn["role"][]): string {
  const history = roles.map((role, place): HistoryTurn => ({ role, content: `${role} ${place}` }));
  const messages = buildPrompt({ question: "押金怎么退？", history, material: [], language: "zh", nonce: "n0nce" });
  return messages.map(({ role }) => role[0]).join("");
}

test("roles alternate whatever the history holds", () => {
  expect(rolesAfter()).toBe("su");
  expect(rolesAfter("user", "assistant")).toBe("suau");
  expect(rolesAfter("user", "user", "assistant", "user")).toBe("suau");
  expect(rolesAfter("assistant", "assistant", "user", "assistant", "assistant")).toBe("suau");
  expect(rolesAfter("user")).toBe("su");
});

test("six turns at most are handed on, beginning with a question", () => {
  const turns = Array.from({ length: 9 }, () => ["user", "assistant"] as const).flat();
  expect(rolesAfter(...turns)).toBe("suauauau");
  expect(rolesAfter("assistant", ...turns)).toBe("suauauau");
});
