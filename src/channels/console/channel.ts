import type { Channel, Intake } from "../../core/channel.ts";
import { errorMessage } from "../../core/errors.ts";
import type { Message } from "../../core/message.ts";
import type { Clock, Logger } from "../../core/runtime.ts";
import { withSources } from "../source-list.ts";

export interface ConsoleChannelOptions {
  /** As in the config. */
  name: string;
  /** Lines somebody types; each is a message. Absent where only `say` is used. */
  lines?: AsyncIterable<string>;
  /** Shows an answer. */
  write: (text: string) => void;
  clock: Clock;
  logger: Logger;
}

/** A conversation in this process: a terminal, a page of ours, a test. */
export interface ConsoleChannel extends Channel {
  /** A line somebody writes; resolves once it is kept. Fields that are given replace the usual ones. */
  say(text: string, changes?: Partial<Message>): Promise<void>;
}

/** There is nothing between us and the reader: no limits, no parts, no markup to translate. */
export function createConsoleChannel({ name, lines, write, clock, logger }: ConsoleChannelOptions): ConsoleChannel {
  let takeIn: Intake | undefined;
  let count = 0;
  const startedAt = clock.now();

  const say: ConsoleChannel["say"] = async (text, changes = {}) => {
    if (takeIn === undefined) throw new Error(`console "${name}" is not started`);
    count += 1;
    const message: Message = {
      id: `${startedAt}-${count}`,
      channel: "console",
      app: name,
      conversation: { id: name, kind: "direct" },
      sender: { id: "console", isBot: false },
      text,
      parts: [{ kind: "text", text }],
      mentions: { bot: false, others: [] },
      sentAt: clock.now(),
      ...changes,
    };
    await takeIn({ kind: "message", message });
  };
  const readLines = async (from: AsyncIterable<string>): Promise<void> => {
    for await (const line of from) {
      if (takeIn === undefined) return;
      if (line.trim() !== "") await say(line);
    }
  };

  return {
    name,
    kind: "console",
    abilities: { hearsEverything: true, sendsOnce: false, recalls: false, takesFeedback: false },
    start: async (intake) => {
      takeIn = intake;
      if (lines === undefined) return;
      readLines(lines).catch((error: unknown) => {
        logger.error("terminal.lines_ended", { channel: name, message: errorMessage(error) });
      });
    },
    stop: async () => {
      takeIn = undefined;
    },
    send: async ({ markdown, citations, idempotencyKey }) => {
      write(withSources(markdown, citations));
      return { messageIds: [idempotencyKey] };
    },
    say,
    check: async () => [{ what: "console", status: "ok", detail: "nothing to connect to", remedy: "" }],
  };
}
