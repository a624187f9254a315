import { isatty } from "node:tty";
import type { WriteStream } from "node:tty";
import pc from "picocolors";

type Paint = ReturnType<typeof pc.createColors>;

/** Where a command speaks: results go to stdout, everything else to stderr. */
export interface Output {
  /** Writes one result and a line end to stdout. */
  result(text: string): void;
  /** Writes a piece of a result to stdout as it is. */
  piece(text: string): void;
  /** Writes one line to stderr. */
  note(text: string): void;
  /** Colours for stdout; they leave text as it is where stdout is no terminal. */
  paint: Paint;
  /** Colours for stderr. */
  paintNote: Paint;
  /** Whether stderr is a terminal, so that a progress bar can be drawn. */
  drawsProgress: boolean;
}

/** Output of the real process. Colours follow the terminal and NO_COLOR. */
export function createProcessOutput(): Output {
  const { stdout, stderr } = process;
  return {
    result: (text) => void stdout.write(`${text}\n`),
    piece: (text) => void stdout.write(text),
    note: (text) => void stderr.write(`${text}\n`),
    paint: pc.createColors(showsColours(stdout, 1)),
    paintNote: pc.createColors(showsColours(stderr, 2)),
    drawsProgress: isatty(2),
  };
}

/** `hasColors` reads NO_COLOR and TERM; it exists on terminals only. */
function showsColours(stream: WriteStream, descriptor: number): boolean {
  // On a pipe `isTTY` is undefined, whatever its type says, and picocolors takes undefined for "find out yourself".
  return isatty(descriptor) && stream.hasColors();
}

/** Ends the process quietly when the reader of our output has gone, as `| head -1` does. */
export function endWhenReaderLeaves(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

/** Resolves once everything written so far has left the process. */
export async function flushOutput(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => stream.write("", () => resolve()));
  }
}

// Text of documents and models goes to a terminal: an escape sequence in it could rewrite the screen or the clipboard.
// eslint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/** Drops control characters except tab and line feed. */
export function printable(text: string): string {
  return text.replace(CONTROL_CHARACTERS, "");
}
