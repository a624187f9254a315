import { expect, test } from "vitest";
import { describeGateway, never, openGateway, QUESTION } from "../conformance/gateway.ts";
import { puyuSuite } from "./stand-in/suites/puyu.ts";

describeGateway(puyuSuite("older"));
describeGateway(puyuSuite("newer"));

test("a bad token is told by msgCode A0202 although the status is 200", async () => {
  const open = await openGateway({ ...puyuSuite("older"), env: { PUYU_KEY: "another" } });
  await expect(open.model.complete(QUESTION, never)).rejects.toMatchObject({
    code: "model_unauthorised",
    message: expect.stringContaining("PUYU_KEY"),
  });
  expect(open.server.received).toHaveLength(1);
  await open.server.close();
});
