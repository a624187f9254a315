import { isAppError } from "../../core/errors.ts";
import { RequestFault } from "../problem.ts";

const LOCKED_RETRY_S = 10;

/** What is wrong with a file, or stands in the way of it, as a fault of the request; anything else as it is. */
export function documentFault(error: unknown): unknown {
  if (!isAppError(error)) return diskFullFault(error) ?? error;
  const { code, message: detail } = error;
  if (code === "document_unsupported") {
    return new RequestFault({ status: 415, title: "Unsupported Media Type", detail, code });
  }
  if (code.startsWith("document_"))
    return new RequestFault({ status: 422, title: "Unprocessable Content", detail, code });
  if (code === "disk_full") return diskFull();
  if (code === "index_locked") {
    const busy = "Another process is writing the index: try again in a moment.";
    return new RequestFault({
      status: 503,
      title: "Service Unavailable",
      detail: busy,
      code,
      retryAfterS: LOCKED_RETRY_S,
    });
  }
  return error;
}

/** Undefined for anything but a full disk. */
export function diskFullFault(error: unknown): RequestFault | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOSPC" || code === "EDQUOT" || code === "disk_full" ? diskFull() : undefined;
}

function diskFull(): RequestFault {
  return new RequestFault({
    status: 507,
    title: "Insufficient Storage",
    detail: "The disk is full. Everything is as it was before.",
    code: "disk_full",
  });
}
