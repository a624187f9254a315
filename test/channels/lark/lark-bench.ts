import { onTestFinished } from "vitest";
import { createLarkChannel, type LarkChannelOptions } from "../../../src/channels/lark/channel.ts";
import type { Channel, ChannelEvent, Post, SendProgress } from "../../../src/core/channel.ts";
import type { Citation } from "../../../src/core/outcome.ts";
import { createJumpingClock, createRecordingLogger, type JumpingClock } from "../../models/stand-in/clocks.ts";
import { ENCRYPT_KEY, NOW_MS, TOKEN } from "./envelopes.ts";
import { APP_ID, APP_SECRET, FakeFeishu } from "./fake-feishu.ts";

export interface LarkBench {
  channel: Channel;
  feishu: FakeFeishu;
  clock: JumpingClock;
  /** What was handed in. */
  events: ChannelEvent[];
  /** Lines of the log. */
  lines: string[];
  /** A second process with the same config, after the first has died. */
  restarted: () => Channel;
}

/** A channel against a fake platform of its own. */
export async function openLarkBench(options: Partial<LarkChannelOptions> = {}): Promise<LarkBench> {
  const feishu = await new FakeFeishu().start();
  onTestFinished(() => feishu.stop());
  const clock = createJumpingClock(NOW_MS);
  feishu.now = () => clock.now();
  const logger = createRecordingLogger();
  const create = (): Channel =>
    createLarkChannel({
      name: "hr",
      appId: APP_ID,
      appSecret: APP_SECRET,
      verificationToken: TOKEN,
      encryptKey: ENCRYPT_KEY,
      baseUrl: feishu.baseUrl,
      mode: "webhook",
      fetch: (url, init) => fetch(url, init),
      clock,
      logger,
      ...options,
    });
  return { channel: create(), feishu, clock, events: [], lines: logger.lines, restarted: create };
}

export async function startLarkBench(options: Partial<LarkChannelOptions> = {}): Promise<LarkBench> {
  const bench = await openLarkBench(options);
  await bench.channel.start((event) => {
    bench.events.push(event);
    return Promise.resolve();
  });
  return bench;
}

/** Progress as the outbox keeps it: what was saved last is what a restart finds. */
export function createProgress(): SendProgress & { saved: string | undefined; saves: string[] } {
  const progress = {
    saved: undefined as string | undefined,
    saves: [] as string[],
    save: (state: string): Promise<void> => {
      progress.saved = state;
      progress.saves.push(state);
      return Promise.resolve();
    },
  };
  return progress;
}

export function postOf(changes: Partial<Post> = {}): Post {
  return {
    idempotencyKey: "key-1",
    target: {
      conversation: { id: "oc_group", kind: "group" },
      inReplyTo: "om_question",
      asker: { id: "ou_alice", name: "Alice" },
    },
    markdown: "退公寓要提前申请 [1]。",
    citations: [citation()],
    kind: "answer",
    takesFeedback: true,
    ...changes,
  };
}

function citation(): Citation {
  return {
    n: 1,
    source: "corpus/公寓.md",
    title: "公寓手册",
    headings: ["公寓手册", "退房"],
    page: 3,
    quote: "提前申请",
    chunkId: "c1",
  };
}

export function freshSignal(): AbortSignal {
  return new AbortController().signal;
}
