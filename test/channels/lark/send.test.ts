import { expect, test } from "vitest";
import { APP_SECRET } from "./fake-feishu.ts";
import { createProgress, freshSignal, postOf, startLarkBench } from "./lark-bench.ts";

test("an answer is a card in reply to the question, with sources and buttons", async () => {
  const { channel, feishu } = await startLarkBench();
  const receipt = await channel.send(postOf(), createProgress(), freshSignal());
  expect(receipt).toEqual({ messageIds: ["om_1"] });
  expect(feishu.shown()).toMatchObject([{ replyTo: "om_question", inThread: false, msgType: "interactive" }]);
  const json = JSON.stringify(feishu.shown()[0]?.content);
  expect(json).toContain("退公寓要提前申请 [1]。");
  expect(json).toContain("公寓手册 › 退房");
  expect(json).toContain('"vote":"up","key":"key-1"');
  expect(json).toContain('"summary":{"content":"退公寓要提前申请 [1]。"}');
});

test("in a thread the reply stays there; a notice goes to the conversation", async () => {
  const { channel, feishu } = await startLarkBench();
  const target = {
    conversation: { id: "oc_group", kind: "group" as const, thread: "omt_1" },
    inReplyTo: "om_question",
  };
  await channel.send(postOf({ target }), createProgress(), freshSignal());
  const notice = { conversation: { id: "oc_group", kind: "group" as const } };
  await channel.send(
    postOf({ target: notice, idempotencyKey: "key-2", kind: "notice", citations: [], takesFeedback: false }),
    createProgress(),
    freshSignal(),
  );
  expect(feishu.shown()).toMatchObject([
    { replyTo: "om_question", inThread: true },
    { replyTo: undefined, chatId: "oc_group" },
  ]);
  expect(JSON.stringify(feishu.shown()[1]?.content)).not.toContain("button");
});

test.each([
  [230_020, 400, {}, 1000],
  [99_991_400, 429, { "x-ogw-ratelimit-reset": "7" }, 7000],
  [99_991_400, 400, { "x-ogw-ratelimit-reset": "2" }, 2000],
  [230_049, 400, {}, 1000],
])(
  "pitfall 10: %i (HTTP %i) is tried again after its time, with the same uuid",
  async (code, status, headers, waitMs) => {
    const { channel, feishu, clock } = await startLarkBench();
    feishu.fail({ on: /reply$/, code, status, headers });
    await channel.send(postOf(), createProgress(), freshSignal());
    const uuids = feishu.calls.filter(({ path }) => path.endsWith("/reply")).map(({ body }) => body["uuid"]);
    expect(uuids).toHaveLength(2);
    expect(new Set(uuids).size).toBe(1);
    expect(String(uuids[0]).length).toBeLessThanOrEqual(50);
    expect(clock.sleeps).toContain(waitMs);
    expect(feishu.shown()).toHaveLength(1);
  },
);

test("a limit that does not end is handed up", async () => {
  const { channel, feishu } = await startLarkBench();
  feishu.fail({ on: /reply$/, code: 230_020, times: 10 });
  const progress = createProgress();
  await expect(channel.send(postOf(), progress, freshSignal())).rejects.toMatchObject({
    code: "channel_limited",
    retryable: true,
  });
  expect(feishu.calls.filter(({ path }) => path.endsWith("/reply"))).toHaveLength(4);
});

test.each([230_002, 230_013, 230_018, 230_022, 230_035, 232_009, 230_999])(
  "pitfall 10 and 21: %i is final, also with HTTP 200",
  async (code) => {
    const { channel, feishu } = await startLarkBench();
    feishu.fail({ on: /reply$/, code, status: 200 });
    await expect(channel.send(postOf(), createProgress(), freshSignal())).rejects.toMatchObject({
      code: "channel_rejected",
      retryable: false,
    });
    expect(feishu.calls.filter(({ path }) => path.endsWith("/reply"))).toHaveLength(1);
  },
);

test.each([99_991_672, 99_991_401, 99_991_403])("%i needs somebody to act", async (code) => {
  const { channel, feishu } = await startLarkBench();
  feishu.fail({ on: /reply$/, code });
  await expect(channel.send(postOf(), createProgress(), freshSignal())).rejects.toMatchObject({
    code: "channel_unauthorised",
  });
});

