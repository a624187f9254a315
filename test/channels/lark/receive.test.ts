import { expect, test } from "vitest";
import { AppError } from "../../../src/core/errors.ts";
import { encryptedRequest, envelope, messageEnvelope, NOW_MS, plainRequest, TOKEN } from "./envelopes.ts";
import { openLarkBench, startLarkBench } from "./lark-bench.ts";

function clickEnvelope(value: unknown): Record<string, unknown> {
  return envelope("card.action.trigger", {
    operator: { open_id: "ou_alice", union_id: "on_alice" },
    token: "c-295ee57216a5dc9de90fefd0aadb4b1d7d",
    action: { value, tag: "button" },
    context: { open_message_id: "om_9", open_chat_id: "oc_group" },
  });
}

test("a message is handed in before Lark gets its 200", async () => {
  const { channel, events } = await startLarkBench();
  const reply = await channel.receive?.(encryptedRequest(messageEnvelope()));
  expect(reply).toMatchObject({ status: 200, body: "{}" });
  expect(events).toMatchObject([
    { kind: "message", message: { id: "om_question", app: "hr", mentions: { bot: true } } },
  ]);
});

test("what could not be kept is asked for again", async () => {
  const { channel } = await openLarkBench();
  await channel.start(() => Promise.reject(new AppError("store_unavailable", "disk full")));
  expect(await channel.receive?.(encryptedRequest(messageEnvelope()))).toMatchObject({ status: 503 });
});

test("until the bot knows who it is events are 503, but the address can be checked", async () => {
  const { channel } = await openLarkBench();
  expect(await channel.receive?.(encryptedRequest(messageEnvelope()))).toMatchObject({ status: 503 });
  const challenge = { challenge: "c1", token: TOKEN, type: "url_verification" };
  expect(await channel.receive?.(encryptedRequest(challenge))).toMatchObject({
    status: 200,
    contentType: "application/json; charset=utf-8",
    body: '{"challenge":"c1"}',
  });
});

test("pitfall 6: a wrong token is refused and its challenge not echoed", async () => {
  const { channel } = await startLarkBench();
  const reply = await channel.receive?.(
    plainRequest({ challenge: "echo-me", token: "wrong", type: "url_verification" }),
  );
  expect(reply?.status).toBe(401);
  expect(reply?.body).not.toContain("echo-me");
});

test("pitfall 5: what is refused has no effect", async () => {
  const { channel, events, feishu } = await startLarkBench();
  const calls = feishu.calls.length;
  for (const request of [
    plainRequest(messageEnvelope()),
    encryptedRequest(messageEnvelope({}, { header: { token: "wrong" } })),
    encryptedRequest(messageEnvelope(), { sentAtMs: NOW_MS - 48 * 3_600_000 }),
  ]) {
    expect(await channel.receive?.(request)).toMatchObject({ status: 401 });
  }
  expect(await channel.receive?.(plainRequest("no json"))).toMatchObject({ status: 400 });
  expect(events).toEqual([]);
  expect(feishu.calls).toHaveLength(calls);
});

test("version 1, unknown events and pitfall 8's content are acknowledged", async () => {
  const { channel, events } = await startLarkBench();
  const bodies = [
    { uuid: "u", token: TOKEN, ts: "1", type: "event_callback", event: { type: "message" } },
    envelope("approval.approved_v4", {}),
    envelope("im.chat.member.bot.added_v1", { chat_id: "oc_group" }),
    messageEnvelope({ content: "" }),
    messageEnvelope({ content: "{not json", message_type: "post" }),
  ];
  for (const body of bodies) {
    expect(await channel.receive?.(encryptedRequest(body))).toMatchObject({ status: 200 });
  }
  expect(events.map(({ kind }) => kind)).toEqual(["message", "message"]);
});

test("pitfall 1: the reply waits for the message to be kept, not for an answer", async () => {
  const { channel, clock } = await openLarkBench();
  const answers: Promise<void>[] = [];
  await channel.start(() => {
    // What a turn is: begun by the message, over whenever the model pleases.
    answers.push(new Promise<void>(() => undefined));
    return Promise.resolve();
  });
  expect(await channel.receive?.(encryptedRequest(messageEnvelope()))).toMatchObject({ status: 200 });
  expect(answers).toHaveLength(1);
  expect(clock.sleeps).toEqual([]);
});

test("pitfall 3: two apps in one group hand in the same message under their own names", async () => {
  const first = await startLarkBench();
  const second = await startLarkBench({ name: "it" });
  for (const { channel } of [first, second]) await channel.receive?.(encryptedRequest(messageEnvelope()));
  const keys = [...first.events, ...second.events].map((event) =>
    event.kind === "message" ? `${event.message.app}/${event.message.id}` : "",
  );
  expect(keys).toEqual(["hr/om_question", "it/om_question"]);
});

