import type { Channel, PostStream } from "../core/channel.ts";
import { errorMessage } from "../core/errors.ts";
import type { Clock, Logger } from "../core/runtime.ts";
import type { NewPost, Store } from "../core/store.ts";

export interface LivePostOptions {
  store: Store;
  clock: Clock;
  logger: Logger;
  channel: Channel;
  /** The post without its text. */
  draft: NewPost;
  signal: AbortSignal;
  /** Asked once, before anything is shown. */
  mayBegin: () => Promise<boolean>;
}

/** A post that is shown while it is written, from its first words on. */
export interface LivePost {
  addText(piece: string): void;
  /** The stream, when one could be opened and has shown something. */
  opened(): Promise<PostStream | undefined>;
  /** Nothing will come of it. */
  abandon(): Promise<void>;
}

/**
 * Shows an answer as it grows. The outbox knows of it before the platform does, so that a restart goes on with the same
 * post. When it cannot be shown, the answer is posted whole.
 */
export function createLivePost(options: LivePostOptions): LivePost {
  const { store, clock, logger, channel, draft, signal, mayBegin } = options;
  const key = draft.post.idempotencyKey;
  let text = "";
  let opening: Promise<PostStream | undefined> | undefined;
  let stream: PostStream | undefined;

  const open = async (): Promise<PostStream | undefined> => {
    if (channel.openStream === undefined || !(await mayBegin())) return undefined;
    const reserved = await store.reservePost({ ...draft, state: "writing" }, clock.now());
    if (reserved.state !== "writing") return undefined;
    const progress = { saved: reserved.progress, save: (state: string) => store.saveProgress(key, state) };
    stream = await channel.openStream({ idempotencyKey: key, target: draft.post.target }, progress, signal);
    stream.update(text);
    return stream;
  };

  return {
    addText(piece) {
      text += piece;
      stream?.update(text);
      opening ??= open().catch((error: unknown) => {
        logger.warn("post.stream-failed", { channel: channel.name, key, error: errorMessage(error) });
        return undefined;
      });
    },
    opened: async () => opening,
    async abandon() {
      if (opening === undefined) return;
      const shown = await opening;
      await shown?.abandon().catch((error: unknown) => {
        logger.warn("post.abandon-failed", { channel: channel.name, key, error: errorMessage(error) });
      });
      await store.endSend(key, { state: "cancelled", reason: "no-answer" }, clock.now());
    },
  };
}
