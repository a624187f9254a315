import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatMessage } from "../../src/core/model.ts";
import { alternate, alternateWithoutSystem } from "../../src/models/alternation.ts";

const message = fc.record({
  role: fc.constantFrom<ChatMessage["role"]>("system", "user", "assistant"),
  content: fc.string({ unit: "binary", maxLength: 12 }),
});
const conversation = fc
  .tuple(fc.array(message, { maxLength: 12 }), fc.string({ minLength: 1, maxLength: 8 }))
  .map(([messages, question]): ChatMessage[] => [...messages, { role: "user", content: `${question}?` }]);

test("turns are odd in number and user and assistant speak in turn, whatever comes in", () => {
  fc.assert(
    fc.property(conversation, (messages) => {
      const { turns } = alternate(messages);
      expect(turns.length % 2).toBe(1);
      turns.forEach(({ role, content }, index) => {
        expect(role).toBe(index % 2 === 0 ? "user" : "assistant");
        expect(content.trim()).not.toBe("");
        expect(content.isWellFormed()).toBe(true);
      });
    }),
  );
});

test("no word of the user and no system text is lost, and the last turn ends with the question", () => {
  fc.assert(
    fc.property(conversation, (messages) => {
      const { system, turns } = alternate(messages);
      const said = turns.filter(({ role }) => role === "user").map(({ content }) => content);
      for (const { role, content } of messages) {
        if (content.trim() === "" || role === "assistant") continue;
        const whole = role === "system" ? system : said.join("\n");
        expect(whole).toContain(content.toWellFormed());
      }
      expect(turns.at(-1)?.content.endsWith(messages.at(-1)?.content.toWellFormed() ?? "")).toBe(true);
    }),
  );
});

test("neighbours of one role are joined, an answer before any question is left out", () => {
  const turns = alternateWithoutSystem([
    { role: "system", content: "Be short." },
    { role: "assistant", content: "hello" },
    { role: "user", content: "a" },
    { role: "user", content: "b" },
    { role: "assistant", content: "c" },
    { role: "assistant", content: " " },
    { role: "user", content: "d" },
  ]);
  expect(turns).toEqual([
    { role: "user", content: "a\n\nb" },
    { role: "assistant", content: "c" },
    { role: "user", content: "Be short.\n\nd" },
  ]);
});

test("a request without a word of the user is refused before it is sent", () => {
  expect(() => alternate([{ role: "system", content: "x" }])).toThrow(
    expect.objectContaining({ code: "model_rejected_request" }),
  );
});
