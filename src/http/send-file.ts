import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Response } from "express";
import type { StoredFile } from "./document-functions.ts";
import { RequestFault } from "./problem.ts";

const GONE = {
  status: 404,
  title: "Not Found",
  detail: "The file is no longer where it was when it was indexed.",
  code: "not_found",
};

/** Sends a file to be kept, never to be run: whatever is in it, no browser makes a page of it. @throws RequestFault 404 */
export async function sendFile(response: Response, { path, name, mediaType }: StoredFile): Promise<void> {
  const handle = await open(path, "r").catch(() => undefined);
  try {
    const found = await handle?.stat();
    if (handle === undefined || found?.isFile() !== true) throw new RequestFault(GONE);
    // Names the file by RFC 6266, for readers of UTF-8 and for others.
    response.attachment(name);
    response.setHeader("content-type", mediaType);
    response.setHeader("content-length", found.size);
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("content-security-policy", "sandbox");
    response.setHeader("cache-control", "private, no-cache");
    if (response.req.method === "HEAD" || found.size === 0) {
      response.end();
      return;
    }
    // A client that goes away before the end is nobody's fault.
    await pipeline(handle.createReadStream({ autoClose: false, end: found.size - 1 }), response).catch(
      (error: unknown) => {
        if (!response.headersSent) throw error;
        response.destroy();
      },
    );
  } finally {
    await handle?.close();
  }
}
