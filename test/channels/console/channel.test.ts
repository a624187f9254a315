import { expect, test } from "vitest";
import { createConsoleChannel } from "../../../src/channels/console/channel.ts";
import type { ChannelEvent } from "../../../src/core/channel.ts";
import { createJumpingClock, createRecordingLogger } from "../../models/stand-in/clocks.ts";
import { messagesOf, never, postTo, progressFrom, until } from "../wechat/posts.ts";

const clock = createJumpingClock();
const logger = createRecordingLogger();

async function* typed(...lines: string[]): AsyncGenerator<string> {
  for (const line of lines) yield line;
}

test("each line that is typed is a message with an id of its own; blank ones are none", async () => {
  const events: ChannelEvent[] = [];
  const lines = typed("hi", " ", "where is the office?");
  const channel = createConsoleChannel({ name: "desk", lines, write: () => undefined, clock, logger });
  await channel.start(async (event) => void events.push(event));
  await until(() => events.length === 2);
  expect(messagesOf(events)).toMatchObject([
    { channel: "console", app: "desk", text: "hi", conversation: { id: "desk", kind: "direct" } },
    { text: "where is the office?" },
  ]);
  expect(new Set(messagesOf(events).map(({ id }) => id)).size).toBe(2);
});

test("a test may write as anybody, in any group", async () => {
  const events: ChannelEvent[] = [];
  const channel = createConsoleChannel({ name: "desk", write: () => undefined, clock, logger });
  await expect(channel.say("too early")).rejects.toThrow("not started");
  await channel.start(async (event) => void events.push(event));
  await channel.say("hi", { sender: { id: "alice", isBot: false }, conversation: { id: "g", kind: "group" } });
  expect(messagesOf(events)).toMatchObject([{ text: "hi", sender: { id: "alice" }, conversation: { kind: "group" } }]);
});

test("an answer is written with its sources", async () => {
  const written: string[] = [];
  const channel = createConsoleChannel({ name: "desk", write: (text) => void written.push(text), clock, logger });
  const post = postTo({ conversation: { id: "desk", kind: "direct" } }, { markdown: "Second floor [1]." });
  const citation = { n: 1, source: "house.md", title: "House", headings: [], quote: "q", chunkId: "c" };
  await channel.send({ ...post, citations: [citation] }, progressFrom(), never);
  expect(written).toEqual(["Second floor [1].\n\n[1] House — house.md"]);
});

test("lines that break off are logged, not thrown", async () => {
  async function* broken(): AsyncGenerator<string> {
    yield "hi";
    throw new Error("the pipe broke");
  }
  const channel = createConsoleChannel({ name: "desk", lines: broken(), write: () => undefined, clock, logger });
  await channel.start(async () => undefined);
  await until(() => logger.lines.some((line) => line.includes("the pipe broke")));
});
