import { placeKey, type NoteStore, type Place, type EventStore, type PostStore } from "../core/store.ts";
import { countOurs, DAY_MS, SHARE_WINDOW, type RoomFacts } from "./attention.ts";
import { mutedUntil } from "./mute.ts";

/** What the store knows of a room at this moment. */
export async function readRoomFacts(
  store: Pick<EventStore, "recentLines"> & Pick<PostStore, "sentPosts" | "unsentPosts"> & NoteStore,
  place: Place,
  { now, except }: { now: number; except?: string },
): Promise<RoomFacts> {
  const key = placeKey(place);
  const [unsent, lines, muted] = await Promise.all([
    store.unsentPosts(key),
    store.recentLines(key, { limit: SHARE_WINDOW }),
    mutedUntil(store, key),
  ]);
  // In a slow group the last 50 messages reach back further than the day.
  const since = Math.min(now - DAY_MS, lines[0]?.receivedAt ?? now);
  const sent = await store.sentPosts(key, since);
  // What is on its way may already have been seen.
  const underWay = unsent.filter(
    ({ state, post, progress }) =>
      post.idempotencyKey !== except && (state === "sending" || (state === "writing" && progress !== undefined)),
  );
  const posts = [...sent.map(({ sentAt = now }) => sentAt), ...underWay.map(() => now)];
  const isOurs = [
    ...lines.map(({ receivedAt }) => ({ at: receivedAt, ours: false })),
    ...posts.map((at) => ({ at, ours: true })),
  ]
    .toSorted((left, right) => left.at - right.at)
    .map(({ ours }) => ours);
  return { now, posts, oursAmongRecent: countOurs(isOurs), mutedUntil: muted };
}