test("pitfall 11: under 20 parallel sends an expired token is replaced once", async () => {
  const { channel, feishu } = await startLarkBench();
  feishu.revokeTokens();
  const issuedBefore = feishu.tokensIssued;
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      channel.send(postOf({ idempotencyKey: `key-${index}` }), createProgress(), freshSignal()),
    ),
  );
  expect(feishu.tokensIssued - issuedBefore).toBe(1);
  expect(feishu.shown()).toHaveLength(20);
});

test.each([230_011, 230_110])(
  "pitfall 12: a question that was withdrawn (%i) is not answered any more",
  async (code) => {
    const { channel, feishu } = await startLarkBench();
    feishu.fail({ on: /reply$/, code });
    await expect(channel.send(postOf(), createProgress(), freshSignal())).rejects.toMatchObject({
      code: "channel_rejected",
    });
    expect(feishu.shown()).toEqual([]);
  },
);

test("pitfall 12: where the topic is gone the answer goes to the chat and names the asker", async () => {
  const { channel, feishu } = await startLarkBench();
  feishu.fail({ on: /reply$/, code: 230_019 });
  await channel.send(postOf(), createProgress(), freshSignal());
  expect(feishu.shown()).toMatchObject([{ replyTo: undefined, chatId: "oc_group" }]);
  expect(JSON.stringify(feishu.shown()[0]?.content)).toContain("<at id=ou_alice></at> 退公寓");
});

test("where there are no threads it is a plain reply", async () => {
  const { channel, feishu } = await startLarkBench();
  feishu.fail({ on: /reply$/, code: 230_071 });
  const target = {
    conversation: { id: "oc_group", kind: "group" as const, thread: "omt_1" },
    inReplyTo: "om_question",
  };
  await channel.send(postOf({ target }), createProgress(), freshSignal());
  expect(feishu.shown()).toMatchObject([{ replyTo: "om_question", inThread: false }]);
});

test("pitfall 13: a card that is refused becomes rich text, and then plain text", async () => {
  const rich = await startLarkBench();
  rich.feishu.cards.refuses = 230_099;
  await rich.channel.send(postOf(), createProgress(), freshSignal());
  expect(rich.feishu.shown()).toMatchObject([{ msgType: "post", content: { zh_cn: { content: [[{ tag: "md" }]] } } }]);
  const plain = await startLarkBench();
  plain.feishu.fail({ on: /reply$/, code: 230_099, times: 2 });
  await plain.channel.send(postOf(), createProgress(), freshSignal());
  expect(plain.feishu.shown()).toMatchObject([{ msgType: "text" }]);
  expect(plain.feishu.shown()[0]?.content["text"]).toContain("公寓手册");
});

test("pitfall 15: a long answer comes in parts of 30 KB with its buttons at the end", async () => {
  const { channel, feishu } = await startLarkBench();
  const markdown = Array.from({ length: 900 }, (_, index) => `第 ${index} 条："退房" 要提前申请，<注意> 押金。`).join(
    "\n\n",
  );
  const { messageIds } = await channel.send(postOf({ markdown }), createProgress(), freshSignal());
  expect(messageIds.length).toBeGreaterThan(1);
  const shown = feishu.shown();
  const texts = shown.map(({ content }) => JSON.stringify(content));
  expect(texts.every((text) => Buffer.byteLength(text) <= 30_720)).toBe(true);
  expect(texts.map((text) => text.includes("button"))).toEqual(texts.map((_text, index) => index === texts.length - 1));
  for (let index = 0; index < 900; index += 1)
    expect(texts.filter((text) => text.includes(`第 ${index} 条`))).toHaveLength(1);
  expect(new Set(shown.map(({ uuid }) => uuid)).size).toBe(shown.length);
});

test("a reply that gets lost is asked for again and shown once, also after a restart", async () => {
  const { channel, feishu, restarted, clock } = await startLarkBench();
  feishu.fail({ on: /reply$/, breaks: "after" });
  const progress = createProgress();
  await expect(channel.send(postOf(), progress, freshSignal())).rejects.toMatchObject({
    code: "channel_unknown_outcome",
    retryable: true,
  });
  await clock.sleep(50 * 60_000);
  expect(await restarted().send(postOf(), progress, freshSignal())).toEqual({ messageIds: ["om_1"] });
  expect(feishu.shown()).toHaveLength(1);
});

