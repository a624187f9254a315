/** What kind of border stands before a piece, best first. */
export type Border = "block" | "item" | "line" | "inside";

/** The smallest part that chunks are packed from: a whole block where it fits, else rows, items, lines or sentences. */
export interface Piece {
  /** Offsets into the document's Markdown, without white space at the ends (indentation stays). */
  start: number;
  end: number;
  /** The border before this piece. */
  border: Border;
  /** Where the text of a chunk that begins here starts: before `start` when a sentence is repeated. */
  overlapStart: number;
  /** Table header or code fence that a chunk beginning here repeats; "" for none. */
  header: string;
  /** Announces what follows ("The steps are:") and should not end a chunk. */
  isLeadIn: boolean;
  page: number | undefined;
}
