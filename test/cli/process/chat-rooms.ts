import type { WebhookReply, WebhookRequest } from "../../../src/core/channel.ts";
import {
  encryptedRequest,
  ENCRYPT_KEY,
  envelope,
  mention,
  messageEnvelope,
  TOKEN,
} from "../../channels/lark/envelopes.ts";
import { APP_ID, APP_SECRET, BOT_OPEN_ID, FakeFeishu, type FakeMessage } from "../../channels/lark/fake-feishu.ts";
import {
  ACCOUNT,
  BOT,
  CALLBACK_SECRET,
  groupData,
  PASSWORD,
  startFakeWkteam,
  wkteamCallback,
} from "../../channels/wechat/fake-wkteam.ts";
import { createBotSide } from "../../channels/wecom/fake-bot-side.ts";
import { AES_KEY, startFakeWecom, TOKEN as WECOM_TOKEN } from "../../channels/wecom/fake-wecom.ts";
import { pause } from "./serving.ts";

/** What the channels' variables hold. */
export const ROOM_ENV = {
  LARK_SECRET: APP_SECRET,
  LARK_TOKEN: TOKEN,
  LARK_KEY: ENCRYPT_KEY,
  WECOM_TOKEN,
  WECOM_KEY: AES_KEY,
  WKTEAM_ACCOUNT: ACCOUNT,
  WKTEAM_PASSWORD: PASSWORD,
  WKTEAM_SECRET: CALLBACK_SECRET,
};

/** A line as the platform delivered it. */
export interface Delivered {
  id: string;
  status: number;
  /** Until the platform had its reply. */
  ackMs: number;
}

export interface SayOptions {
  from?: string;
  /** Names the bot. */
  toBot?: boolean;
  /** Names another member. */
  to?: string;
  /** Id of the line that is replied to. */
  replyTo?: string;
}

