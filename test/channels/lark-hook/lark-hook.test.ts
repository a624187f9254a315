import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { createLarkHookChannel, type LarkHookOptions } from "../../../src/channels/lark-hook/channel.ts";
import { signHook } from "../../../src/channels/lark-hook/sign.ts";
import { createJumpingClock } from "../../models/stand-in/clocks.ts";
import { readObject } from "../lark/fake-request.ts";
import { createProgress, freshSignal, postOf } from "../lark/lark-bench.ts";

const SECRET = "demo-secret";
const HOOK_ID = "11111111-2222-3333-4444-555555555555";

interface Fault {
  code?: number;
  status?: number;
  lost?: boolean;
}

/** A custom bot's address: HTTP 200 whatever happens, the code says what; wants the signature. */
async function openHook(options: Partial<LarkHookOptions> = {}) {
  const clock = createJumpingClock(1_599_360_473_000);
  const bodies: Record<string, unknown>[] = [];
  const shown: Record<string, unknown>[] = [];
  const faults: Fault[] = [];
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const body = await readObject(request);
      bodies.push(body);
      const fault = faults.shift() ?? {};
      const isSigned = body["sign"] === signHook(Number(body["timestamp"]), SECRET);
      const isTooLong = Buffer.byteLength(JSON.stringify(body)) > 20_480;
      const code = fault.code ?? (isTooLong ? 9499 : isSigned ? 0 : 19_021);
      if (code === 0) shown.push(body);
      if (fault.lost === true) {
        response.destroy();
        return;
      }
      response.writeHead(fault.status ?? 200, { "content-type": "application/json" });
      response.end(JSON.stringify({ code, msg: code === 0 ? "success" : "no", StatusCode: code }));
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const channel = createLarkHookChannel({
    name: "news",
    hook: `http://127.0.0.1:${port}/open-apis/bot/v2/hook/${HOOK_ID}`,
    secret: SECRET,
    baseUrl: "https://open.feishu.cn",
    fetch: (url, init) => fetch(url, init),
    clock,
    ...options,
  });
  return { channel, clock, bodies, shown, faults, port };
}

const notice = postOf({ kind: "notice", takesFeedback: true });

test("L4: signs like the official sample", () => {
  expect(signHook(1_599_360_473, "demo")).toBe("l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
});

test("a notice is a signed card without buttons", async () => {
  const { channel, shown } = await openHook();
  await channel.start(() => Promise.resolve());
  expect(await channel.send(notice, createProgress(), freshSignal())).toEqual({ messageIds: [] });
  expect(shown).toMatchObject([{ timestamp: "1599360473", msg_type: "interactive", card: { schema: "2.0" } }]);
  expect(JSON.stringify(shown)).not.toContain("button");
});

test("the last part of the address is enough", async () => {
  const { shown, port, channel } = await openHook();
  const short = await openHook({ hook: HOOK_ID, baseUrl: `http://127.0.0.1:${port}` });
  await short.channel.send(notice, createProgress(), freshSignal());
  await channel.send(notice, createProgress(), freshSignal());
  expect(shown).toHaveLength(2);
});

test("pitfall 21: HTTP 200 with a code is a failure", async () => {
  const { channel, faults } = await openHook();
  for (const [code, fault] of [
    [19_021, "channel_unauthorised"],
    [19_022, "channel_unauthorised"],
    [19_024, "channel_rejected"],
    [19_999, "channel_rejected"],
  ] as const) {
    faults.push({ code });
    await expect(channel.send(notice, createProgress(), freshSignal())).rejects.toMatchObject({ code: fault });
  }
});

test("too many notices are waited for", async () => {
  const { channel, faults, shown, clock } = await openHook();
  faults.push({ code: 11_232 });
  const before = clock.now();
  await channel.send(notice, createProgress(), freshSignal());
  expect(shown).toHaveLength(1);
  expect(clock.now() - before).toBeGreaterThanOrEqual(5000);
});

test("a card that is refused becomes rich text, and then plain text", async () => {
  const { channel, faults, shown } = await openHook();
  faults.push({ code: 9499 }, { code: 9499 });
  await channel.send(notice, createProgress(), freshSignal());
  expect(shown).toMatchObject([{ msg_type: "text", content: { text: expect.stringContaining("退公寓") } }]);
});

test("a notice of which nobody knows whether it is shown is never sent again", async () => {
  for (const fault of [{ lost: true }, { status: 502, code: 502 }]) {
    const { channel, faults, bodies } = await openHook();
    faults.push(fault);
    const progress = createProgress();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await expect(channel.send(notice, progress, freshSignal())).rejects.toMatchObject({
        code: "channel_unknown_outcome",
        retryable: false,
      });
    }
    expect(bodies).toHaveLength(1);
  }
});

test("a long notice comes in parts of 20 KB, five a second at most", async () => {
  const { channel, shown, clock } = await openHook();
  const markdown = Array.from({ length: 4000 }, (_, index) => `第 ${index} 条：押金会退还。`).join("\n\n");
  const before = clock.now();
  await channel.send({ ...notice, markdown }, createProgress(), freshSignal());
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.every((body) => Buffer.byteLength(JSON.stringify(body)) <= 20_480)).toBe(true);
  expect(clock.now() - before).toBeGreaterThanOrEqual(1000);
});

test("at most a hundred a minute", async () => {
  const { channel, shown, clock } = await openHook();
  const before = clock.now();
  for (let index = 0; index < 101; index += 1) await channel.send(notice, createProgress(), freshSignal());
  expect(shown).toHaveLength(101);
  expect(clock.now() - before).toBeGreaterThanOrEqual(59_000);
});

test("pitfall 23: no fault shows the address or the secret, and a value that is no address is refused without it", async () => {
  const { channel, faults } = await openHook();
  faults.push({ code: 19_024 });
  const fault: unknown = await channel.send(notice, createProgress(), freshSignal()).catch((error: unknown) => error);
  expect(String(fault)).not.toMatch(/11111111|demo-secret|127\.0\.0\.1/);
  const wrong = await openHook({ hook: "not an address" });
  const refusal: unknown = await wrong.channel.start(() => Promise.resolve()).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "channel_unauthorised" });
  expect(String(refusal)).not.toContain("not an address");
});

test("doctor says what cannot be tried and what is left open", async () => {
  const { channel } = await openHook({ secret: undefined });
  const findings = await channel.check(freshSignal());
  expect(findings.map(({ what, status }) => [what, status])).toEqual([
    ["hook", "skipped"],
    ["signature", "warning"],
  ]);
});
