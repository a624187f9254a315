import { expect, test } from "vitest";
import { decodeAppCallback } from "../../../src/channels/wecom/decode-app.ts";
import { decodeBotCallback } from "../../../src/channels/wecom/decode-bot.ts";
import { stripMention } from "../../../src/channels/wecom/strip-mention.ts";
import type { Message } from "../../../src/core/message.ts";

function readBot(inner: Record<string, unknown>, botName?: string): Message {
  const callback = { msgid: "M", chatid: "CHATid", chattype: "group", from: { userid: "zhang" }, ...inner };
  const event = decodeBotCallback(JSON.stringify(callback), { app: "hr", botName, nowMs: 5 });
  if (event.kind !== "message") throw new Error(event.kind);
  return event.message;
}

test.each([
  ["@Robot A hello robot", "Robot A", "hello robot"],
  ["@Robot A", "Robot A", ""],
  ["  @机器人\u2005怎么退房？", "机器人", "怎么退房？"],
  ["@机器人怎么退房？", "机器人", "怎么退房？"],
  ["请问 @机器人 怎么退房？", "机器人", "请问 怎么退房？"],
  ["@Robot A2 and @Robot A hello", "Robot A", "@Robot A2 and hello"],
  ["@Renamed hello", "Robot A", "hello"],
  ["@Robot hello @Tom", undefined, "hello @Tom"],
  ["a@b.example asks", undefined, "a@b.example asks"],
])("in a group %j with the name %j reads %j", (text, botName, expected) => {
  expect(stripMention(text, { botName, isGroup: true })).toBe(expected);
});

test("alone with the bot an @ at the beginning is part of the question", () => {
  expect(stripMention("@Override does what?", { botName: undefined, isGroup: false })).toBe("@Override does what?");
  expect(stripMention("@Bot hi", { botName: "Bot", isGroup: false })).toBe("hi");
});

test("reads text, mixed, voice and media of an AI bot", () => {
  expect(readBot({ msgtype: "text", text: { content: "@B hi" } })).toMatchObject({
    text: "hi",
    parts: [{ kind: "text", text: "hi" }],
    sentAt: 5,
  });
  const mixed = {
    msg_item: [
      { msgtype: "text", text: { content: "@B see" } },
      { msgtype: "image", image: { url: "https://x/1" } },
      { msgtype: "text", text: { content: "this" } },
    ],
  };
  expect(readBot({ msgtype: "mixed", mixed })).toMatchObject({
    text: "see\nthis",
    parts: [
      { kind: "text", text: "see\nthis" },
      { kind: "image", key: "https://x/1" },
    ],
  });
  expect(readBot({ msgtype: "voice", voice: { content: "spoken" } }).text).toBe("spoken");
  expect(readBot({ msgtype: "image", image: { url: "https://x/2" } }).parts).toEqual([
    { kind: "image", key: "https://x/2" },
  ]);
  expect(readBot({ msgtype: "file", file: { url: "https://x/3" } }).parts).toEqual([
    { kind: "file", name: "file", key: "https://x/3" },
  ]);
  expect(readBot({ msgtype: "video", video: { url: "https://x/4" } }).parts).toMatchObject([{ name: "video" }]);
});

test("reads a quote, the case of a chat id and a conversation with one member", () => {
  const quote = { msgtype: "text", text: { content: "the quoted message" } };
  const message = readBot({ msgtype: "text", text: { content: "hi" }, quote });
  expect(message.quoted).toMatchObject({
    text: "the quoted message",
    id: expect.stringMatching(/^quote-[\da-f]{16}$/),
  });
  expect(message.conversation).toEqual({ id: "CHATid", kind: "group" });
  const alone = readBot({ chattype: "single", chatid: undefined, msgtype: "text", text: { content: "hi" } });
  expect(alone.conversation).toEqual({ id: "zhang", kind: "direct" });
});

test.each([
  ["no JSON", "{"],
  ["no message id", '{"msgtype":"text"}'],
  ["a group line without its chat", '{"msgid":"M","chattype":"group","from":{"userid":"u"},"msgtype":"text"}'],
  ["a line of nobody", '{"msgid":"M","msgtype":"text","text":{"content":"x"}}'],
  ["a poll of nothing", '{"msgid":"M","msgtype":"stream"}'],
])("%s is malformed", (_what, json) => {
  expect(decodeBotCallback(json, { app: "hr", botName: undefined, nowMs: 5 })).toEqual({ kind: "malformed" });
});

test("a vote of an unknown kind is none", () => {
  const event = { eventtype: "feedback_event", feedback_event: { id: "s", type: 9 } };
  const json = JSON.stringify({ msgid: "E", from: { userid: "u" }, msgtype: "event", event });
  expect(decodeBotCallback(json, { app: "hr", botName: undefined, nowMs: 5 })).toMatchObject({ kind: "nothing" });
});

function appXml(fields: Record<string, string>): string {
  const all = {
    ToUserName: "corp",
    FromUserName: "zhang",
    CreateTime: "1409659813",
    MsgId: "1",
    AgentID: "218",
    ...fields,
  };
  return `<xml>${Object.entries(all)
    .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
    .join("")}</xml>`;
}

const APP = { app: "hr", agentId: 218, botName: undefined, nowMs: 5 };

test.each([
  [
    { MsgType: "text", Content: "hello" },
    { text: "hello", parts: [{ kind: "text", text: "hello" }] },
  ],
  [
    { MsgType: "image", MediaId: "m1", PicUrl: "https://x" },
    { text: "", parts: [{ kind: "image", key: "m1" }] },
  ],
  [
    { MsgType: "voice", MediaId: "m2" },
    { text: "", parts: [{ kind: "file", name: "voice", key: "m2" }] },
  ],
  [{ MsgType: "video", MediaId: "m3" }, { parts: [{ kind: "file", name: "video", key: "m3" }] }],
  [{ MsgType: "location", Label: "a street" }, { text: "a street" }],
  [{ MsgType: "link", Title: "t", Url: "https://x" }, { parts: [{ kind: "link", url: "https://x", title: "t" }] }],
])("reads an app's message %j", (fields, expected) => {
  expect(decodeAppCallback(appXml(fields), APP)).toMatchObject({
    kind: "message",
    message: {
      conversation: { id: "zhang", kind: "direct" },
      sentAt: 1_409_659_813_000,
      mentions: { bot: true },
      ...expected,
    },
  });
});

test.each([
  [{ MsgType: "event", Event: "subscribe" }, "nothing"],
  [{ MsgType: "hologram" }, "nothing"],
  [{ MsgType: "text", Content: "x", AgentID: "1" }, "nothing"],
  [{ MsgType: "text", Content: "x", FromUserName: "sys" }, "nothing"],
  [{ MsgType: "text", Content: "x", MsgId: "" }, "malformed"],
  [{ MsgType: "" }, "malformed"],
])("an app's callback %j is %s", (fields, kind) => {
  expect(decodeAppCallback(appXml(fields), APP).kind).toBe(kind);
});
