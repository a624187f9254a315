import type { Request } from "express";

const callers = new WeakMap<Request, string>();

/** Remembers whose request it is, by a name that tells nothing of the key. */
export function setCaller(request: Request, callerId: string): void {
  callers.set(request, callerId);
}

/** Who sent the request; `anonymous` without a key. */
export function callerOf(request: Request): string {
  return callers.get(request) ?? "anonymous";
}
