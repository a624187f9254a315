import type { Post, PostTarget, SendProgress } from "../../../src/core/channel.ts";
import type { Message } from "../../../src/core/message.ts";

/** Keeps what a channel saves, as the store does. */
export function createProgress(saved?: string): SendProgress & { saves: string[] } {
  const saves: string[] = [];
  const progress = {
    saved,
    saves,
    save: async (state: string): Promise<void> => {
      progress.saved = state;
      saves.push(state);
    },
  };
  return progress;
}

export function createPost(markdown: string, target: PostTarget, changes: Partial<Post> = {}): Post {
  return { idempotencyKey: "key-1", target, markdown, citations: [], kind: "answer", takesFeedback: true, ...changes };
}

/** Where the answer to a message goes. */
export function targetOf({ conversation, id, replyContext }: Message): PostTarget {
  return { conversation, inReplyTo: id, ...(replyContext !== undefined && { replyContext }) };
}

/** Waits for something that happens over a real socket. */
export async function until(isTrue: () => boolean): Promise<void> {
  for (let round = 0; round < 2000 && !isTrue(); round += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
  if (!isTrue()) throw new Error("it never happened");
}