/** Three groups on three platforms, whose members talk to the program at `url`. */
export async function openRooms(url: string) {
  const answered: Delivered[] = [];
  let lines = 0;

  const post = async (target: string, { query, headers, body }: WebhookRequest): Promise<WebhookReply> => {
    const search = query.size === 0 ? "" : `?${query.toString()}`;
    const response = await fetch(`${target}${search}`, {
      method: "POST",
      headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, value]],
      ),
      body: Buffer.from(body),
    });
    return { status: response.status, body: await response.text() };
  };
  const deliver = async (id: string, send: () => Promise<WebhookReply>): Promise<Delivered> => {
    const begun = performance.now();
    const { status } = await send();
    const delivered = { id, status, ackMs: performance.now() - begun };
    answered.push(delivered);
    return delivered;
  };

  const feishu = await new FakeFeishu().start();
  const larkUrl = `${url}/webhooks/lark/hr`;
  const larkLine = (text: string, id: string, { from = "ou_alice", toBot = false, to, replyTo }: SayOptions) => {
    const named = [
      ...(toBot ? [{ key: "@_user_1", openId: BOT_OPEN_ID, name: "Bean" }] : []),
      ...(to === undefined ? [] : [{ key: "@_user_2", openId: to, name: to }]),
    ];
    feishu.known.add(id);
    return {
      message: {
        message_id: id,
        create_time: String(Date.now()),
        content: JSON.stringify({ text: [...named.map(({ key }) => key), text].join(" ") }),
        mentions: named.map(({ key, openId, name }) => mention(key, openId, name)),
        ...(replyTo !== undefined && { parent_id: replyTo, root_id: replyTo }),
      },
      sender: { sender_id: { union_id: "", user_id: "", open_id: from } },
    };
  };
  const lark = {
    fake: feishu,
    post: (request: WebhookRequest, name = "hr") => post(`${url}/webhooks/lark/${name}`, request),
    async say(text: string, options: SayOptions = {}): Promise<Delivered> {
      lines += 1;
      return lark.deliver(text, `om_line${lines}`, options);
    },
    /** The same line may be delivered again, as another event. */
    async deliver(text: string, id: string, options: SayOptions = {}): Promise<Delivered> {
      lines += 1;
      const { message, sender } = larkLine(text, id, options);
      const body = messageEnvelope(message, { sender, header: { event_id: `event${lines}` } });
      return deliver(id, () => post(larkUrl, encryptedRequest(body, { sentAtMs: Date.now() })));
    },
    async recall(id: string): Promise<void> {
      lines += 1;
      const event = { message_id: id, chat_id: "oc_group", recall_time: String(Date.now()) };
      const body = envelope("im.message.recalled_v1", event, { event_id: `event${lines}` });
      await post(larkUrl, encryptedRequest(body, { sentAtMs: Date.now() }));
      feishu.known.delete(id);
    },
    async react(messageId: string, userId: string): Promise<void> {
      lines += 1;
      const body = envelope(
        "im.message.reaction.created_v1",
        {
          message_id: messageId,
          reaction_type: { emoji_type: "THUMBSUP" },
          operator_type: "user",
          user_id: { open_id: userId },
          action_time: String(Date.now()),
        },
        { event_id: `event${lines}` },
      );
      await post(larkUrl, encryptedRequest(body, { sentAtMs: Date.now() }));
    },
    repliesTo: (id: string): FakeMessage[] => feishu.messages.filter(({ replyTo }) => replyTo === id),
    /** What members read in reply to a line, one text a message. */
    textsTo: (id: string): string[] => lark.repliesTo(id).map((message) => JSON.stringify(feishu.cardOf(message))),
  };

  const wecomFake = await startFakeWecom({ now: Date.now, sleep: pause });
  const side = createBotSide(wecomFake, {
    clock: { now: Date.now, sleep: pause },
    receive: () => (request) => post(`${url}/webhooks/wecom/desk`, request),
  });
  /** Bubble of each line. */
  const bubbles = new Map<string, string>();
  const closing = new AbortController();
  const wecom = {
    fake: wecomFake,
    async say(text: string, { from = "zhang" }: SayOptions = {}): Promise<Delivered> {
      lines += 1;
      const id = `wecom-line${lines}`;
      return deliver(id, async () => {
        bubbles.set(id, await side.say(`@咸亨 ${text}`, { msgid: id, from: { userid: from } }));
        return { status: 200 };
      });
    },
    /** What the bubble of a line shows. */
    textOf: (id: string): string => wecomFake.bubbles.get(bubbles.get(id) ?? "")?.content ?? "",
    isOver: (id: string): boolean => (wecomFake.bubbles.get(bubbles.get(id) ?? "")?.finishes ?? 0) > 0,
  };
  /** Asks for open bubbles as WeCom does, also while the program is down. */
  const polling = (async () => {
    while (!closing.signal.aborted) {
      for (const [id, bubble] of bubbles) {
        if (wecom.isOver(id)) continue;
        await side.poll(bubble).catch((error: unknown) => {
          const isDown = error instanceof TypeError || (error instanceof Error && /^HTTP 50[03]$/u.test(error.message));
          if (!isDown) wecomFake.violations.push(String(error));
        });
      }
      await pause(150);
    }
  })();

  const wkteamFake = await startFakeWkteam(Date.now);
  const wkteam = {
    fake: wkteamFake,
    async say(text: string, options: SayOptions = {}): Promise<Delivered> {
      lines += 1;
      return wkteam.deliver(text, String(7_325_106_488_312_000_000n + BigInt(lines)), options);
    },
    async deliver(text: string, id: string, { from = "wxid_alice", toBot = false, to }: SayOptions = {}) {
      const called = [...(toBot ? [BOT] : []), ...(to === undefined ? [] : [to])];
      const data = groupData(toBot ? `@Bean Bot\u2005${text}` : text, {
        fromUser: from,
        timestamp: Math.floor(Date.now() / 1000),
        ...(called.length > 0 && { atlist: called }),
      }).replace("7325106488312345678", id);
      const request = wkteamCallback("80001", data);
      // Where the gateway was told to call us.
      const target = new URL(wkteamFake.callback() ?? `${url}/webhooks/wechat/tenants`);
      return deliver(id, () => post(`${target.origin}${target.pathname}`, { ...request, query: target.searchParams }));
    },
    /** What the group read, in order. */
    texts: (): string[] => wkteamFake.shown.map(({ text }) => text),
  };

  return {
    lark,
    wecom,
    wkteam,
    /** All lines so far, as they were taken. */
    answered,
    async close(): Promise<void> {
      closing.abort();
      await polling;
      feishu.stop();
      wkteamFake.close();
      await wecomFake.close();
    },
  };
}

export type Rooms = Awaited<ReturnType<typeof openRooms>>;

/** The configuration of the three bots; the group of the WeChat account leaves people more time. */
export function roomsConfig(
  { lark, wecom, wkteam }: Rooms,
  { port, more = "" }: { port: number; more?: string },
): string {
  return `
[corpus]
paths = ["corpus"]

[gate]
judge = "never"

[group]
debounce_s = 1
human_first_s = 1
admins = ["ou_boss", "boss", "wxid_boss"]

[attention]
min_gap_s = 0
per_hour = 1000
per_day = 10000
max_share = 1

[server]
port = ${port}
public_url = "http://127.0.0.1:${port}"

[[channel]]
kind = "lark"
name = "hr"
app_id = "${APP_ID}"
app_secret_env = "LARK_SECRET"
verification_token_env = "LARK_TOKEN"
encrypt_key_env = "LARK_KEY"
base_url = "${lark.fake.baseUrl}"

[[channel]]
kind = "wecom-bot"
name = "desk"
bot_name = "咸亨"
token_env = "WECOM_TOKEN"
encoding_aes_key_env = "WECOM_KEY"
base_url = "${wecom.fake.baseUrl}"

[[channel]]
kind = "wechat-wkteam"
name = "tenants"
account_env = "WKTEAM_ACCOUNT"
password_env = "WKTEAM_PASSWORD"
callback_secret_env = "WKTEAM_SECRET"
base_url = "${wkteam.fake.baseUrl}"

[[channel.group]]
id = "123@chatroom"
human_first_s = 2
${more}`;
}
