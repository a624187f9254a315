import fc from "fast-check";
import { expect, test } from "vitest";
import { envelopeSchema } from "../../../src/channels/lark/api-types.ts";
import { decodeLarkEvent } from "../../../src/channels/lark/decode.ts";
import type { Message } from "../../../src/core/message.ts";
import { envelope, mention, messageEnvelope, NOW_MS } from "./envelopes.ts";
import { BOT_OPEN_ID } from "./fake-feishu.ts";

function decode(body: Record<string, unknown>) {
  return decodeLarkEvent(envelopeSchema.parse(body), { app: "hr", botOpenId: BOT_OPEN_ID, nowMs: NOW_MS });
}

function messageOf(message: Record<string, unknown>, sender: Record<string, unknown> = {}): Message {
  const decoded = decode(messageEnvelope(message, { sender }));
  if (decoded.kind === "event" && decoded.event.kind === "message") return decoded.event.message;
  throw new Error(`no message but ${decoded.kind}`);
}

function contentOf(type: string, content: unknown, mentions: unknown[] = []): Message {
  return messageOf({ message_type: type, content: JSON.stringify(content), mentions });
}

test("reads a line of a group", () => {
  expect(messageOf({ root_id: "om_root", parent_id: "om_parent", thread_id: "omt_1" })).toEqual({
    id: "om_question",
    channel: "lark",
    app: "hr",
    conversation: { id: "oc_group", kind: "group", thread: "omt_1" },
    sender: { id: "ou_alice", isBot: false },
    text: "怎么退公寓？",
    parts: [{ kind: "text", text: "怎么退公寓？" }],
    mentions: { bot: true, others: [] },
    quoted: { id: "om_parent" },
    sentAt: NOW_MS - 1000,
  });
  expect(messageOf({ chat_type: "p2p" }).conversation).toEqual({ id: "oc_group", kind: "direct" });
});

test("pitfall 7: the token of one is not the beginning of another's", () => {
  const many = Array.from({ length: 11 }, (_, index) =>
    mention(`@_user_${index + 1}`, `ou_${index + 1}`, `N${index + 1}`),
  );
  const message = contentOf("text", { text: "@_user_1 @_user_10 @_user_11 问一下 @_user_2" }, many);
  expect(message.text).toBe("@N1 @N10 @N11 问一下 @N2");
});

test("pitfall 7: another bot is somebody else, and an empty user id makes nobody a bot", () => {
  const other = { ...mention("@_user_1", "ou_other_bot", "Other"), mentioned_type: "bot" };
  expect(contentOf("text", { text: "@_user_1 在吗" }, [other])).toMatchObject({
    text: "@Other 在吗",
    mentions: { bot: false, others: ["ou_other_bot"] },
  });
});

test("pitfall 7: a call to everybody is no mention of us", () => {
  const message = contentOf("text", { text: "@_all 明天放假" });
  expect(message).toMatchObject({ text: "明天放假", mentions: { bot: false, others: [], everyone: true } });
  expect(contentOf("text", { text: "@_allen hi" }).mentions.everyone).toBeUndefined();
});

test("pitfall 7: our own mention in a post goes, others are named", () => {
  const mentions = [mention("@_user_1", BOT_OPEN_ID, "Bean"), mention("@_user_2", "ou_bob", "Bob")];
  const post = {
    title: "公寓",
    content: [
      [
        { tag: "at", user_id: "@_user_1", user_name: "Bean" },
        { tag: "text", text: "怎么退？" },
        { tag: "at", user_id: "@_user_2", user_name: "Bob" },
        { tag: "text", text: "看看" },
      ],
    ],
  };
  const message = contentOf("post", post, mentions);
  expect(message.text).toBe("公寓\n怎么退？@Bob 看看");
  expect(message.mentions).toEqual({ bot: true, others: ["ou_bob"] });
});

test.each([
  { title: "t", content: [[{ tag: "text", text: "a" }, { tag: "surprise", text: "b" }, { tag: "surprise" }]] },
  { zh_cn: { title: "t", content: [[{ tag: "text", text: "ab" }]] } },
  { en_us: { title: "t", content: [[{ tag: "text", text: "ab" }]] } },
  { post: { ja_jp: { title: "t", content: [[{ tag: "text", text: "ab" }]] } } },
])("pitfall 8: a post in any wrapping and with unknown tags is read (%#)", (post) => {
  expect(contentOf("post", post).text).toBe("t\nab");
});

test("a post's links, pictures and code are kept", () => {
  const message = contentOf("post", {
    title: "",
    content: [
      [
        { tag: "a", text: "文档", href: "https://example.org/x" },
        { tag: "emotion", emoji_type: "SMILE" },
      ],
      [{ tag: "img", image_key: "img_1" }],
      [{ tag: "hr" }],
      [{ tag: "code_block", language: "GO", text: "fmt.Println()\n" }],
    ],
  });
  expect(message.text).toBe("文档\n\n```go\nfmt.Println()\n```");
  expect(message.parts.slice(1)).toEqual([
    { kind: "link", url: "https://example.org/x", title: "文档" },
    { kind: "image", key: "img_1" },
  ]);
});