test.each([{ action: "feedback", vote: "up", key: "key-1" }, '{"action":"feedback","vote":"up","key":"key-1"}'])(
  "a click on a thumb is a vote and thanked for: %j",
  async (value) => {
    const { channel, events } = await startLarkBench();
    const reply = await channel.receive?.(encryptedRequest(clickEnvelope(value)));
    expect(reply?.status).toBe(200);
    expect(JSON.parse(reply?.body ?? "")).toMatchObject({
      toast: { type: "success", i18n: { en_us: expect.any(String) } },
    });
    expect(events).toEqual([
      {
        kind: "feedback",
        eventId: "event1",
        feedback: {
          channel: "lark",
          app: "hr",
          conversationId: "oc_group",
          messageId: "om_9",
          idempotencyKey: "key-1",
          userId: "ou_alice",
          vote: "up",
          at: NOW_MS,
        },
      },
    ]);
  },
);

test("a click is answered although the store hangs, and said to be lost when it is", async () => {
  const slow = await openLarkBench();
  await slow.channel.start(() => new Promise<void>(() => undefined));
  const click = encryptedRequest(clickEnvelope({ action: "feedback", vote: "down" }));
  expect((await slow.channel.receive?.(click))?.body).toContain('"success"');
  const broken = await openLarkBench();
  await broken.channel.start(() => Promise.reject(new AppError("store_unavailable", "disk full")));
  expect((await broken.channel.receive?.(click))?.body).toContain('"warning"');
});

test("a click on somebody else's button is nothing to us", async () => {
  const { channel, events } = await startLarkBench();
  expect(await channel.receive?.(encryptedRequest(clickEnvelope({ action: "approve" })))).toMatchObject({ body: "{}" });
  expect(events).toEqual([]);
});

test("what was forwarded is fetched, and missing where Lark does not tell", async () => {
  const { channel, events, feishu } = await startLarkBench();
  feishu.items = [
    { message_id: "om_question", msg_type: "merge_forward", body: { content: "Merged and Forwarded Message" } },
    {
      message_id: "om_a",
      upper_message_id: "om_question",
      msg_type: "text",
      body: { content: '{"text":"@_user_1 怎么退？"}' },
      mentions: [{ key: "@_user_1", id: "ou_bob", id_type: "open_id", name: "Bob" }],
    },
    { message_id: "om_b", upper_message_id: "om_question", msg_type: "image", body: { content: '{"image_key":"i"}' } },
  ];
  const bundle = messageEnvelope({
    message_type: "merge_forward",
    content: "Merged and Forwarded Message",
    mentions: [],
  });
  await channel.receive?.(encryptedRequest(bundle));
  feishu.fail({ on: /^GET .*\/messages\//, code: 230_002 });
  await channel.receive?.(encryptedRequest(bundle));
  expect(events).toMatchObject([{ message: { text: "@Bob 怎么退？" } }, { message: { text: "", parts: [] } }]);
});

test("without a secret the webhook does not start", async () => {
  const { channel } = await openLarkBench({ verificationToken: undefined, encryptKey: "" });
  await expect(channel.start(() => Promise.resolve())).rejects.toMatchObject({ code: "channel_unauthorised" });
  expect(await channel.receive?.(plainRequest(messageEnvelope()))).toMatchObject({ status: 401 });
});

test("a platform that is down at the start is waited for, a wrong secret is not", async () => {
  const { channel, feishu, clock } = await openLarkBench();
  feishu.fail({ on: /bot\/v3\/info/, breaks: "before", times: 2 });
  await channel.start(() => Promise.resolve());
  expect(clock.sleeps).toEqual([1000, 2000]);
  const refused = await openLarkBench({ appSecret: "wrong-secret-value" });
  await expect(refused.channel.start(() => Promise.resolve())).rejects.toMatchObject({ code: "channel_unauthorised" });
});

test("pitfall 23: no secret stands in a log or a fault", async () => {
  const { channel, feishu, lines } = await startLarkBench();
  feishu.fail({ on: /bot\/v3\/info/, status: 400, code: 99_991_672 });
  const findings = JSON.stringify(await channel.check(new AbortController().signal));
  await channel.receive?.(plainRequest(messageEnvelope()));
  await channel.receive?.(encryptedRequest(envelope("unknown", { token: TOKEN })));
  for (const secret of ["app-secret-0123456789", "t-secret-token", "test key", "v-token"]) {
    expect(lines.join("\n") + findings).not.toContain(secret);
  }
});
