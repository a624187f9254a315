import type { ChunkStore, StoredChunk } from "./chunk-store.ts";

/** At some 2 KiB a chunk two megabytes: all of a small corpus, and what the questions of a while find in a large one. */
const MAX_ROWS = 1_000;

/**
 * The same store, which keeps the rows that were read last: one question reads its hits several times, for their sentences, their
 * neighbours and itself.
 */
export function rememberRows(store: Pick<ChunkStore, "read">, maxRows = MAX_ROWS): Pick<ChunkStore, "read"> {
  // A Map keeps the order of insertion: what was read last is put at its end.
  const known = new Map<number, StoredChunk>();
  return {
    read(row) {
      const found = known.get(row);
      const chunk = found ?? store.read(row);
      if (found !== undefined) known.delete(row);
      known.set(row, chunk);
      for (const oldest of known.keys()) {
        if (known.size <= maxRows) break;
        known.delete(oldest);
      }
      return chunk;
    },
  };
}
