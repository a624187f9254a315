import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import { beforeAll, describe, expect, test } from "vitest";
import type { GatewaySuite } from "../../conformance/gateway.ts";
import { startGatewayServer } from "../../models/stand-in/gateway-server.ts";
import { aimhubSuite } from "../../models/stand-in/suites/aimhub.ts";
import { ALLES_APIN_SUITES } from "../../models/stand-in/suites/alles-apin.ts";
import { ASSISTANTS } from "../../models/stand-in/suites/openai-assistants.ts";
import { PALM_CHAT, PALM_TEXT } from "../../models/stand-in/suites/palm.ts";
import { puyuSuite } from "../../models/stand-in/suites/puyu.ts";
import { qianfanSuite } from "../../models/stand-in/suites/qianfan.ts";
import { vendorSuite } from "../../models/stand-in/suites/vendor.ts";
import { APARTMENT, createProject, runCli } from "./run-cli.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const QUESTION = "退房需要提前几天申请？";
const ANSWER = "退房请提前三个工作日发邮件到 apartment@example.org 申请。[1]";
const OWN_SUITES: GatewaySuite[] = [
  ...ALLES_APIN_SUITES,
  PALM_CHAT,
  PALM_TEXT,
  ASSISTANTS,
  aimhubSuite({ stream: true }, "baidu"),
  qianfanSuite("token", true),
  puyuSuite("older"),
];

/** The entry that each row of README's table of gateways gives to copy. */
function entriesOf(readme: string): { row: string; entry: Record<string, unknown> }[] {
  const lines = readFileSync(join(ROOT, readme), "utf8").split("\n");
  return lines.flatMap((line) => {
    const [, row = "", cell = ""] = line.startsWith("|") ? line.split("|") : [];
    const keys = [...cell.matchAll(/`(\w+ = [^`]+)`/gu)].map(([, key]) => key);
    return keys.some((key) => key?.startsWith("provider")) ? [{ row: row.trim(), entry: parse(keys.join("\n")) }] : [];
  });
}

/** The stand-in of an entry's gateway: written for it, or that of OpenAI's dialect. */
function suiteOf(entry: Record<string, unknown>): GatewaySuite {
  const own = OWN_SUITES.find(
    (suite) => suite.entry["provider"] === entry["provider"] && suite.entry["api"] === entry["api"],
  );
  return own ?? vendorSuite(entry);
}

describe("README's table of gateways", () => {
  let cwd = "";

  beforeAll(async () => {
    cwd = createProject({ "corpus/apartment.md": APARTMENT });
    expect((await runCli(["ingest"], { cwd })).code).toBe(0);
  });

  test("both languages give the same lines to copy", () => {
    const entries = entriesOf("README.md").map(({ entry }) => entry);
    expect(entries.length).toBeGreaterThan(25);
    expect(entriesOf("README.zh-CN.md").map(({ entry }) => entry)).toEqual(entries);
  });

  test.each(entriesOf("README.md").map(({ row, entry }) => [row, entry] as const))(
    "%s answers a question",
    async (row, entry) => {
      const suite = suiteOf(entry);
      const server = await startGatewayServer({
        // A server of one's own asks for no key.
        refuse: (received) =>
          suite.env["VENDOR_KEY"] !== undefined && entry["api_key_env"] === undefined
            ? undefined
            : suite.refuse(received),
        usual: (response, received) => suite.answer(response, received, { text: ANSWER }),
      });
      const toml = Object.entries({ ...entry, base_url: `${server.url}${suite.basePath}` })
        .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
        .join("\n");
      const config = join(cwd, `${row.replace(/\W+/gu, "-")}.ini`);
      writeFileSync(config, `[corpus]\npaths = ["corpus"]\n\n[gate]\njudge = "never"\n\n[[llm]]\n${toml}\n`);
      const secrets = Object.values(suite.env);
      const names = ["api_key_env", "access_key_env", "secret_key_env"].flatMap((key) => entry[key] ?? []).map(String);
      const env = Object.fromEntries(names.map((name, index) => [name, secrets[index] ?? ""]));
      const asked = await runCli(["ask", QUESTION, "--json", "--config", config, "--work-dir", join(cwd, "workdir")], {
        cwd,
        env,
      });
      await server.close();
      expect(asked.stderr).toBe("");
      const result: unknown = JSON.parse(asked.stdout);
      expect(result).toMatchObject({
        outcome: "answered",
        model: expect.stringMatching(new RegExp(`^${String(entry["provider"])}/`, "u")),
        citations: [{ n: 1, source: "corpus/apartment.md" }],
      });
      expect(String(Object(result)["answer"])).toContain("三个工作日");
      for (const secret of secrets) expect(asked.stdout + asked.stderr).not.toContain(secret);
    },
  );
});
