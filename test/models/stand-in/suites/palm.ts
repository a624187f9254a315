import { z } from "zod";
import type { GatewaySuite } from "../../../conformance/gateway.ts";
import type { Received } from "../gateway-server.ts";
import { allesApin, refuseUnless, sendSuccess, temperature, textsIn, words } from "../alles-apin.ts";

const HAN = /\p{Script=Han}/u;
const noChinese = words.refine((text) => !HAN.test(text), "the model takes no Chinese");
const translateBody = z.strictObject({
  q: words.refine((text) => Buffer.byteLength(text) <= 6000, "too long"),
  frm: z.enum(["auto", "zh", "en"]),
  to: z.enum(["zh", "en"]),
});
const TRANSLATE = "/v1/baidu/v1/trans/general";

export const isTranslation = ({ path }: Received): boolean => path.endsWith(TRANSLATE);

/** A translator that can be undone: Chinese as code points in Latin letters, and back. */
function toLatin(text: string): string {
  return text.replace(
    /\p{Script=Han}+/gu,
    (run) => `zq${Array.from(run, (c) => c.codePointAt(0)?.toString(16)).join("x")}q `,
  );
}

function toHan(text: string): string {
  return text.replace(/zq([0-9a-fx]+)q ?/gu, (_all, codes: string) =>
    codes
      .split("x")
      .map((code) => String.fromCodePoint(Number.parseInt(code, 16)))
      .join(""),
  );
}

function translated({ body }: Received): object {
  const { q, to } = translateBody.parse(body);
  const trans_result = q.split("\n").map((src) => ({ src, dst: to === "en" ? toLatin(src) : toHan(src) }));
  return { from: to === "en" ? "zh" : "en", to, trans_result };
}

export const PALM_CHAT: GatewaySuite = allesApin("palm-chat", {
  refuse: refuseUnless({
    [TRANSLATE]: { body: translateBody },
    "/v1/google/v1/palm/chat": {
      body: z.strictObject({
        model: z.literal("chat-bison-001").optional(),
        prompt: z.strictObject({
          messages: z.array(z.strictObject({ author: z.enum(["0", "1"]), content: noChinese })).min(1),
        }),
        temperature,
        candidate_count: z.int().min(1).max(8).optional(),
      }),
    },
  }),
  answer(response, received, { text }) {
    if (isTranslation(received)) return sendSuccess(response, translated(received));
    sendSuccess(response, { candidates: [{ author: "1", content: toLatin(text) }] });
  },
  isQuestion: (received) => !isTranslation(received),
  contentsOf: ({ body }) => {
    const prompt = z.looseObject({ messages: z.unknown() }).parse(body["prompt"]);
    return textsIn(prompt.messages, "content").map(toHan);
  },
  streams: false,
  skip: [{ reason: "the interface does not tell", tests: ["tells that the reply was cut at a length limit"] }],
});

export const PALM_TEXT: GatewaySuite = allesApin("palm-text", {
  refuse: refuseUnless({
    [TRANSLATE]: { body: translateBody },
    "/v1/google/v1/palm/text": {
      body: z.strictObject({
        prompt: z.strictObject({ text: noChinese }),
        temperature,
        candidate_count: z.int().min(1).max(8).optional(),
        max_output_tokens: z.int().min(1).max(1024).optional(),
        safety_settings: z.array(z.strictObject({ category: words, threshold: words })).optional(),
      }),
    },
  }),
  answer(response, received, { text }) {
    if (isTranslation(received)) return sendSuccess(response, translated(received));
    sendSuccess(response, { candidates: [{ output: toLatin(text), safetyRatings: [] }] });
  },
  isQuestion: (received) => !isTranslation(received),
  contentsOf: ({ body }) => {
    const prompt = z.strictObject({ text: z.string() }).parse(body["prompt"]);
    return toHan(prompt.text)
      .replace(/^Conversation so far:\n/u, "")
      .split(/\n+/u)
      .map((line) => line.replace(/^(?:User|Assistant): /u, ""));
  },
  streams: false,
  skip: [{ reason: "the interface does not tell", tests: ["tells that the reply was cut at a length limit"] }],
});
