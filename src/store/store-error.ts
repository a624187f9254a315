import { AppError, errorMessage } from "../core/errors.ts";

/** Codes of the two databases: the transaction was undone because another stood in its way, and may simply be run again. */
const IN_THE_WAY = new Set(["40P01", "40001", "SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED"]);
const FULL = new Set(["SQLITE_FULL", "ENOSPC", "53100"]);

/** What a database said, in our words; bugs (a constraint that does not hold, bad SQL) stay plain errors. */
export function storeError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  if (
    code !== undefined &&
    (code.startsWith("SQLITE_CONSTRAINT") || code === "SQLITE_ERROR" || /^(22|23|42)/.test(code))
  ) {
    return error;
  }
  if (code !== undefined && FULL.has(code)) {
    return new AppError("disk_full", "the disk of the state database is full; make room on it", { cause: error });
  }
  return new AppError(
    "store_unavailable",
    `the state database did not take it: ${code ?? withoutSecrets(errorMessage(error))}; see that it is there and can be written`,
    { cause: error, retryable: true },
  );
}

/** True when the database undid the transaction for another's sake. */
export function wasInTheWay(error: unknown): boolean {
  const code = error instanceof AppError ? codeOf(error.cause) : codeOf(error);
  return code !== undefined && IN_THE_WAY.has(code);
}

function codeOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

/** An address in a driver's message may hold the password. */
function withoutSecrets(text: string): string {
  return text.replaceAll(/\/\/[^@\s/]*@/g, "//…@");
}
