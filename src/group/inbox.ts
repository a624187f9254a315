import type { ChannelEvent, Intake } from "../core/channel.ts";
import type { Clock } from "../core/runtime.ts";
import type { EventStore } from "../core/store.ts";

interface Waiting {
  event: ChannelEvent;
  kept: () => void;
  failed: (error: unknown) => void;
}

export interface InboxOptions {
  store: Pick<EventStore, "takeIn">;
  clock: Pick<Clock, "now">;
  /** Told of events that were not known yet, once they are on the disk. */
  onNew: (events: ChannelEvent[], receivedAt: number) => void;
  /** Told of an event that was known already: the platform sent it again. */
  onRepeated?: (event: ChannelEvent) => void;
}

export interface Inbox {
  intake: Intake;
  /** Resolves when nothing is on its way to the disk. */
  settled(): Promise<void>;
}

/** Events of one transaction. */
const MOST_AT_ONCE = 500;

/**
 * Takes events in. What arrives while the disk is busy is written together; each is acknowledged once it is on the disk,
 * and none waits for anything else.
 */
export function createInbox({ store, clock, onNew, onRepeated }: InboxOptions): Inbox {
  let queue: Waiting[] = [];
  let draining: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, MOST_AT_ONCE);
      queue = queue.slice(MOST_AT_ONCE);
      try {
        const now = clock.now();
        const isNew = await store.takeIn(
          batch.map(({ event }) => event),
          now,
        );
        onNew(
          batch.flatMap(({ event }, index) => (isNew[index] === true ? [event] : [])),
          now,
        );
        batch.forEach(({ event, kept }, index) => {
          if (isNew[index] !== true) onRepeated?.(event);
          kept();
        });
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    draining = undefined;
  };

  return {
    intake: (event) =>
      new Promise((resolve, reject) => {
        queue.push({ event, kept: resolve, failed: reject });
        // What comes in the same breath is written in the same breath.
        draining ??= Promise.resolve().then(drain);
      }),
    async settled() {
      await draining;
    },
  };
}
