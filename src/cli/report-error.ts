import { AppError, errorMessage } from "../core/errors.ts";
import { EXIT } from "./exit-code.ts";
import type { ExitCode } from "./exit-code.ts";
import type { Messages } from "./messages/en.ts";
import { printable } from "./output.ts";
import type { Output } from "./output.ts";

/** A wrong use of the command line; its message is in the user's language already. */
export function usageError(message: string): AppError {
  return new AppError("usage", message);
}

/**
 * Says on stderr why a command did not end well: one line for an operational fault, the stack for a bug.
 * @returns the exit code that goes with it.
 */
export function reportError(error: unknown, text: Messages, output: Output): ExitCode {
  const prefix = output.paintNote.red(text.errorPrefix);
  const refused = refusedByDisk(error);
  if (refused !== undefined) {
    output.note(`${prefix}${printable(text.refusedByDisk(refused))}`);
    return EXIT.failed;
  }
  if (!(error instanceof AppError)) {
    output.note(`${prefix}${text.bug(printable(errorMessage(error)))}`);
    if (error instanceof Error && error.stack !== undefined) output.note(output.paintNote.dim(error.stack));
    return EXIT.failed;
  }
  output.note(`${prefix}${describeError(error, text)}`);
  return isUsageFault(error) ? EXIT.usage : EXIT.failed;
}

const DISK_CODES = new Set(["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR", "EEXIST", "EISDIR", "EMFILE"]);

/** Rights, space and kinds of files are the owner's to mend wherever they show; they are no bug. */
function refusedByDisk(error: unknown): string | undefined {
  const isRefusal =
    error instanceof Error && "code" in error && "syscall" in error && DISK_CODES.has(String(error.code));
  return isRefusal ? error.message : undefined;
}

/** One text for the user. Faults of use and configuration are worded in the user's language where they are found. */
export function describeError(error: AppError, text: Messages): string {
  return isUsageFault(error) ? printable(error.message) : printable(text.failure(error.code, error.message));
}

/** Faults that the user mends by writing something else; they end with exit code 2. */
export function isUsageFault(error: AppError): boolean {
  return error.code === "usage" || error.code === "config_invalid";
}
