import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createAndroidChannel } from "../../../src/channels/wechat/android/channel.ts";
import { createWkteamChannel } from "../../../src/channels/wechat/wkteam/channel.ts";
import type { Channel } from "../../../src/core/channel.ts";
import type { Store } from "../../../src/core/store.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { createJumpingClock, createRecordingLogger } from "../../models/stand-in/clocks.ts";
import { createFakePhone } from "./fake-phone.ts";
import { ACCOUNT, CALLBACK_SECRET, PASSWORD, startFakeWkteam } from "./fake-wkteam.ts";
import { never, postTo, progressFrom } from "./posts.ts";

const SUFFIX = "7c9e6679f7425ab40d3e1b2c4f5a69d8";
const GROUP = { conversation: { id: "123@chatroom", kind: "group" as const } };
const clock = createJumpingClock();
const logger = createRecordingLogger();

let workDir: string;
let store: Store;

function open(): Promise<Store> {
  return openStore({ url: "file:state.db", workDir, alone: true });
}

beforeEach(async () => {
  workDir = await mkdtemp(join(tmpdir(), "xianheng-wechat-"));
  store = await open();
});

afterEach(async () => {
  await store.close();
  await rm(workDir, { recursive: true, force: true });
});

/** What a new process finds. */
async function reopen(): Promise<void> {
  await store.close();
  store = await open();
}

async function phone(): Promise<Channel> {
  const channel = createAndroidChannel({ name: "phone", suffix: SUFFIX, groups: ["*"], notes: store, clock, logger });
  await channel.start(async () => undefined);
  return channel;
}

test("the Android gateway's answers are in the state file until they are polled, and marked there from then on", async () => {
  const post = postTo({ conversation: { id: "Tenants", kind: "group" } }, { markdown: "Here." });
  await (await phone()).send(post, progressFrom(), never);
  await reopen();
  expect(await createFakePhone(await phone(), SUFFIX).poll("Tenants")).toMatchObject([{ text: "Here." }]);
  await reopen();
  const channel = await phone();
  await channel.send(post, progressFrom(), never);
  expect(await createFakePhone(channel, SUFFIX).poll("Tenants")).toEqual([]);
});

test("wkteam's session and what it takes to withdraw a message are in the state file", async () => {
  const gateway = await startFakeWkteam(() => clock.now());
  try {
    const connect = async (): Promise<Channel> => {
      const channel = createWkteamChannel({
        name: "team",
        baseUrl: gateway.baseUrl,
        account: ACCOUNT,
        password: PASSWORD,
        callbackSecret: CALLBACK_SECRET,
        publicUrl: "https://bot.example.com",
        groups: ["*"],
        notes: store,
        fetch: (url, init) => fetch(url, init),
        clock,
        logger,
      });
      await channel.start(async () => undefined);
      return channel;
    };
    const { messageIds } = await (await connect()).send(postTo(GROUP), progressFrom(), never);
    await reopen();
    await (await connect()).recall?.(GROUP, messageIds, never);
    expect(gateway.codes()).toBe(1);
    expect(gateway.shown).toEqual([]);
  } finally {
    gateway.close();
  }
});
