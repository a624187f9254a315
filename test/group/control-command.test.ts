import { expect, test } from "vitest";
import { parseControlCommand } from "../../src/group/control-command.ts";

const HOUR_MS = 3_600_000;

test.each([
  ["/why", { name: "why" }],
  ["／为什么", { name: "why" }],
  ["/why om_12", { name: "why", messageId: "om_12" }],
  ["/mute 2h", { name: "mute", durationMs: 2 * HOUR_MS }],
  ["/MUTE", { name: "mute", durationMs: HOUR_MS }],
  ["/mute 30", { name: "mute", durationMs: HOUR_MS / 2 }],
  ["/静音2小时", { name: "mute", durationMs: 2 * HOUR_MS }],
  ["/静音 30分钟", { name: "mute", durationMs: HOUR_MS / 2 }],
  ["/mute 1d", { name: "mute", durationMs: 24 * HOUR_MS }],
  ["/mute 999d", { name: "mute", durationMs: 30 * 24 * HOUR_MS }],
  ["/mute forever", { name: "misused", command: "mute" }],
  ["/mute 0", { name: "misused", command: "mute" }],
  ["/unmute", { name: "unmute" }],
  ["/取消静音", { name: "unmute" }],
  [" /recall ", { name: "recall" }],
  ["/撤回", { name: "recall" }],
  ["/feedback good", { name: "feedback", good: true }],
  ["/feedback bad the price is old", { name: "feedback", good: false, comment: "the price is old" }],
  ["/反馈 不好 价格过时了", { name: "feedback", good: false, comment: "价格过时了" }],
  ["/feedback maybe", { name: "misused", command: "feedback" }],
  ["/feedback goodness", { name: "misused", command: "feedback" }],
])("reads %s", (text, command) => {
  expect(parseControlCommand(text)).toEqual(command);
});

test.each([
  "/usr/bin/python 报错怎么办",
  "/v1/query 返回 404",
  "/start",
  "/撤回 那条消息怎么弄",
  "/recall what happened yesterday",
  "why",
  "怎么 /mute 一个群",
  "/",
  "",
])("leaves %j to the gate", (text) => {
  expect(parseControlCommand(text)).toBeUndefined();
});
