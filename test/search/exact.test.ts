import { array, assert, float, property } from "fast-check";
import { expect, test } from "vitest";
import { isAppError } from "../../src/core/errors.ts";
import { buildExact, openExact } from "../../src/search/exact.ts";
import { clusteredVectors, describeVectorIndex } from "../conformance/vector-index.ts";

for (const kernel of ["wasm", "javascript"] as const) {
  describeVectorIndex({
    name: `exact, ${kernel}`,
    create: async (vectors, dimensions) => openExact(buildExact(vectors, dimensions), { kernel }),
    recall: 1,
  });
}

test("scans the same by WebAssembly and by JavaScript, whatever the dimensions", () => {
  for (const dimensions of [1, 15, 16, 17, 384]) {
    const sections = buildExact(clusteredVectors(50, dimensions), dimensions);
    const query = clusteredVectors(1, dimensions);
    const [wasm, javaScript] = [openExact(sections, { kernel: "wasm" }), openExact(sections, { kernel: "javascript" })];
    expect(wasm.search(query, 50)).toEqual(javaScript.search(query, 50));
  }
});

test("survives vectors of any numbers, all zeros too", () => {
  const vectors = array(float({ noNaN: true, noDefaultInfinity: true, min: -1, max: 1 }), {
    minLength: 24,
    maxLength: 24,
  });
  assert(
    property(vectors, (numbers) => {
      const index = openExact(buildExact(Float32Array.from(numbers), 8));
      expect(index.search(Float32Array.from(numbers.slice(0, 8)), 3)).toHaveLength(3);
      expect(index.search(new Float32Array(8), 3)).toHaveLength(3);
    }),
  );
});

test("refuses sections whose lengths do not fit", () => {
  const sections = { ...buildExact(clusteredVectors(4, 16), 16), "vectors.scales": new Float32Array(3) };
  expect(() => openExact(sections)).toThrow(expect.toSatisfy((error: unknown) => isAppError(error, "index_damaged")));
});
