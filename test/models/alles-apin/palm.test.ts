import { expect, test } from "vitest";
import { z } from "zod";
import { describeGateway, never, openGateway, QUESTION, type GatewaySuite } from "../../conformance/gateway.ts";
import { sendJson, type Received } from "../stand-in/gateway-server.ts";
import {
  allesApin,
  failure,
  refuseUnless,
  sendSuccess,
  success,
  temperature,
  textsIn,
  words,
} from "../stand-in/alles-apin.ts";

const HAN = /\p{Script=Han}/u;
const noChinese = words.refine((text) => !HAN.test(text), "the model takes no Chinese");
const translateBody = z.strictObject({
  q: words.refine((text) => Buffer.byteLength(text) <= 6000, "too long"),
  frm: z.enum(["auto", "zh", "en"]),
  to: z.enum(["zh", "en"]),
});
const TRANSLATE = "/v1/baidu/v1/trans/general";

const isTranslation = ({ path }: Received): boolean => path.endsWith(TRANSLATE);

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

const chat: GatewaySuite = allesApin("palm-chat", {
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

describeGateway(chat);

describeGateway(
  allesApin("palm-text", {
    refuse: refuseUnless({
      [TRANSLATE]: { body: translateBody },
      "/v1/google/v1/palm/text": {
        body: z.strictObject({
          prompt: z.strictObject({ text: noChinese }),
          temperature,
          candidate_count: z.int().min(1).max(8).optional(),
          max_output_tokens: z.int().min(1).optional(),
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
  }),
);

test("an English question goes to PaLM without any translation", async () => {
  const { server, model } = await openGateway(chat, {
    usual: (response) => sendSuccess(response, { candidates: [{ author: "1", content: "Three days." }] }),
  });
  const request = { messages: [{ role: "user" as const, content: "How many days?" }] };
  expect((await model.complete(request, never)).text).toBe("Three days.");
  expect(server.received.map(({ path }) => path.includes("trans"))).toEqual([false]);
  await server.close();
});

test("a long material is translated in calls of at most 6,000 bytes, line breaks kept", async () => {
  const { server, model } = await openGateway(chat);
  const lines = Array.from({ length: 60 }, (_, line) => `第${line}条：${"退宿须知".repeat(20)}。`);
  const content = `${lines.join("\n")}\n\n${"长".repeat(2500)}`;
  await model.complete({ messages: [{ role: "user", content }] }, never);
  const asked = chat.contentsOf(server.received.findLast((one) => !isTranslation(one)) ?? server.received[0]!);
  expect(asked[0]?.split("\n").slice(0, 60)).toEqual(lines);
  expect(asked[0]?.replaceAll(" ", "").endsWith("长".repeat(2500))).toBe(true);
  await server.close();
});

test("a translator that gives up stops the answer before PaLM is asked", async () => {
  const { server, model } = await openGateway(chat, {
    usual: (response) => sendJson(response, failure({ error_code: "54003", error_msg: "Invalid Access Limit" })),
  });
  await expect(model.complete(QUESTION, never)).rejects.toMatchObject({
    message: expect.stringContaining("Invalid Access Limit"),
  });
  expect(server.received.every(isTranslation)).toBe(true);
  await server.close();
});

test("what the translator leaves in Chinese does not reach PaLM", async () => {
  const { server, model } = await openGateway(chat, {
    usual: (response, received) =>
      isTranslation(received)
        ? sendJson(response, success({ trans_result: [{ src: "x", dst: "How about 浦东 station?" }] }))
        : sendSuccess(response, { candidates: [{ content: "ok" }] }),
  });
  await model.complete(QUESTION, never);
  expect(JSON.stringify(server.received.find((one) => !isTranslation(one))?.body)).not.toMatch(HAN);
  await server.close();
});
