import type { Request, RequestHandler } from "express";
import { raw } from "express";

/** Reads a body of any type as bytes, since signatures are over bytes; a larger one ends in 413 by the error handler. */
export function rawBody(maxBytes: number): RequestHandler {
  return raw({ type: () => true, limit: maxBytes, inflate: false });
}

/** The bytes that `rawBody` read; empty for a request without a body. */
export function bytesOf(request: Request): Uint8Array {
  const body: unknown = request.body;
  return body instanceof Uint8Array ? body : new Uint8Array();
}
