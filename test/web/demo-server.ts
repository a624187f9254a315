import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createAssistant } from "../../src/app.ts";
import { loadConfig } from "../../src/config/load.ts";
import { openStore } from "../../src/store/open-store.ts";
import { createRecordingLogger } from "../models/stand-in/clocks.ts";
import { fillDemoStore } from "./demo-day.ts";
import { writeDemoUsage } from "./demo-usage.ts";

export interface Demo {
  url: string;
  adminKey: string;
  close(): Promise<void>;
}

const ADMIN_KEY = "demo-admin";
const CORPUS = join(import.meta.dirname, "..", "..", "corpus");

/** Three groups on three platforms; none of them is reached but a stand-in for Lark. */
function configText(larkUrl: string): string {
  return `
[corpus]
paths = ["corpus"]
exclude = ["corpus/questions/**"]

[server]
port = 0
admin_key_env = "DEMO_ADMIN_KEY"
requests_per_minute = 0

[attention]
per_hour = 8
per_day = 40

[[channel]]
kind = "lark"
name = "apartments"
app_id = "cli_demo"
app_secret_env = "DEMO_SECRET"
verification_token_env = "DEMO_SECRET"
base_url = "${larkUrl}"

[[channel]]
kind = "wecom-bot"
name = "platform"
token_env = "DEMO_SECRET"
encoding_aes_key_env = "DEMO_AES_KEY"

[[channel.group]]
id = "wr_model_api"
quiet_hours = ["22:30-07:30"]

[[channel]]
kind = "wechat-android"
name = "newcomers"
suffix_env = "DEMO_SUFFIX"

[[channel.group]]
id = "2026 新员工群"
per_hour = 4
`;
}

const SECRETS = {
  DEMO_ADMIN_KEY: ADMIN_KEY,
  DEMO_SECRET: "demo-secret-of-nobody",
  DEMO_AES_KEY: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
  DEMO_SUFFIX: "9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0",
};

/** A whole service on a free port, with a day of three groups behind it, in a folder that goes when it is closed. */
export async function startDemo(): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), "xianheng-demo-"));
  const workDir = join(folder, "workdir");
  await cp(CORPUS, join(folder, "corpus"), { recursive: true });
  await writeFile(join(folder, "corpus", "旧版合同（扫描）.pdf"), "%PDF-1.4\nnot whole");
  const lark = await startLark();
  await writeFile(join(folder, "config.ini"), configText(lark.url));
  const config = await loadConfig({ cwd: folder, env: SECRETS });
  const assistant = createAssistant({ config, workDir, logger: createRecordingLogger(), locale: "zh" });
  const controller = new AbortController();
  const { signal } = controller;
  await mkdir(workDir, { recursive: true });
  await assistant.ingest({}, signal);
  const store = await openStore({ url: config.config.store.url, workDir, alone: false });
  await fillDemoStore(store, assistant, { now: Date.now(), config: config.config, signal });
  await store.close();
  await writeDemoUsage(join(workDir, "usage"), Date.now());
  const service = await assistant.serve({ write: () => undefined }, signal);
  await untilReady(service.url);
  return {
    url: service.url,
    adminKey: ADMIN_KEY,
    async close() {
      await service.stop();
      await assistant.close();
      await lark.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilReady(url: string): Promise<void> {
  for (;;) {
    if ((await fetch(`${url}/readyz`)).ok) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

/** As much of Lark as a bot needs to know who it is. */
async function startLark(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const isBot = request.url?.includes("/bot/v3/info") === true;
    const told = isBot
      ? { bot: { open_id: "ou_bot", app_name: "咸亨", activate_status: 2 } }
      : { tenant_access_token: "t-demo", expire: 7200, data: {} };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ code: 0, msg: "ok", ...told }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** `npx tsx test/web/demo-server.ts` shows it until it is interrupted. */
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const demo = await startDemo();
  process.stdout.write(`${demo.url}  admin key: ${demo.adminKey}\n`);
  process.once("SIGINT", () => void demo.close());
  process.once("SIGTERM", () => void demo.close());
}
