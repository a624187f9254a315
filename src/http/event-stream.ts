import type { Response } from "express";

export interface EventStream {
  /** Sends one event; without a name the default one. Nothing happens once the client has gone. */
  send(data: string, event?: string): void;
  /** Sends text as it is. */
  write(text: string): void;
  end(): void;
}

export interface EventStreamOptions {
  /** Between two `: ping`; undefined sends none. */
  heartbeatMs?: number;
  /** A client that takes nothing for this long is cut off. */
  stalledMs?: number;
}

/** Between two heartbeats. */
export const HEARTBEAT_MS = 15_000;
const STALLED_MS = 30_000;

/** Sends the headers of a stream of events at once, and then events as fast as the client takes them. */
export function openEventStream(
  response: Response,
  { heartbeatMs, stalledMs = STALLED_MS }: EventStreamOptions,
): EventStream {
  response.status(200);
  response.setHeader("content-type", "text/event-stream; charset=utf-8");
  response.setHeader("cache-control", "no-cache");
  response.setHeader("x-accel-buffering", "no");
  response.flushHeaders();
  // What the client has not room for yet; an answer is short, so that this is too.
  let held: string[] = [];
  let isFull = false;
  let hasEnded = false;
  let stalled: NodeJS.Timeout | undefined;
  const heartbeat =
    heartbeatMs === undefined
      ? undefined
      : setInterval(() => {
          if (!isFull) write(": ping\n\n");
        }, heartbeatMs);
  response.once("close", () => {
    clearInterval(heartbeat);
    clearTimeout(stalled);
  });

  function write(text: string): void {
    if (response.destroyed || hasEnded) return;
    if (isFull) {
      held.push(text);
      return;
    }
    isFull = !response.write(text);
    if (!isFull) return;
    stalled = setTimeout(() => response.destroy(), stalledMs);
    response.once("drain", () => {
      clearTimeout(stalled);
      isFull = false;
      const waiting = held.join("");
      held = [];
      if (waiting !== "") write(waiting);
    });
  }

  return {
    write,
    send(data, event) {
      const name = event === undefined ? "" : `event: ${event}\n`;
      const lines = data.split(/\r\n|\r|\n/u).map((line) => `data: ${line}\n`);
      write(`${name}${lines.join("")}\n`);
    },
    end() {
      if (response.destroyed || hasEnded) return;
      clearInterval(heartbeat);
      const waiting = held.join("");
      hasEnded = true;
      // The end waits for the client as the text does.
      stalled ??= setTimeout(() => response.destroy(), stalledMs);
      response.end(waiting);
    },
  };
}

/** Ends when the client hangs up before its response is whole. */
export function hangUpSignal(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
