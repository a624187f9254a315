import { expect, test } from "vitest";
import { describeGateway, never, openGateway, QUESTION } from "../../conformance/gateway.ts";
import { sendJson } from "../stand-in/gateway-server.ts";
import { answerStep, ASSISTANTS, envelope, stepOf } from "../stand-in/suites/openai-assistants.ts";

describeGateway(ASSISTANTS);

test("makes an assistant, a thread, a message and a run, waits, reads, and deletes what it made", async () => {
  let polls = 0;
  const { server, model } = await openGateway(ASSISTANTS, {
    usual: (response, received) => {
      if (stepOf(received) === "read-run") polls += 1;
      answerStep(response, received, "三天", polls > 2 ? 1 : 0);
    },
  });
  expect((await model.complete(QUESTION, never)).text).toBe("三天");
  expect(server.received.map(stepOf)).toEqual([
    "create-assistant",
    "create-thread",
    "create-message",
    "create-run",
    "read-run",
    "read-run",
    "read-run",
    "read-messages",
    "delete-thread",
    "delete-assistant",
  ]);
  await server.close();
});

test.each([
  ["failed", { code: "server_error", message: "try later" }, "model_bad_reply"],
  ["failed", { code: "rate_limit_exceeded", message: "quota" }, "model_rate_limited"],
  ["expired", null, "timeout"],
  ["requires_action", null, "model_bad_reply"],
])("a run that ends as %s with %j is told, and everything is deleted", async (status, last_error, code) => {
  const { server, model } = await openGateway(ASSISTANTS, {
    usual: (response, received) =>
      stepOf(received) === "read-run"
        ? sendJson(response, envelope({ id: "run_1", status, last_error }))
        : answerStep(response, received, "x"),
  });
  await expect(model.complete(QUESTION, never)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(status),
  });
  expect(server.received.slice(-2).map(stepOf)).toEqual(["delete-thread", "delete-assistant"]);
  await server.close();
});

test("a run that never ends is a timeout by the time allowed for the whole reply", async () => {
  const { server, model } = await openGateway(ASSISTANTS, {
    changes: { timeout_s: 20 },
    usual: (response, received) => answerStep(response, received, "x", 0),
  });
  await expect(model.complete(QUESTION, never)).rejects.toMatchObject({ code: "timeout" });
  expect(server.received.slice(-2).map(stepOf)).toEqual(["delete-thread", "delete-assistant"]);
  await server.close();
});

test("an empty message is no reply, and the vendor's status is its fault", async () => {
  const empty = await openGateway(ASSISTANTS, { usual: (response, received) => answerStep(response, received, "") });
  await expect(empty.model.complete(QUESTION, never)).rejects.toMatchObject({ code: "model_bad_reply" });
  await empty.server.close();
  const refused = await openGateway(ASSISTANTS, {
    usual: (response) => sendJson(response, envelope({ error: { message: "The model `x` does not exist" } }, 404)),
  });
  await expect(refused.model.complete(QUESTION, never)).rejects.toMatchObject({
    code: "model_rejected_request",
    message: expect.stringContaining("does not exist"),
  });
  await refused.server.close();
});
