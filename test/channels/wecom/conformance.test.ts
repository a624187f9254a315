import { createWecomAppChannel } from "../../../src/channels/wecom/app-channel.ts";
import { createWecomBotChannel } from "../../../src/channels/wecom/bot-channel.ts";
import { createWecomCrypto } from "../../../src/channels/wecom-crypto.ts";
import { channelConformance } from "../../conformance/channel.ts";
import { createManualClock, createRecordingLogger, settle } from "../../models/stand-in/clocks.ts";
import { signedRequest } from "./fake-bot-side.ts";
import { AES_KEY, AGENT, CORP, SECRET, startFakeWecom, TOKEN } from "./fake-wecom.ts";

const logger = createRecordingLogger();
const call = (url: string, init?: RequestInit): Promise<Response> => fetch(url, init);

channelConformance("wecom-app", async () => {
  const clock = createManualClock();
  const fake = await startFakeWecom(clock);
  const crypto = createWecomCrypto({ name: "fake", token: TOKEN, encodingAesKey: AES_KEY, receiveId: CORP });
  const channel = createWecomAppChannel({
    name: "it",
    baseUrl: fake.baseUrl,
    corpId: CORP,
    agentId: AGENT,
    secrets: { token: TOKEN, encodingAesKey: AES_KEY, secret: SECRET },
    fetch: call,
    clock,
    logger,
  });
  const deliver = (text: string) =>
    signedRequest(
      crypto,
      `<xml><ToUserName>${CORP}</ToUserName><FromUserName>zhang</FromUserName><CreateTime>1700000000</CreateTime>` +
        `<MsgType>text</MsgType><Content><![CDATA[${text}]]></Content><MsgId>1</MsgId><AgentID>${AGENT}</AgentID></xml>`,
      { form: "xml" },
    );
  return { channel, deliver, close: () => fake.close() };
});

channelConformance("wecom-bot", async () => {
  const clock = createManualClock();
  const fake = await startFakeWecom(clock);
  const crypto = createWecomCrypto({ name: "fake", token: TOKEN, encodingAesKey: AES_KEY, receiveId: "" });
  const channel = createWecomBotChannel({
    name: "hr",
    baseUrl: fake.baseUrl,
    secrets: { token: TOKEN, encodingAesKey: AES_KEY },
    fetch: call,
    clock,
    logger,
  });
  const deliver = (content: string) =>
    signedRequest(
      crypto,
      JSON.stringify({
        msgid: "M1",
        aibotid: "BOT",
        chatid: "CHAT",
        chattype: "group",
        from: { userid: "zhang" },
        response_url: `${fake.baseUrl}/cgi-bin/aibot/response?response_code=c`,
        msgtype: "text",
        text: { content },
      }),
    );
  const endWaiting = async (): Promise<void> => {
    await settle();
    await clock.advance(3000);
  };
  return { channel, deliver, endWaiting, close: () => fake.close() };
});
