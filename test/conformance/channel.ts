import { expect, test } from "vitest";
import type { Channel, ChannelEvent, WebhookRequest } from "../../src/core/channel.ts";
import { AppError } from "../../src/core/errors.ts";

/** A channel with its fake platform, not started yet. */
export interface ChannelBench {
  channel: Channel;
  /** A line that a member writes, as the platform delivers it; absent where the platform does not call us. */
  deliver?: (text: string) => WebhookRequest;
  /** The platform gives up on what it holds open, so that a reply that waits for an answer ends. Absent where none waits. */
  endWaiting?: () => Promise<void>;
  /** Ends the fake platform. */
  close(): void | Promise<void>;
}

const never = new AbortController().signal;

/** Every implementation of `Channel` behaves like this. */
export function channelConformance(kind: string, createBench: () => Promise<ChannelBench>): void {
  /** Runs with a bench that is closed whatever happens. */
  const withBench = async (act: (bench: ChannelBench) => Promise<void>): Promise<void> => {
    const bench = await createBench();
    try {
      await act(bench);
    } finally {
      await bench.channel.stop();
      await bench.close();
    }
  };
  const statusOf = async ({ channel, endWaiting }: ChannelBench, request: WebhookRequest): Promise<number> => {
    const reply = channel.receive?.(request);
    await endWaiting?.();
    return (await reply)?.status ?? 404;
  };
  const messagesOf = async (bench: ChannelBench, texts: string[]) => {
    const events: ChannelEvent[] = [];
    await bench.channel.start(async (event) => void events.push(event));
    for (const text of texts) {
      if (bench.deliver !== undefined) expect(await statusOf(bench, bench.deliver(text))).toBe(200);
    }
    return events.flatMap((event) => (event.kind === "message" ? [event.message] : []));
  };

  test(`${kind}: says what it is and can do, and has what it says it can`, () =>
    withBench(async ({ channel }) => {
      expect(channel.kind).toBe(kind);
      expect(channel.name).toMatch(/^[A-Za-z0-9][\w-]{0,63}$/);
      expect(channel.recall !== undefined).toBe(channel.abilities.recalls);
    }));

  test(`${kind}: a line comes in whole, under the channel's own names`, () =>
    withBench(async (bench) => {
      if (bench.deliver === undefined) return;
      const text = 'where <is> "it" & 1+1? 汉字 👩‍👩‍👧';
      const [message] = await messagesOf(bench, [text]);
      expect(message).toMatchObject({ channel: kind, app: bench.channel.name, text, sender: { isBot: false } });
      expect([message?.id, message?.conversation.id, message?.sender.id]).not.toContain("");
      expect(Number.isSafeInteger(message?.sentAt)).toBe(true);
    }));

  test(`${kind}: a line that is delivered twice has one id`, () =>
    withBench(async (bench) => {
      if (bench.deliver === undefined) return;
      const [first, again] = await messagesOf(bench, ["where is it?", "where is it?"]);
      expect(again?.id).toBe(first?.id);
    }));

  test(`${kind}: what could not be kept is not acknowledged`, () =>
    withBench(async (bench) => {
      if (bench.deliver === undefined) return;
      await bench.channel.start(async () => {
        throw new AppError("store_unavailable", "the disk is gone");
      });
      expect(await statusOf(bench, bench.deliver("where is it?"))).toBeGreaterThanOrEqual(500);
    }));

  test(`${kind}: takes nothing in before it is started and after it is stopped`, () =>
    withBench(async (bench) => {
      if (bench.deliver === undefined) return;
      const events: ChannelEvent[] = [];
      expect(await statusOf(bench, bench.deliver("too early"))).toBe(503);
      await bench.channel.start(async (event) => void events.push(event));
      await bench.channel.stop();
      expect(await statusOf(bench, bench.deliver("too late"))).toBe(503);
      expect(events).toEqual([]);
    }));

  test(`${kind}: rubbish is refused without a handler and without an exception`, () =>
    withBench(async (bench) => {
      if (bench.deliver === undefined) return;
      const events: ChannelEvent[] = [];
      await bench.channel.start(async (event) => void events.push(event));
      const good = bench.deliver("where is it?");
      const bodies = [
        "",
        "{",
        "[]",
        "null",
        "<xml>",
        "{}",
        "\0",
        "9".repeat(1000),
        '{"a":'.repeat(500),
        "\u{FFFD}<a>&b;</a>",
      ];
      for (const body of bodies) {
        const status = await statusOf(bench, { ...good, body: Buffer.from(body) });
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
      expect(await statusOf(bench, { ...good, method: "DELETE" })).toBeGreaterThanOrEqual(400);
      expect(events).toEqual([]);
    }));

  test(`${kind}: the check answers with findings, each bad one with what to do`, () =>
    withBench(async ({ channel }) => {
      const findings = await channel.check(never);
      expect(findings.length).toBeGreaterThan(0);
      for (const { what, status, detail, remedy } of findings) {
        expect([what, detail]).not.toContain("");
        if (status === "failed" || status === "warning") expect(remedy).not.toBe("");
      }
    }));
}
