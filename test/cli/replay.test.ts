import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReplayLine, ReplayReport } from "../../src/app.ts";
import { runReplay } from "../../src/cli/replay.ts";
import { isAppError } from "../../src/core/errors.ts";
import { createCommandRun } from "./command-fixture.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xianheng-replay-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const NOON = Date.UTC(2026, 10, 24, 4);

function report(changes: Partial<ReplayReport> = {}): ReplayReport {
  return {
    messages: 2,
    groups: 1,
    members: 2,
    from: NOON,
    to: NOON + 60_000,
    answered: 1,
    declined: { "not-a-question": 1 },
    posts: { answer: 1, pointer: 0, decline: 0, digest: 0, total: 1 },
    postsPerHour: 1,
    busiestHour: 1,
    byHour: Array<number>(24).fill(0),
    share: 1 / 3,
    largestShare: 0.02,
    overBudget: 0,
    asked: 1,
    modelCalls: 0,
    people: { questions: 1, replied: 1, medianReplyMs: 90_000, repliedBefore: 0, cancelled: 0 },
    said: [
      {
        kind: "answer",
        group: "g",
        at: NOON + 20_000,
        id: "m1",
        question: "<b>多久？</b>",
        afterMs: 20_000,
        mentioned: false,
      },
    ],
    decisions: [
      { id: "m1", ended: "answered" },
      { id: "m2", ended: "not-a-question" },
    ],
    ...changes,
  };
}

const CHAT = [
  { id: "m2", at: "2026-11-24T04:01:00Z", group: "g", sender: "b", text: "哈哈" },
  { id: "m1", at: "2026-11-24T04:00:00Z", group: "g", sender: "a", text: "<b>多久？</b>" },
];

async function chatFile(name: string, lines: unknown[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return file;
}

const nothingElse = { policy: undefined, report: undefined, withModel: false };

test("gives the assistant the lines in the order of their times, and prints one document", async () => {
  const seen: ReplayLine[][] = [];
  const run = await createCommandRun({
    json: true,
    assistant: {
      replay: async (lines) => {
        seen.push(lines);
        return { report: report(), engineMs: 4 };
      },
    },
  });
  const file = await chatFile("chat.jsonl", CHAT);
  expect(await runReplay(run.context, { file, ...nothingElse })).toBe(0);
  expect(seen[0]?.map(({ id }) => id)).toEqual(["m1", "m2"]);
  expect(JSON.parse(run.stdout())).toMatchObject({
    messages: 2,
    answered: 1,
    declined: { "not-a-question": 1 },
    postsPerHour: 1,
    overBudget: 0,
    linesPerSecond: 500,
    from: "2026-11-24T04:00:00.000Z",
    said: [{ at: "2026-11-24T04:00:20.000Z", id: "m1" }],
  });
});

test("tells a person what would have been said, and what another policy changes", async () => {
  const other = join(folder, "other.ini");
  await writeFile(other, "[group]\nunasked = false\n");
  const run = await createCommandRun({
    assistant: {
      replay: async (_lines, given) => {
        expect(given.other?.config.group.unasked).toBe(false);
        const differences = [{ id: "m1", before: "answered", after: "unasked" }];
        return { report: report(), engineMs: 4, other: { report: report(), differences } };
      },
    },
  });
  const page = join(folder, "page", "replay.html");
  const file = await chatFile("two.jsonl", CHAT);
  await runReplay(run.context, { file, policy: other, report: page, withModel: false });
  expect(run.stdout()).toContain("2 messages of 2 members in 1 group");
  expect(run.stdout()).toContain("2026-11-24 04:00  after 20 s  answers: <b>多久？</b>");
  expect(run.stdout()).toContain("answered → not mentioned  <b>多久？</b>");
  expect(run.stdout()).toMatch(/got a reply from a member, after 90 s at the median/u);
  const html = await readFile(page, "utf8");
  expect(html).toContain("&lt;b&gt;多久？&lt;/b&gt;");
  expect(html).not.toContain("<b>多久");
});

test.each([
  [["{"], /Line 1 of .* is not JSON/u],
  [[CHAT[0], { ...CHAT[1], at: "soon" }], /Line 2 of .* has no time/u],
  [[CHAT[0], "", CHAT[0]], /Line 3 of .* has the id m2 of an earlier line/u],
  [[""], /holds no line/u],
])("names the bad line of %j", async (lines, said) => {
  const run = await createCommandRun();
  const file = await chatFile("bad.jsonl", lines);
  await expect(runReplay(run.context, { file, ...nothingElse })).rejects.toSatisfy(
    (error) => isAppError(error, "usage") && said.test(error.message),
  );
});
