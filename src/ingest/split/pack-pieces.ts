import { WHOLE_TABLE_FACTOR } from "./cut-block.ts";
import type { Border, Piece } from "./piece.ts";

/** What a border is worth, in shares of a full chunk: ending earlier at a better border beats ending full at a worse one. */
const BORDER_WORTH: Record<Border, number> = { block: 0.25, item: 0.15, line: 0, inside: -0.2 };
const AFTER_LEAD_IN = -0.6;

/** Sections this many chunks long end their chunks at borders chosen by content, so that an edit moves only its neighbours. */
const ANCHORED_FROM_CHUNKS = 4;
const ANCHOR_WORTH = 0.4;
const ANCHOR_EVERY = 4;

/** A rest of this share of the aim is taken into the chunk before it. */
const STUB_SHARE = 0.15;

/**
 * Groups the consecutive pieces of one section into chunks of about `chunkChars` characters, at the best borders.
 * One chunk is at most `WHOLE_TABLE_FACTOR` × `chunkChars` long, its repeated header and overlap not counted.
 */
export function packPieces(markdown: string, pieces: readonly Piece[], chunkChars: number): Piece[][] {
  const end = pieces.at(-1)?.end ?? 0;
  const groups: Piece[][] = [];
  let from = 0;
  while (from < pieces.length) {
    const to = chunkEnd(markdown, pieces, from, { chunkChars, end });
    groups.push(pieces.slice(from, to));
    from = to;
  }
  return groups;
}

/** Index after the last piece of the chunk that begins with piece `from`. */
function chunkEnd(
  markdown: string,
  pieces: readonly Piece[],
  from: number,
  { chunkChars, end }: { chunkChars: number; end: number },
): number {
  const first = pieces[from];
  if (first === undefined) return from + 1;
  const rest = sizeOf(first, end);
  if (rest <= chunkChars * (1 + STUB_SHARE)) return pieces.length;
  const isAnchored = rest > chunkChars * ANCHORED_FROM_CHUNKS;
  // Two chunks left: about equal halves instead of a full one and a stub.
  const aim = rest < chunkChars * 1.6 ? rest / 2 : chunkChars;
  let best = from + 1;
  let bestWorth = Number.NEGATIVE_INFINITY;
  for (let to = from + 1; to < pieces.length; to++) {
    const last = pieces[to - 1];
    const next = pieces[to];
    if (last === undefined || next === undefined) break;
    const size = sizeOf(first, last.end);
    if (to > from + 1 && size > chunkChars && !mayExceed(first, pieces[to - 2], size, chunkChars)) break;
    let worth = 1 - Math.abs(aim - size) / aim;
    worth += last.isLeadIn ? AFTER_LEAD_IN : BORDER_WORTH[next.border];
    if (isAnchored && size > chunkChars / 2 && isAnchor(markdown, next)) worth += ANCHOR_WORTH;
    if (worth >= bestWorth) {
      best = to;
      bestWorth = worth;
    }
  }
  const restAfter = end - (pieces[best]?.start ?? end);
  const isStub = restAfter < chunkChars * STUB_SHARE && rest <= chunkChars * WHOLE_TABLE_FACTOR;
  return isStub && best + 1 >= pieces.length - 1 ? pieces.length : best;
}

/** A title line or a lead-in goes with the long table behind it. */
function mayExceed(first: Piece, beforeLast: Piece | undefined, size: number, chunkChars: number): boolean {
  if (beforeLast === undefined || size > chunkChars * WHOLE_TABLE_FACTOR) return false;
  const sizeBefore = sizeOf(first, beforeLast.end);
  return sizeBefore < chunkChars * STUB_SHARE || (beforeLast.isLeadIn && sizeBefore < chunkChars / 2);
}

function sizeOf(first: Piece, end: number): number {
  return end - first.start + first.header.length;
}

/** True for about every fourth piece, by its text alone (FNV-1a of the first characters). */
function isAnchor(markdown: string, piece: Piece): boolean {
  let hash = 0x811c9dc5;
  const end = Math.min(piece.end, piece.start + 64);
  for (let offset = piece.start; offset < end; offset++) {
    hash = Math.imul(hash ^ markdown.charCodeAt(offset), 0x01000193);
  }
  return ((hash >>> 0) >> 5) % ANCHOR_EVERY === 0;
}
