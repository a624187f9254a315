import fc from "fast-check";
import { createResponseCheck, operationsOf, type ApiDocument, type DocumentedOperation } from "./documented-api.ts";
import { mutationsOf, oddTexts, valuesOf } from "./schema-values.ts";

export interface FuzzedRequest {
  /** The operation that it was made for. */
  madeFor: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | Uint8Array | FormData | undefined;
}

const METHODS = ["get", "post", "put", "delete", "patch", "options"];
/** Path parts that are there, at least for some route. */
const NAMES = ["xianheng", "hr", "work", "official", "s3cret", "index-B1.js", "q1", "d1", "g1"];

function weighted<T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, weight = 8): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

function pathsOf({ path, parameters = [] }: DocumentedOperation): fc.Arbitrary<string> {
  const names = fc.oneof(
    fc.constantFrom(...NAMES),
    fc.webSegment().map((text) => text || "x"),
    oddTexts().map(toPathPart),
  );
  const places = [...path.matchAll(/\{\w+\}/gu)].length;
  const filled = fc
    .array(names, { minLength: places, maxLength: places })
    .map((parts) => parts.reduce((text, part) => text.replace(/\{\w+\}/u, () => part), path));
  const queries = parameters
    .filter((one) => one.in === "query")
    .map(({ name, required, schema }) => {
      const values = weighted(valuesOf(schema), oddTexts()).map((value) => `${name}=${toPathPart(String(value))}`);
      const twice = values.map((text) => `${text}&${text}`);
      const some = weighted(values, twice, 20);
      return required ? weighted(some, fc.constant(""), 20) : fc.oneof(fc.constant(""), some);
    });
  const stray = weighted(fc.constant(""), fc.constantFrom("unknown=1", "__proto__[a]=1", "%E0%A4=1", "a=%"), 20);
  return fc.tuple(filled, fc.tuple(...queries, stray)).map(([text, parts]) => {
    const search = parts.filter((part) => part !== "").join("&");
    return search === "" ? text : `${text}?${search}`;
  });
}

/** Never empty, and short enough for a request line. */
function toPathPart(text: string): string {
  return encodeURIComponent(text.slice(0, 500).toWellFormed()) || "x";
}

function keysOf({ security }: DocumentedOperation): fc.Arbitrary<Record<string, string>> {
  const right = security.some((one) => "key" in one) ? "k1" : "admin-key";
  const odd = fc.constantFrom({}, { authorization: "Bearer wrong" }, { authorization: "Basic azE=" });
  return weighted<Record<string, string>>(fc.constant({ authorization: `Bearer ${right}` }), odd, 15);
}

type Sent = Pick<FuzzedRequest, "headers" | "body">;