test.each([
  ["image", { image_key: "img_1" }, [{ kind: "image", key: "img_1" }]],
  ["file", { file_key: "file_1", file_name: "合同.pdf" }, [{ kind: "file", name: "合同.pdf", key: "file_1" }]],
  ["audio", { file_key: "file_1", duration: 1000 }, [{ kind: "file", name: "audio", key: "file_1" }]],
  [
    "media",
    { file_key: "file_1", file_name: "a.mp4", image_key: "i" },
    [{ kind: "file", name: "a.mp4", key: "file_1" }],
  ],
  ["sticker", { file_key: "file_1" }, []],
  ["share_chat", { chat_id: "oc_1" }, []],
  ["system", { template: "x" }, []],
  ["something_new", { a: 1 }, []],
])("reads %s", (type, content, parts) => {
  expect(contentOf(type, content)).toMatchObject({ text: "", parts });
});

test("reads the words of a card, not its buttons", () => {
  const flattened = {
    title: "请假",
    elements: [
      [
        { tag: "text", text: "三" },
        { tag: "text", text: "天" },
      ],
      [{ tag: "button", text: "同意" }],
    ],
  };
  expect(contentOf("interactive", flattened).text).toBe("请假\n三天");
  const whole = {
    schema: "2.0",
    header: { title: { tag: "plain_text", content: "请假" } },
    body: { elements: [{ tag: "markdown", content: "三天" }] },
  };
  expect(contentOf("interactive", whole).text).toBe("请假\n三天");
});

test("links in a text are parts of their own", () => {
  const message = contentOf("text", { text: "看 [手册](https://example.org/a) 和 https://example.org/b。" });
  expect(message.parts.slice(1)).toEqual([
    { kind: "link", url: "https://example.org/a", title: "手册" },
    { kind: "link", url: "https://example.org/b" },
  ]);
});

test.each(["", undefined, null, "{not json", "[]", '"text"', '{"text":7}'])(
  "pitfall 8: content that is empty (recalled) or malformed is a message without words: %s",
  (content) => {
    expect(messageOf({ content })).toMatchObject({ text: "", parts: [] });
  },
);

test.each(["bot", "app", "anonymous", undefined])("pitfall 9: a sender of type %s is a bot", (sender_type) => {
  expect(messageOf({}, { sender_type }).sender.isBot).toBe(true);
});

test.each([
  ["1725442341", 1_725_442_341_000],
  ["1725442341000", 1_725_442_341_000],
  ["1725442341000000", 1_725_442_341_000],
  [1_725_442_341_000, 1_725_442_341_000],
  ["", NOW_MS],
  ["soon", NOW_MS],
])("reads the time %s by its size", (create_time, sentAt) => {
  expect(messageOf({ create_time }).sentAt).toBe(sentAt);
});

test("indentation within a text is left alone", () => {
  expect(contentOf("text", { text: "a:\n  b:\n    c  d" }).text).toBe("a:\n  b:\n    c  d");
});

test("a recalled message is told", () => {
  const event = { message_id: "om_1", chat_id: "oc_group", recall_time: "1725442341000", recall_type: "message_owner" };
  expect(decode(envelope("im.message.recalled_v1", event))).toEqual({
    kind: "event",
    event: { kind: "recalled", channel: "lark", app: "hr", conversationId: "oc_group", messageId: "om_1", at: NOW_MS },
  });
});

test.each([
  ["created", "THUMBSUP", "up"],
  ["created", "ThumbsDown", "down"],
  ["deleted", "THUMBSUP", "none"],
])("a reaction that is %s with %s is the vote %s", (what, emoji_type, vote) => {
  const event = {
    message_id: "om_1",
    reaction_type: { emoji_type },
    operator_type: "user",
    user_id: { open_id: "ou_alice" },
    action_time: "1725442341000",
  };
  expect(decode(envelope(`im.message.reaction.${what}_v1`, event))).toEqual({
    kind: "event",
    event: {
      kind: "feedback",
      eventId: "event1",
      feedback: { channel: "lark", app: "hr", messageId: "om_1", userId: "ou_alice", vote, at: NOW_MS },
    },
  });
});

test("our own reaction and an emoji that is no opinion are no votes", () => {
  const event = {
    message_id: "om_1",
    reaction_type: { emoji_type: "OnIt" },
    operator_type: "user",
    user_id: { open_id: "ou_a" },
  };
  expect(decode(envelope("im.message.reaction.created_v1", event)).kind).toBe("nothing");
  const ours = { ...event, reaction_type: { emoji_type: "THUMBSUP" }, operator_type: "app" };
  expect(decode(envelope("im.message.reaction.created_v1", ours)).kind).toBe("nothing");
});

test("unknown and malformed events are nothing", () => {
  for (const type of ["approval.approved_v4", "im.message.receive_v1", "im.message.recalled_v1"]) {
    expect(decode(envelope(type, {})).kind).toBe("nothing");
  }
});

test("no content whatsoever makes it throw", () => {
  const type = fc.constantFrom("text", "post", "interactive", "image", "file", "merge_forward", "x");
  fc.assert(
    fc.property(type, fc.oneof(fc.string(), fc.json()), (message_type, content) => {
      decode(messageEnvelope({ message_type, content }));
    }),
  );
});
