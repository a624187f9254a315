import { expect, test } from "vitest";
import { sendParts, type SendPartsOptions } from "../../src/channels/send-parts.ts";
import type { SendProgress } from "../../src/core/channel.ts";
import { AppError } from "../../src/core/errors.ts";

function createProgress(): SendProgress {
  const progress: SendProgress = {
    saved: undefined,
    save: async (state) => {
      progress.saved = state;
    },
  };
  return progress;
}

function fault(code: "channel_limited" | "channel_unknown_outcome" | "channel_rejected"): AppError {
  return new AppError(code, "no");
}

/** Sends "a", "b", "c"; `script` tells by send what happens. */
function createSending(script: Record<number, Error>, changes: Partial<SendPartsOptions> = {}) {
  const shown: string[] = [];
  const progress = createProgress();
  let calls = 0;
  const run = (): ReturnType<typeof sendParts> =>
    sendParts({
      name: "test",
      parts: ["a", "b", "c"],
      progress,
      now: () => 1000,
      send: async (part, begin) => {
        await begin();
        calls += 1;
        const error = script[calls];
        if (error !== undefined) throw error;
        shown.push(part);
        return `id-${part}`;
      },
      ...changes,
    });
  return { run, shown, progress };
}

test("sends every part in order and tells their ids", async () => {
  const { run, shown } = createSending({});
  await expect(run()).resolves.toEqual({ messageIds: ["id-a", "id-b", "id-c"] });
  expect(shown).toEqual(["a", "b", "c"]);
});

test("goes on after a fault that says nothing was shown, and repeats no part", async () => {
  const { run, shown } = createSending({ 2: fault("channel_limited") });
  await expect(run()).rejects.toMatchObject({ code: "channel_limited" });
  await expect(run()).resolves.toEqual({ messageIds: ["id-a", "id-b", "id-c"] });
  expect(shown).toEqual(["a", "b", "c"]);
});

test("a part that may have been shown is not sent again, the next ones are, and the end tells", async () => {
  const { run, shown } = createSending({ 2: fault("channel_unknown_outcome") });
  await expect(run()).rejects.toMatchObject({
    code: "channel_unknown_outcome",
    message: expect.stringContaining("1 of 3"),
  });
  expect(shown).toEqual(["a", "c"]);
  await expect(run()).rejects.toMatchObject({ code: "channel_unknown_outcome" });
  expect(shown).toEqual(["a", "c"]);
});

test("after a kill between begin and reply that part stays open", async () => {
  const never = new Promise<string>(() => undefined);
  const { run, shown, progress } = createSending({});
  const killed = sendParts({
    name: "test",
    parts: ["a", "b", "c"],
    progress,
    now: () => 1000,
    send: async (_part, begin) => {
      await begin();
      return never;
    },
  });
  await Promise.race([killed, new Promise((resolve) => setImmediate(resolve))]);
  await expect(run()).rejects.toMatchObject({ code: "channel_unknown_outcome" });
  expect(shown).toEqual(["b", "c"]);
});

test("after a kill while it waited for the platform's limit nothing is lost", async () => {
  const never = new Promise<string>(() => undefined);
  const { run, shown, progress } = createSending({});
  const killed = sendParts({ name: "test", parts: ["a"], progress, now: () => 1000, send: () => never });
  await Promise.race([killed, new Promise((resolve) => setImmediate(resolve))]);
  await run();
  expect(shown).toEqual(["a", "b", "c"]);
});

test("an open part is repeated while the platform would show it once", async () => {
  const { run, shown } = createSending({ 2: fault("channel_unknown_outcome") }, { repeatableMs: 50 });
  await expect(run()).resolves.toEqual({ messageIds: ["id-a", "id-b", "id-c"] });
  expect(shown).toEqual(["a", "b", "c"]);
});

test("it is repeated no longer than that, and not for ever", async () => {
  const unknown = fault("channel_unknown_outcome");
  let now = 0;
  const late = createSending({ 1: unknown }, { repeatableMs: 50, now: () => (now += 60) });
  await expect(late.run()).rejects.toMatchObject({ code: "channel_unknown_outcome" });
  expect(late.shown).toEqual(["b", "c"]);
  const often = createSending({ 1: unknown, 2: unknown, 3: unknown }, { repeatableMs: 50 });
  await expect(often.run()).rejects.toMatchObject({ code: "channel_unknown_outcome" });
  expect(often.shown).toEqual(["b", "c"]);
});

test("a fault of the repetition does not make the first try undone", async () => {
  const { run, progress } = createSending(
    { 1: fault("channel_unknown_outcome"), 2: fault("channel_rejected") },
    { repeatableMs: 50 },
  );
  await expect(run()).rejects.toMatchObject({ code: "channel_rejected" });
  expect(progress.saved).toContain('"begunAt":1000');
});

test("unreadable progress begins at the beginning", async () => {
  const { run, shown, progress } = createSending({});
  progress.saved = "{";
  await run();
  expect(shown).toEqual(["a", "b", "c"]);
});
