import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { messageKey, placeKey } from "../../src/core/store.ts";
import { openStore } from "../../src/store/open-store.ts";

const KILLS = 20;
const IN_FLIGHT = 60;
const GROUPS = 12;

let workDir = "";
let platform: Server | undefined;
let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill("SIGKILL");
  platform?.close();
  rmSync(workDir, { recursive: true, force: true });
});

/** A platform that shows a post once a key, or each time, and is now and then too busy or too slow to say so. */
async function openPlatform(showsOnce: boolean): Promise<{ url: string; shown: Map<string, number> }> {
  const shown = new Map<string, number>();
  const keys = new Set<string>();
  let calls = 0;
  platform = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const post: { key: string; to: string } = JSON.parse(body);
      calls++;
      if (calls % 11 === 0) return void response.writeHead(429).end();
      if (!showsOnce || !keys.has(post.key)) shown.set(post.to, (shown.get(post.to) ?? 0) + 1);
      keys.add(post.key);
      setTimeout(() => response.end(`id-${post.key}`), calls % 3 === 0 ? 40 : 2);
    });
  });
  platform.listen(0, "127.0.0.1");
  await once(platform, "listening");
  const address = platform.address();
  return { url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`, shown };
}

async function startProcess(url: string, sendsOnce: boolean): Promise<string> {
  const script = join(import.meta.dirname, "killed-engine.ts");
  child = spawn(process.execPath, ["--import", "tsx", script, workDir, url, String(sendsOnce)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(child.stdout ?? child, "data");
  return `http://127.0.0.1:${String(port).trim()}`;
}

function eventOf(id: string, group: number): string {
  return JSON.stringify({
    kind: "message",
    message: {
      id,
      channel: "fake",
      app: "bot",
      conversation: { id: `g${group}`, kind: "group" },
      sender: { id: `member-${id}`, isBot: false },
      text: `question ${id}, what is it?`,
      parts: [],
      mentions: { bot: Number(id.slice(1)) % 3 === 0, others: [] },
      sentAt: Date.now(),
    },
  });
}

/** Delivers as a platform does: until it is acknowledged. */
async function deliver(url: string, id: string): Promise<boolean> {
  try {
    const reply = await fetch(url, { method: "POST", body: eventOf(id, Number(id.slice(1)) % GROUPS) });
    return reply.ok;
  } catch {
    return false;
  }
}

/** What the store says of questions whose answer was not shown. */
async function fatesOf(ids: string[]): Promise<unknown[]> {
  if (ids.length === 0) return [];
  const store = await openStore({ url: "file:state.db", workDir, alone: false });
  const fates: unknown[] = [];
  for (const id of ids) {
    const key = messageKey({ channel: "fake", app: "bot", id });
    const [post] = await store.findPostsTo(key);
    const [record] = await store.findRecords(key);
    fates.push({
      id,
      isStored: (await store.findLine(key)) !== undefined,
      state: post?.state,
      attempts: post?.attempts,
      code: post?.code,
      waitMs: post === undefined ? undefined : post.notBefore - Date.now(),
      outcome: record?.outcome,
      reason: record?.reason,
    });
  }
  for (let group = 0; group < GROUPS; group++) {
    for (const post of await store.unsentPosts(
      placeKey({ channel: "fake", app: "bot", conversationId: `g${group}` }),
    )) {
      const { state, attempts, code, notBefore } = post;
      fates.unshift({ group, to: post.post.target.inReplyTo, state, attempts, code, waitMs: notBefore - Date.now() });
    }
  }
  await store.close();
  return fates;
}

async function runChaos(sendsOnce: boolean, kills: number): Promise<{ ids: string[]; shown: Map<string, number> }> {
  workDir = mkdtempSync(join(tmpdir(), "xianheng-kill-"));
  const { url, shown } = await openPlatform(sendsOnce);
  const ids: string[] = [];
  let undelivered: string[] = [];
  let seed = 12_345;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  for (let kill = 0; kill <= kills; kill++) {
    const address = await startProcess(url, sendsOnce);
    // Always as many on their way; what nobody can tell of is not on its way any more.
    const missing = sendsOnce ? IN_FLIGHT - (ids.length - shown.size) : IN_FLIGHT / 2;
    const fresh = Array.from({ length: kill < kills ? missing : 0 }, (_, index) => `m${ids.length + index}`);
    ids.push(...fresh);
    const wanted = [...undelivered, ...fresh];
    const taken = Promise.all(wanted.map((id) => deliver(address, id)));
    if (kill < kills) {
      await delay(20 + random() * 400);
      child?.kill("SIGKILL");
      await once(child ?? expect.fail("no process"), "exit");
      const acknowledged = await taken;
      undelivered = wanted.filter((_, index) => acknowledged[index] !== true);
    } else {
      expect(await taken).not.toContain(false);
    }
  }
  const until = Date.now() + 30_000;
  let before = -1;
  while (Date.now() < until && shown.size < ids.length && shown.size !== before) {
    before = shown.size;
    await delay(sendsOnce ? 1000 : 2500);
  }
  child?.kill("SIGKILL");
  await once(child ?? expect.fail("no process"), "exit");
  return { ids, shown };
}

test(`loses and doubles nothing over ${KILLS} kills`, async () => {
  const { ids, shown } = await runChaos(true, KILLS);
  expect(await fatesOf(ids.filter((id) => !shown.has(id)))).toEqual([]);
  expect([...shown].filter(([, times]) => times > 1)).toEqual([]);
}, 120_000);

test("doubles nothing where the platform has no memory, and says of each other post that nobody can tell", async () => {
  const { ids, shown } = await runChaos(false, 6);
  expect([...shown].filter(([, times]) => times > 1)).toEqual([]);
  const store = await openStore({ url: "file:state.db", workDir, alone: false });
  const left = [];
  for (const id of ids.filter((one) => !shown.has(one))) {
    const key = messageKey({ channel: "fake", app: "bot", id });
    const [post] = await store.findPostsTo(key);
    const [record] = await store.findRecords(key);
    left.push({ state: post?.state, told: record?.extra?.["post"] });
  }
  for (let group = 0; group < GROUPS; group++) {
    expect(await store.pendingEvents(placeKey({ channel: "fake", app: "bot", conversationId: `g${group}` }))).toEqual(
      [],
    );
  }
  await store.close();
  expect(left.filter(({ state, told }) => state !== "unknown" || told !== "unknown")).toEqual([]);
}, 120_000);
