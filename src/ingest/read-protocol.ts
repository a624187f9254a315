import type { ReadDocument } from "../core/document.ts";
import type { ErrorCode } from "../core/errors.ts";

/** What the reading thread is started with. */
export interface ReadWorkerSettings {
  ocr: boolean;
  /** Aim for the length of a chunk, in characters. */
  chunkChars: number;
  /** Refuse files whose name does not say what they are, see `assertNameFits`. */
  namesMustFit: boolean;
}

/** To the reading thread: one file. */
export interface ReadOrder {
  path: string;
  source: string;
  maxBytes: number;
}

/** From the reading thread. `opened` tells the file's size once it is known; `alive` winds the deadline up again where a file is long work (recognising text page by page). */
export type ReadReply =
  | { kind: "ready" }
  | { kind: "opened"; bytes: number }
  | { kind: "alive" }
  | { kind: "read"; file: ReadDocument }
  | { kind: "failed"; code: ErrorCode; message: string };
