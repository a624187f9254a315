import { accessKey } from "../state/access-key.ts";
import { isConnected } from "../state/connection.ts";

/** A refusal of the service, or that it could not be reached (status 0). */
export class ApiFault extends Error {
  override readonly name = "ApiFault";
  readonly status: number;
  readonly code: string | undefined;

  constructor({ status, code, detail }: { status: number; code: string | undefined; detail: string }) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Sent as JSON. */
  body?: unknown;
  accept?: string;
  signal?: AbortSignal;
}

/** Asks our own service. @throws ApiFault; the signal's reason when aborted */
export async function request(path: string, { method, body, accept, signal }: RequestOptions = {}): Promise<Response> {
  const headers = {
    ...authorisation(),
    ...(accept !== undefined && { accept }),
    ...(body !== undefined && { "content-type": "application/json" }),
  };
  let response: Response;
  try {
    response = await fetch(path, {
      method: method ?? (body === undefined ? "GET" : "POST"),
      headers,
      cache: "no-store",
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    isConnected.value = false;
    throw new ApiFault({ status: 0, code: "unreachable", detail: String(error) });
  }
  isConnected.value = true;
  if (!response.ok) throw faultOf(response.status, await response.text());
  return response;
}

/** The document that a route answers with. `Shape` is what the service promises in `/openapi.json`. */
export async function requestJson<Shape>(path: string, options: RequestOptions = {}): Promise<Shape> {
  const response = await request(path, options);
  const document: Shape = await response.json();
  return document;
}

export function authorisation(): Record<string, string> {
  return accessKey.value === "" ? {} : { authorization: `Bearer ${accessKey.value}` };
}

/** Reads a problem (RFC 9457); anything else stays as it is. */
export function faultOf(status: number, text: string): ApiFault {
  try {
    const problem: { title?: string; detail?: string; code?: string } = JSON.parse(text);
    return new ApiFault({ status, code: problem.code, detail: problem.detail ?? problem.title ?? text });
  } catch {
    return new ApiFault({ status, code: undefined, detail: text.slice(0, 300) });
  }
}

/** A path with its query; what is undefined or empty is left out. */
export function withQuery(path: string, query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  if (given.length === 0) return path;
  return `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}