function bodiesOf({ requestBody }: DocumentedOperation): fc.Arbitrary<Sent> {
  const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (type === undefined) return fc.constant({ headers: {}, body: undefined });
  if (type === "multipart/form-data") return uploads();
  if (content?.schema === undefined)
    return bytes().map((body) => ({ headers: { "content-type": "text/plain" }, body }));
  const valid = valuesOf(content.schema);
  const documents = fc.oneof(
    { weight: 2, arbitrary: valid },
    { weight: 3, arbitrary: valid.chain(mutationsOf) },
    { weight: 1, arbitrary: valid.chain(mutationsOf).chain(mutationsOf) },
  );
  const texts = documents.map((value) => JSON.stringify(value) ?? "");
  const broken = fc.oneof(
    fc.constantFrom(
      "",
      "{",
      "[".repeat(20_000),
      `{"text":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
      `${'{"a":'.repeat(9000)}1${"}".repeat(9000)}`,
      "nul",
      '{"a":1,}',
      '{"__proto__":{"polluted":1}}',
      "\ufeff{}",
      "{}{}",
    ),
    texts.map((text) => text.slice(0, -1)),
    bytes(),
  );
  const types = weighted(
    fc.constant("application/json"),
    fc.constantFrom(
      "text/plain",
      "application/json; charset=latin1",
      "application/xml",
      "multipart/form-data",
      "json",
      "",
    ),
    15,
  );
  const encodings = weighted<Record<string, string>>(
    fc.constant({}),
    fc.constantFrom(
      { "content-encoding": "gzip" },
      { "content-encoding": "br" },
      { accept: "text/event-stream" },
      { accept: "x" },
    ),
    10,
  );
  return fc.record({
    headers: fc.tuple(types, encodings).map(([one, rest]) => ({ ...rest, ...(one !== "" && { "content-type": one }) })),
    body: weighted<string | Uint8Array>(texts, broken, 10),
  });
}

function bytes(): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ maxLength: 200 });
}

function uploads(): fc.Arbitrary<Sent> {
  const names = fc.oneof(fc.constantFrom("a.md", "b.txt", "c.pdf", "../x.md", "a\r\nb.md", ""), oddTexts());
  const fields = weighted(fc.constant("file"), fc.constantFrom("other", "", "__proto__"), 6);
  return fc.tuple(fields, names, bytes()).map(([field, name, content]) => {
    const body = new FormData();
    body.append(field, new Blob([Uint8Array.from(content)]), name.slice(0, 300).toWellFormed());
    return { headers: {}, body };
  });
}

/** Requests for every operation of a document: most of them fit, or nearly do. */
export function requestsOf(document: ApiDocument): fc.Arbitrary<FuzzedRequest> {
  return fc.constantFrom(...operationsOf(document)).chain((operation) =>
    fc
      .record({
        method: weighted(fc.constant(operation.method), fc.constantFrom(...METHODS), 20),
        path: weighted(
          pathsOf(operation),
          fc.webPath().map((text) => text || "/"),
          30,
        ),
        keys: keysOf(operation),
        sent: bodiesOf(operation),
      })
      .map(({ method, path, keys, sent }) => ({
        madeFor: operation.name,
        method,
        path,
        headers: { ...keys, ...sent.headers },
        body: method === "get" ? undefined : sent.body,
      })),
  );
}

export interface Fuzzing {
  /** How often each status came. */
  statuses: Map<number, number>;
  /** Sends a request; what the document does not say of its response, undefined when all is as documented. */
  faultOf(url: string, request: FuzzedRequest): Promise<string | undefined>;
}

export function fuzzBy(document: ApiDocument): Fuzzing {
  const check = createResponseCheck(document);
  // A path that is named is meant before one that would fit, too.
  const operations = operationsOf(document).toSorted((left, right) => placesIn(left.path) - placesIn(right.path));
  const statuses = new Map<number, number>();
  return {
    statuses,
    async faultOf(url, { method, path, headers, body }) {
      const response = await fetch(url + path, {
        method: method.toUpperCase(),
        headers,
        ...(body !== undefined && { body: body instanceof Uint8Array ? Uint8Array.from(body) : body }),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await response.text();
      const { status } = response;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 500) return `${status}: ${text}`;
      if (response.headers.get("x-request-id") === null) return "no request id";
      const operation = operationOf(operations, method, url + path);
      if (operation !== undefined) return check.faultOf(operation, response, text);
      // Of no operation: no such path or method, or no key for asking.
      return [401, 403, 404, 405, 400].includes(status) ? plainFaultOf(response, text) : `${status}: ${text}`;
    },
  };
}

function placesIn(path: string): number {
  return path.split("{").length - 1;
}

/** The operation that a request came to, which may be another than the one it was made for. */
function operationOf(operations: DocumentedOperation[], method: string, url: string): DocumentedOperation | undefined {
  const parts = new URL(url).pathname.replace(/(?<=.)\/$/u, "").split("/");
  return operations.find((one) => {
    const wanted = one.path.split("/");
    const fits = wanted.every((part, at) => part === parts[at] || (part.startsWith("{") && parts[at] !== ""));
    return one.method === method && wanted.length === parts.length && fits;
  });
}

/** A fault beside the operations is a problem, or in the shape of the API that the path belongs to. */
function plainFaultOf({ status, headers }: Response, text: string): string | undefined {
  const value: unknown = JSON.parse(text);
  const isOther = typeof value === "object" && value !== null && ("error" in value || "detail" in value);
  if (headers.get("content-type")?.startsWith("application/json") === true && isOther) return undefined;
  const told = typeof value === "object" && value !== null && "status" in value ? value.status : undefined;
  const isProblem = headers.get("content-type")?.startsWith("application/problem+json") === true && told === status;
  return isProblem ? undefined : `no problem: ${text}`;
}
