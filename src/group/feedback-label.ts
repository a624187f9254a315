import type { Feedback } from "../core/channel.ts";
import type { LedgerStore, PostStore, StoredPost } from "../core/store.ts";

/**
 * Keeps a member's vote on one of our answers as a label: one a person and answer, a later vote replaces the earlier one
 * and `none` takes it back. False when the post is not ours or answers nothing.
 */
export async function keepVote(
  store: Pick<PostStore, "findPost" | "findPostByMessage"> & Pick<LedgerStore, "addLabel" | "removeLabel">,
  feedback: Feedback,
): Promise<boolean> {
  const post = await votedPost(store, feedback);
  if (post?.inboundKey === undefined) return false;
  const { userId, vote, at, comment } = feedback;
  const key = voteKey(post, userId);
  if (vote === "none") await store.removeLabel(key);
  else {
    await store.addLabel({
      key,
      messageId: post.inboundKey,
      positive: vote === "up",
      source: "vote",
      userId,
      at,
      ...(comment !== undefined && comment !== "" && { comment }),
    });
  }
  return true;
}

/** A person's opinion of an answer: a thumb, a reaction and /feedback are one. */
export function voteKey(post: StoredPost, userId: string): string {
  return `vote:${post.post.idempotencyKey}:${userId}`;
}

async function votedPost(
  store: Pick<PostStore, "findPost" | "findPostByMessage">,
  { channel, app, messageId, idempotencyKey }: Feedback,
): Promise<StoredPost | undefined> {
  const found = idempotencyKey === undefined ? undefined : await store.findPost(idempotencyKey);
  // A key comes back through the platform: it must not reach another bot's posts.
  if (found !== undefined) return found.place.channel === channel && found.place.app === app ? found : undefined;
  return messageId === undefined ? undefined : store.findPostByMessage(channel, app, messageId);
}
