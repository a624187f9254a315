import { z } from "zod";
import { writeFlatXml } from "../../../src/channels/flat-xml.ts";
import { createWecomCrypto, type WecomCrypto } from "../../../src/channels/wecom-crypto.ts";
import type { WebhookReply, WebhookRequest } from "../../../src/core/channel.ts";
import type { Clock } from "../../../src/core/runtime.ts";
import { AES_KEY, AGENT, CORP, toObject, TOKEN, type FakeWecom } from "./fake-wecom.ts";

const POLL_FOR_MS = 360_000;
const NONCE = "1372623149";

const envelopeSchema = z.strictObject({
  encrypt: z.string(),
  msgsignature: z.string(),
  timestamp: z.number().int(),
  nonce: z.literal(NONCE),
});

const frameSchema = z.strictObject({
  msgtype: z.literal("stream"),
  stream: z.strictObject({
    id: z.string(),
    finish: z.boolean(),
    content: z.string(),
    feedback: z.strictObject({ id: z.string().max(256) }).optional(),
  }),
});

export interface BotFrame {
  id: string;
  finish: boolean;
  content: string;
  feedbackId: string | undefined;
}

export type Receive = (request: WebhookRequest) => Promise<WebhookReply>;

/** A signed request as WeCom sends it. */
export function signedRequest(
  crypto: WecomCrypto,
  text: string,
  { form = "json", now = 1_700_000_000_000 }: { form?: "json" | "xml"; now?: number } = {},
): WebhookRequest {
  const encrypt = crypto.encrypt(text);
  const timestamp = String(Math.floor(now / 1000));
  const query = new URLSearchParams({
    msg_signature: crypto.sign({ timestamp, nonce: NONCE, encrypt }),
    timestamp,
    nonce: NONCE,
  });
  const body =
    form === "json"
      ? JSON.stringify({ encrypt })
      : writeFlatXml([
          ["ToUserName", CORP],
          ["AgentID", String(AGENT)],
          ["Encrypt", encrypt],
        ]);
  return { method: "POST", query, headers: {}, body: Buffer.from(body) };
}

/** WeCom's side of one AI bot: sends lines, polls bubbles, and watches that they obey. */
export interface FakeBotSide {
  crypto: WecomCrypto;
  /** Sends any callback; returns the reply as it came. */
  call(inner: Record<string, unknown>): Promise<WebhookReply>;
  /** A member's line; returns the bubble's id. */
  say(text: string, changes?: Record<string, unknown>): Promise<string>;
  /** One poll; undefined for "nothing yet". */
  poll(id: string): Promise<BotFrame | undefined>;
}

export function createBotSide(
  fake: FakeWecom,
  { clock, receive }: { clock: Clock; receive: () => Receive },
): FakeBotSide {
  const crypto = createWecomCrypto({ name: "fake", token: TOKEN, encodingAesKey: AES_KEY, receiveId: "" });
  let messages = 0;
  const call: FakeBotSide["call"] = (inner) =>
    receive()(signedRequest(crypto, JSON.stringify(inner), { now: clock.now() }));

  const readFrame = (reply: WebhookReply): BotFrame | undefined => {
    if (reply.status !== 200) throw new Error(`HTTP ${reply.status}`);
    if (reply.body === undefined || reply.body === "") return undefined;
    const { encrypt, msgsignature, timestamp } = envelopeSchema.parse(toObject(reply.body));
    const isSigned = crypto.isSigned({ timestamp: String(timestamp), nonce: NONCE, encrypt }, msgsignature);
    if (!isSigned) throw new Error("the reply is not signed");
    const { id, finish, content, feedback } = frameSchema.parse(toObject(crypto.decrypt(encrypt) ?? "{}")).stream;
    if (Buffer.byteLength(content) > 20_480) fake.violations.push(`a bubble of ${Buffer.byteLength(content)} bytes`);
    return { id, finish, content, feedbackId: feedback?.id };
  };

  return {
    crypto,
    call,
    say: async (text, changes = {}) => {
      messages += 1;
      const frame = readFrame(
        await call({
          msgid: `M${messages}`,
          aibotid: "AIBOT",
          chatid: "CHATid",
          chattype: "group",
          from: { userid: "zhang" },
          response_url: fake.newResponseUrl(),
          msgtype: "text",
          text: { content: text },
          ...changes,
        }),
      );
      if (frame === undefined) throw new Error("no first frame");
      if (!fake.bubbles.has(frame.id)) {
        if (frame.finish) fake.violations.push("the first frame is finished");
        fake.bubbles.set(frame.id, {
          content: frame.content,
          finishes: frame.finish ? 1 : 0,
          startedAt: clock.now(),
          polledAt: [],
          feedbackId: frame.feedbackId,
        });
      }
      return frame.id;
    },
    poll: async (id) => {
      const bubble = fake.bubbles.get(id);
      if (bubble !== undefined && clock.now() - bubble.startedAt > POLL_FOR_MS) throw new Error("WeCom polls no more");
      messages += 1;
      const frame = readFrame(
        await call({
          msgid: `P${messages}`,
          aibotid: "AIBOT",
          from: { userid: "zhang" },
          msgtype: "stream",
          stream: { id },
        }),
      );
      if (bubble === undefined || frame === undefined) return frame;
      if (frame.id !== id) fake.violations.push("another bubble's id");
      if (frame.feedbackId !== undefined) fake.violations.push("a feedback id in a poll");
      if (!frame.content.startsWith(bubble.content)) fake.violations.push("a bubble that shrank or changed");
      if (bubble.finishes > 0 && frame.content !== bubble.content) fake.violations.push("more after the end");
      bubble.content = frame.content;
      if (frame.finish) bubble.finishes += 1;
      bubble.polledAt.push(clock.now());
      return frame;
    },
  };
}
