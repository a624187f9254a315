import { createLarkHookChannel } from "../../../src/channels/lark-hook/channel.ts";
import { createLarkChannel } from "../../../src/channels/lark/channel.ts";
import { channelConformance } from "../../conformance/channel.ts";
import { createJumpingClock, createRecordingLogger } from "../../models/stand-in/clocks.ts";
import { ENCRYPT_KEY, encryptedRequest, messageEnvelope, NOW_MS, TOKEN } from "./envelopes.ts";
import { APP_ID, APP_SECRET, FakeFeishu } from "./fake-feishu.ts";

channelConformance("lark", async () => {
  const feishu = await new FakeFeishu().start();
  return {
    channel: createLarkChannel({
      name: "hr",
      appId: APP_ID,
      appSecret: APP_SECRET,
      verificationToken: TOKEN,
      encryptKey: ENCRYPT_KEY,
      baseUrl: feishu.baseUrl,
      mode: "webhook",
      fetch: (url, init) => fetch(url, init),
      clock: createJumpingClock(NOW_MS),
      logger: createRecordingLogger(),
    }),
    deliver: (text) => encryptedRequest(messageEnvelope({ content: JSON.stringify({ text }), mentions: [] })),
    close: () => feishu.stop(),
  };
});

channelConformance("lark-hook", () =>
  Promise.resolve({
    channel: createLarkHookChannel({
      name: "news",
      hook: "http://127.0.0.1:1/open-apis/bot/v2/hook/none",
      baseUrl: "http://127.0.0.1:1",
      fetch: (url, init) => fetch(url, init),
      clock: createJumpingClock(NOW_MS),
    }),
    close: () => undefined,
  }),
);
