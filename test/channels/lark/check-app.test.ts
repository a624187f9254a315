import { expect, test } from "vitest";
import { freshSignal, openLarkBench } from "./lark-bench.ts";

const ALL = [
  "im:message:send_as_bot",
  "im:message.group_msg",
  "im:message.group_at_msg:readonly",
  "im:message.p2p_msg:readonly",
  "cardkit:card:write",
  "im:message.reactions:write_only",
];

test("doctor finds nothing to say about an app that is set up", async () => {
  const { channel, feishu } = await openLarkBench();
  feishu.scopes = ALL.map((scope_name) => ({ scope_name, grant_status: 1 }));
  const findings = await channel.check(freshSignal());
  expect(findings.map(({ what, status }) => [what, status])).toEqual([
    ["token", "ok"],
    ["identity", "ok"],
    ["scope", "ok"],
    ["callback", "ok"],
  ]);
});

test("doctor tells of the permission without which a group is only heard when it mentions the bot", async () => {
  const { channel, feishu } = await openLarkBench();
  feishu.scopes = ALL.map((scope_name) => ({
    scope_name,
    grant_status: scope_name === "im:message.group_msg" ? 2 : 1,
  }));
  const findings = await channel.check(freshSignal());
  expect(findings.find(({ what }) => what === "scope")).toMatchObject({
    status: "warning",
    detail: expect.stringContaining(
      "im:message.group_msg is missing: it hears only the lines of a group that mention it",
    ),
    remedy: expect.stringContaining("publish a new version"),
  });
});

test("where permissions cannot be read doctor says which to look for", async () => {
  const { channel, feishu } = await openLarkBench();
  feishu.fail({ on: /scopes$/, code: 212_100 });
  const findings = await channel.check(freshSignal());
  expect(findings.find(({ what }) => what === "scope")).toMatchObject({
    status: "skipped",
    remedy: expect.stringContaining("im:message.group_msg"),
  });
});

test("doctor tells a wrong secret from a platform that is not there", async () => {
  const wrong = await openLarkBench({ appSecret: "another-secret" });
  expect((await wrong.channel.check(freshSignal()))[0]).toMatchObject({
    what: "token",
    status: "failed",
    remedy: expect.stringContaining("app_secret_env"),
  });
  const away = await openLarkBench();
  away.feishu.stop();
  expect((await away.channel.check(freshSignal()))[0]).toMatchObject({
    status: "failed",
    remedy: expect.stringContaining("base_url"),
  });
});

test("doctor warns of unsigned events and of a webhook that nobody can believe", async () => {
  const unsigned = await openLarkBench({ encryptKey: undefined });
  expect((await unsigned.channel.check(freshSignal())).at(-1)).toMatchObject({ what: "callback", status: "warning" });
  const open = await openLarkBench({ encryptKey: undefined, verificationToken: undefined });
  expect((await open.channel.check(freshSignal())).at(-1)).toMatchObject({ what: "callback", status: "failed" });
  const socket = await openLarkBench({ mode: "websocket", encryptKey: undefined, verificationToken: undefined });
  expect((await socket.channel.check(freshSignal())).at(-1)).toMatchObject({ what: "callback", status: "ok" });
});
