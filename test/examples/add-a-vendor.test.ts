import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { answerChat, faultOfChatBody } from "../models/stand-in/chat-completion.ts";
import { startGatewayServer } from "../models/stand-in/gateway-server.ts";
import { APARTMENT } from "../cli/process/run-cli.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const TSX = join(ROOT, "node_modules", "tsx", "dist", "cli.mjs");

test("the example of a vendor asks it", async () => {
  // Below the repository: worker threads find tsx from the current folder.
  const cwd = mkdtempSync(join(ROOT, "node_modules", ".example-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  mkdirSync(join(cwd, "corpus"));
  writeFileSync(join(cwd, "corpus", "apartment.md"), APARTMENT);
  writeFileSync(join(cwd, "config.ini"), '[corpus]\npaths = ["corpus"]\n');
  const server = await startGatewayServer({
    refuse: ({ headers, body }) => {
      if (headers.authorization !== "Bearer acme-key-1") return { status: 401, body: {} };
      const fault = faultOfChatBody(body);
      return fault === undefined ? undefined : { status: 400, body: { error: { message: fault } } };
    },
    usual: (response, received) =>
      answerChat(response, received, "退房请提前三个工作日发邮件到 apartment@example.org 申请。[1]"),
  });
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [TSX, join(ROOT, "examples", "add-a-vendor.ts"), "退房需要提前几天申请？"],
    {
      cwd,
      env: { PATH: process.env["PATH"], HOME: cwd, ACME_BASE_URL: `${server.url}/v1`, ACME_API_KEY: "acme-key-1" },
    },
  );
  await server.close();
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^acme\/acme-8k: .*三个工作日/u);
  expect(server.received.map(({ body }) => body["model"])).toContain("acme-8k");
});
