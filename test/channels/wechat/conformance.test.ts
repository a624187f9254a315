import { createConsoleChannel } from "../../../src/channels/console/channel.ts";
import { createAndroidChannel } from "../../../src/channels/wechat/android/channel.ts";
import { createOfficialChannel } from "../../../src/channels/wechat/official/channel.ts";
import { createWkteamChannel } from "../../../src/channels/wechat/wkteam/channel.ts";
import { createMemoryStore } from "../../../src/store/memory-store.ts";
import { channelConformance } from "../../conformance/channel.ts";
import { createJumpingClock, createManualClock, createRecordingLogger, settle } from "../../models/stand-in/clocks.ts";
import { APP_ID, APP_SECRET, plainCallback, startFakeOfficial, textXml, TOKEN } from "./fake-official.ts";
import { phoneRequest } from "./fake-phone.ts";
import { ACCOUNT, CALLBACK_SECRET, groupData, PASSWORD, startFakeWkteam, wkteamCallback } from "./fake-wkteam.ts";

const logger = createRecordingLogger();

channelConformance("wechat-official", async () => {
  const clock = createManualClock();
  const platform = await startFakeOfficial();
  const channel = createOfficialChannel({
    name: "oa",
    appId: APP_ID,
    token: TOKEN,
    secret: APP_SECRET,
    baseUrl: platform.baseUrl,
    fetch: (url, init) => fetch(url, init),
    clock,
    logger,
  });
  const endWaiting = async (): Promise<void> => {
    await settle();
    await clock.advance(6000);
  };
  return {
    channel,
    deliver: (text) => plainCallback(textXml(`<![CDATA[${text}]]>`)),
    endWaiting,
    close: () => platform.close(),
  };
});

channelConformance("wechat-wkteam", async () => {
  const clock = createJumpingClock();
  const gateway = await startFakeWkteam(() => clock.now());
  const channel = createWkteamChannel({
    name: "team",
    baseUrl: gateway.baseUrl,
    account: ACCOUNT,
    password: PASSWORD,
    callbackSecret: CALLBACK_SECRET,
    publicUrl: "https://bot.example.com",
    groups: ["*"],
    notes: createMemoryStore(),
    fetch: (url, init) => fetch(url, init),
    clock,
    logger,
  });
  return { channel, deliver: (text) => wkteamCallback("80001", groupData(text)), close: () => gateway.close() };
});

channelConformance("wechat-android", async () => {
  const channel = createAndroidChannel({
    name: "phone",
    suffix: "7c9e6679f7425ab40d3e1b2c4f5a69d8",
    groups: ["*"],
    notes: createMemoryStore(),
    clock: createManualClock(),
    logger,
  });
  const deliver = (content: string) =>
    phoneRequest(
      JSON.stringify({ query_id: "g", groupname: "g", username: "alice", query: { type: "text", content } }),
    );
  return { channel, deliver, close: () => undefined };
});

channelConformance("console", async () => {
  const channel = createConsoleChannel({ name: "desk", write: () => undefined, clock: createManualClock(), logger });
  return { channel, close: () => undefined };
});
