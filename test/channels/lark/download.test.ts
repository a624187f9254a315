import { expect, onTestFinished, test } from "vitest";
import { createLarkApi } from "../../../src/channels/lark/api.ts";
import { createSecretMask } from "../../../src/channels/secret-mask.ts";
import { createJumpingClock } from "../../models/stand-in/clocks.ts";
import { APP_ID, APP_SECRET, FakeFeishu } from "./fake-feishu.ts";
import { freshSignal } from "./lark-bench.ts";

async function openApi() {
  const feishu = await new FakeFeishu().start();
  onTestFinished(() => feishu.stop());
  const api = createLarkApi({
    name: 'lark "hr"',
    baseUrl: feishu.baseUrl,
    appId: APP_ID,
    appSecret: APP_SECRET,
    fetch: (url, init) => fetch(url, init),
    clock: createJumpingClock(),
    secrets: createSecretMask([APP_SECRET]),
  });
  return { feishu, api };
}

const picture = { messageId: "om_question", key: "img_1", type: "image" as const };

test("downloads what a member sent, also after the token has grown old", async () => {
  const { feishu, api } = await openApi();
  feishu.resources.set("om_question/img_1", Buffer.from("picture"));
  for (let round = 0; round < 2; round += 1) {
    const { bytes, mediaType } = await api.download(picture, { maxBytes: 7, signal: freshSignal() });
    expect(Buffer.from(bytes).toString()).toBe("picture");
    expect(mediaType).toBe("image/png");
    feishu.revokeTokens();
  }
  expect(feishu.tokensIssued).toBe(2);
});

test("a file that is too large or not of this message is refused", async () => {
  const { feishu, api } = await openApi();
  feishu.resources.set("om_question/img_1", Buffer.from("picture"));
  await expect(api.download(picture, { maxBytes: 6, signal: freshSignal() })).rejects.toMatchObject({
    code: "channel_rejected",
  });
  await expect(
    api.download({ ...picture, key: "other" }, { maxBytes: 7, signal: freshSignal() }),
  ).rejects.toMatchObject({
    code: "channel_rejected",
  });
});