test("what nobody can tell any more after an hour is not sent again", async () => {
  const { channel, feishu, clock } = await startLarkBench();
  feishu.fail({ on: /reply$/, breaks: "after" });
  const progress = createProgress();
  await channel.send(postOf(), progress, freshSignal()).catch(() => undefined);
  await clock.sleep(61 * 60_000);
  await expect(channel.send(postOf(), progress, freshSignal())).rejects.toMatchObject({
    code: "channel_unknown_outcome",
    retryable: false,
  });
  expect(feishu.shown()).toHaveLength(1);
});

test("what was surely not shown may be sent whenever it can be", async () => {
  const { channel, feishu, clock } = await startLarkBench();
  feishu.fail({ on: /reply$/, code: 230_020, times: 4 });
  const progress = createProgress();
  await channel.send(postOf(), progress, freshSignal()).catch(() => undefined);
  await clock.sleep(3 * 3_600_000);
  await channel.send(postOf(), progress, freshSignal());
  expect(feishu.shown()).toHaveLength(1);
});

test("a post of many parts goes on with the part that comes next", async () => {
  const { channel, feishu, restarted } = await startLarkBench();
  const markdown = Array.from({ length: 1500 }, (_, index) => `第 ${index} 条要提前申请，押金会退还。`).join("\n\n");
  const progress = createProgress();
  const dying = {
    get saved() {
      return progress.saved;
    },
    save: async (state: string): Promise<void> => {
      await progress.save(state);
      // The process dies between two parts.
      if (progress.saves.length === 4) throw new Error("killed");
    },
  };
  await expect(channel.send(postOf({ markdown }), dying, freshSignal())).rejects.toThrow("killed");
  const before = feishu.shown().length;
  const { messageIds } = await restarted().send(postOf({ markdown }), progress, freshSignal());
  expect(before).toBeGreaterThan(0);
  expect(messageIds).toEqual(feishu.shown().map(({ id }) => id));
});

test("nobody can make it call a whole group", async () => {
  const { channel, feishu } = await startLarkBench();
  const markdown =
    'hi <at id=all></at> and <at user_id="all">x</at> `<at id=all></at>`\n\n```\n<at id=all>\n```\na < b <3';
  await channel.send(postOf({ markdown }), createProgress(), freshSignal());
  feishu.cards.refuses = 230_099;
  await channel.send(postOf({ markdown, idempotencyKey: "key-2" }), createProgress(), freshSignal());
  const texts = feishu.shown().map(({ content }) => JSON.stringify(content));
  expect(texts).toHaveLength(2);
  for (const text of texts) {
    expect(text).not.toMatch(/<at\b/);
    expect(text).toContain("a < b <3");
  }
});

test("at most five messages a second go to one chat", async () => {
  const { channel, feishu, clock } = await startLarkBench();
  const before = clock.now();
  for (let index = 0; index < 11; index += 1) {
    await channel.send(postOf({ idempotencyKey: `key-${index}` }), createProgress(), freshSignal());
  }
  expect(feishu.shown()).toHaveLength(11);
  expect(clock.now() - before).toBeGreaterThanOrEqual(2000);
});

test("recalls what it posted, also what is gone already", async () => {
  const { channel, feishu } = await startLarkBench();
  const post = postOf();
  const { messageIds } = await channel.send(post, createProgress(), freshSignal());
  await channel.recall?.(post.target, messageIds, freshSignal());
  await channel.recall?.(post.target, messageIds, freshSignal());
  expect(feishu.shown()).toEqual([]);
  feishu.fail({ on: /^DELETE/, code: 230_009 });
  await expect(channel.recall?.(post.target, messageIds, freshSignal())).rejects.toMatchObject({
    code: "channel_rejected",
  });
});

test("shows that it is at work and takes that back", async () => {
  const { channel, feishu } = await startLarkBench();
  const done = await channel.markWorking?.(postOf().target, freshSignal());
  expect([...feishu.reactions.values()]).toEqual([{ messageId: "om_question", emoji: "OnIt" }]);
  await done?.();
  expect(feishu.reactions.size).toBe(0);
});

test("pitfall 23: a fault shows neither the secret nor the address", async () => {
  const { channel, feishu } = await startLarkBench({ appSecret: APP_SECRET });
  feishu.fail({ on: /reply$/, code: 230_002, status: 400 });
  const fault: unknown = await channel.send(postOf(), createProgress(), freshSignal()).catch((error: unknown) => error);
  expect(String(fault)).toContain('lark "hr": could not reply to a message: the bot is not in this group');
  expect(String(fault)).toContain("log id log1");
  expect(String(fault)).not.toMatch(/t-secret|app-secret|open-apis|退公寓/);
});
