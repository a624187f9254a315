import { expect, test } from "vitest";
import { describeGateway, never, openGateway, QUESTION } from "../../conformance/gateway.ts";
import { failure, sendSuccess, success } from "../stand-in/alles-apin.ts";
import { sendJson } from "../stand-in/gateway-server.ts";
import { isTranslation, PALM_CHAT, PALM_TEXT } from "../stand-in/suites/palm.ts";

const HAN = /\p{Script=Han}/u;

describeGateway(PALM_CHAT);
describeGateway(PALM_TEXT);

test("an English question goes to PaLM without any translation", async () => {
  const { server, model } = await openGateway(PALM_CHAT, {
    usual: (response) => sendSuccess(response, { candidates: [{ author: "1", content: "Three days." }] }),
  });
  const request = { messages: [{ role: "user" as const, content: "How many days?" }] };
  expect((await model.complete(request, never)).text).toBe("Three days.");
  expect(server.received.map(({ path }) => path.includes("trans"))).toEqual([false]);
  await server.close();
});

test("an English question about Chinese material has an English answer", async () => {
  const { server, model } = await openGateway(PALM_CHAT, {
    usual: (response, received) => {
      if (isTranslation(received)) return PALM_CHAT.answer(response, received, { text: "" });
      sendSuccess(response, { candidates: [{ author: "1", content: "Three working days. [1]" }] });
    },
  });
  const content = "[1] 退房须提前三个工作日申请。\nQuestion: How many days?";
  const reply = await model.complete({ messages: [{ role: "user", content }], language: "en" }, never);
  expect(reply.text).toBe("Three working days. [1]");
  expect(server.received.filter(isTranslation).map(({ body }) => body["to"])).toEqual(["en"]);
  await server.close();
});

test.each(["NO_ANSWER", "NO_ANSWER.", '{"score": 7}'])(
  "%s is for the program and is not translated",
  async (content) => {
    const { server, model } = await openGateway(PALM_CHAT, {
      usual: (response, received) => {
        if (isTranslation(received)) return PALM_CHAT.answer(response, received, { text: "" });
        sendSuccess(response, { candidates: [{ author: "1", content }] });
      },
    });
    expect((await model.complete(QUESTION, never)).text).toBe(content);
    await server.close();
  },
);

test("a long material is translated in calls of at most 6,000 bytes, line breaks kept", async () => {
  const { server, model } = await openGateway(PALM_CHAT);
  const lines = Array.from({ length: 60 }, (_, line) => `第${line}条：${"退宿须知".repeat(20)}。`);
  const content = `${lines.join("\n")}\n\n${"长".repeat(2500)}`;
  await model.complete({ messages: [{ role: "user", content }] }, never);
  const asked = PALM_CHAT.contentsOf(server.received.findLast((one) => !isTranslation(one)) ?? server.received[0]!);
  expect(asked[0]?.split("\n").slice(0, 60)).toEqual(lines);
  expect(asked[0]?.replaceAll(" ", "").endsWith("长".repeat(2500))).toBe(true);
  await server.close();
});

test("no longer reply is asked of text-bison-001 than it can give", async () => {
  const { server, model } = await openGateway(PALM_TEXT, { changes: { max_tokens: 9000 } });
  await model.complete({ messages: [{ role: "user", content: "How many days?" }] }, never);
  expect(server.received[0]?.body).toMatchObject({ max_output_tokens: 1024 });
  await server.close();
});

test("a translator that gives up stops the answer before PaLM is asked", async () => {
  const { server, model } = await openGateway(PALM_CHAT, {
    usual: (response) => sendJson(response, failure({ error_code: "54003", error_msg: "Invalid Access Limit" })),
  });
  await expect(model.complete(QUESTION, never)).rejects.toMatchObject({
    message: expect.stringContaining("Invalid Access Limit"),
  });
  expect(server.received.every(isTranslation)).toBe(true);
  await server.close();
});

test("what the translator leaves in Chinese does not reach PaLM", async () => {
  const { server, model } = await openGateway(PALM_CHAT, {
    usual: (response, received) =>
      isTranslation(received)
        ? sendJson(response, success({ trans_result: [{ src: "x", dst: "How about 浦东 station?" }] }))
        : sendSuccess(response, { candidates: [{ content: "ok" }] }),
  });
  await model.complete(QUESTION, never);
  expect(JSON.stringify(server.received.find((one) => !isTranslation(one))?.body)).not.toMatch(HAN);
  await server.close();
});
