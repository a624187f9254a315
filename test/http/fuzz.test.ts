import fc from "fast-check";
import { expect, test } from "vitest";
import { serveApi } from "./api-fixture.ts";
import { readDocument } from "./documented-api.ts";
import { fuzzBy, requestsOf } from "./fuzzed-requests.ts";

/** Another seed looks elsewhere; the one that found something is in the message. */
const SEED = Number(process.env["XIANHENG_FUZZ_SEED"] ?? 20_241_124);
const REQUESTS = Number(process.env["XIANHENG_FUZZ_REQUESTS"] ?? 5000);

/** Every string in plain values. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  const isPlain = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? Object.values(value).flatMap(textsIn) : [];
}

test(`${REQUESTS} requests made of the document, fitting or not, are answered as it says (seed ${SEED})`, async () => {
  const api = await serveApi({}, { apiKeys: "k1" });
  const document = readDocument();
  const fuzzing = fuzzBy(document);
  await fc.assert(
    fc.asyncProperty(requestsOf(document), async (request) => {
      expect(await fuzzing.faultOf(api.url, request)).toBeUndefined();
    }),
    { seed: SEED, numRuns: REQUESTS },
  );
  // It was not one and the same refusal all the time.
  for (const status of [200, 204, 400, 401, 404, 405, 413, 415, 422])
    expect([...fuzzing.statuses.keys()]).toContain(status);
  expect(fuzzing.statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 10);
  // What reaches the assistant is text that every store takes.
  expect(textsIn(api.calls).length).toBeGreaterThan(REQUESTS / 10);
  expect(textsIn(api.calls).filter((text) => !text.isWellFormed() || text.includes("\u0000"))).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(api.logged.filter((line) => line.includes("http.fault"))).toEqual([]);
}, 120_000);
