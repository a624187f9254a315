import type { NoteStore } from "../core/store.ts";

const NOTE = "muted-until";

/** Until when a place is muted, in milliseconds since 1970; undefined when it is not. `place` is its `placeKey`. */
export async function mutedUntil(store: NoteStore, place: string): Promise<number | undefined> {
  const until = await store.note(place, NOTE);
  return until === undefined ? undefined : Number(until);
}

/** Mutes a place until a time, or ends its silence. */
export async function setMute(store: NoteStore, place: string, until: number | undefined, now: number): Promise<void> {
  await store.putNote(place, NOTE, until === undefined ? undefined : String(until), now);
}
