import type { z } from "zod";

/** One route, as `/openapi.json` tells it. */
export interface Operation {
  method: "get" | "post" | "put" | "delete";
  /** With `{name}` for each part that varies. */
  path: string;
  summary: string;
  /** What a summary has no room for. */
  description?: string;
  /** Which key opens it where keys are set. */
  key: "api" | "admin" | "none";
  body?: z.ZodType;
  /** Default `application/json` where there is a body; of a type without a schema any bytes are taken. */
  bodyType?: string;
  query?: z.ZodObject;
  status: number;
  /** The document that it answers with; undefined for none. */
  answer?: z.ZodType;
  /** A stream of events that it answers with, beside JSON or instead of it. */
  streams?: "also" | "only";
  /** Other types that it answers with, such as `text/html`. */
  types?: readonly string[];
  /** Statuses beyond those that follow from key, body, query and path: see `statusesOf`. */
  also?: readonly number[];
  /** In whose shape its faults are told. Default RFC 9457. */
  faults?: "openai" | "fastapi" | "json-rpc";
}

/** Every status of an operation: its own, and those of its faults. */
export function statusesOf({ key, path, body, bodyType, query, status, also = [], faults }: Operation): number[] {
  const invalid = faults === "openai" || faults === "json-rpc" ? 400 : 422;
  const statuses = [
    status,
    // A foreign Host or Origin on loopback, a fault of ours, and what is not there at the moment.
    403,
    500,
    503,
    ...(key === "none" ? [] : [401, 429]),
    ...(path.includes("{") ? [400, 404] : []),
    ...(query === undefined ? [] : [invalid]),
    ...(body === undefined && bodyType === undefined ? [] : [400, 408, 413]),
    ...(body === undefined ? [] : [415, invalid]),
    ...also,
  ];
  return [...new Set(statuses)].toSorted((left, right) => left - right);
}
