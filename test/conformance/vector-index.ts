import { describe, expect, test } from "vitest";
import type { VectorIndex } from "../../src/search/vector-index.ts";

export interface VectorIndexConformance {
  name: string;
  /** Opens an index of `vectors`, row-major and of unit length. */
  create: (vectors: Float32Array, dimensions: number) => Promise<VectorIndex>;
  /** Least share of the true ten nearest that it must find. */
  recall: number;
}

const DIMENSIONS = 40;
const ROWS = 2_000;

/** Linear congruential generator (Numerical Recipes): the same vectors on every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 4_294_967_296;
}

/** Clusters of ten rows around a centre, as the chunks of a document are. */
export function clusteredVectors(rows: number, dimensions: number): Float32Array {
  const random = createRandom(11);
  const spread = (): number => random() + random() + random() - 1.5;
  const vectors = new Float32Array(rows * dimensions);
  let centre: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (row % 10 === 0) centre = Array.from({ length: dimensions }, () => 0.3 + spread());
    const vector = centre.map((value) => value + spread() * 0.6);
    const length = Math.hypot(...vector);
    vectors.set(
      vector.map((value) => value / length),
      row * dimensions,
    );
  }
  return vectors;
}

/** The oracle: every row's cosine in double precision. */
function nearestRows(vectors: Float32Array, query: Float32Array, accept: (row: number) => boolean): number[] {
  const similarities = Array.from({ length: vectors.length / query.length }, (_, row) =>
    query.reduce((sum, value, axis) => sum + value * (vectors[row * query.length + axis] ?? 0), 0),
  );
  return [...similarities.keys()]
    .filter(accept)
    .toSorted((left, right) => (similarities[right] ?? 0) - (similarities[left] ?? 0) || left - right);
}

/** What every vector index must do. */
export function describeVectorIndex({ name, create, recall }: VectorIndexConformance): void {
  const vectors = clusteredVectors(ROWS, DIMENSIONS);
  const queries = clusteredVectors(60, DIMENSIONS);
  const queryAt = (index: number): Float32Array => queries.slice(index * DIMENSIONS, (index + 1) * DIMENSIONS);

  function foundShare(index: VectorIndex, accept?: (row: number) => boolean): number {
    let found = 0;
    for (let query = 0; query < 60; query++) {
      const wanted = new Set(nearestRows(vectors, queryAt(query), accept ?? (() => true)).slice(0, 10));
      found += index.search(queryAt(query), 10, accept).filter(({ row }) => wanted.has(row)).length;
    }
    return found / 600;
  }

  describe(`vector index ${name}`, () => {
    test("finds the nearest rows that an exhaustive comparison finds", async () => {
      const index = await create(vectors, DIMENSIONS);
      expect(index.size).toBe(ROWS);
      expect(foundShare(index)).toBeGreaterThanOrEqual(recall);
    });

    test("finds the nearest of the accepted rows", async () => {
      const index = await create(vectors, DIMENSIONS);
      expect(foundShare(index, (row) => row % 50 === 3)).toBeGreaterThanOrEqual(recall);
    });

    test("gives similarities that fit their rows, largest first", async () => {
      const index = await create(vectors, DIMENSIONS);
      const hits = index.search(queryAt(3), 20);
      expect(hits).toHaveLength(20);
      for (const [place, { row, similarity }] of hits.entries()) {
        expect(similarity).toBeCloseTo(index.similarity(row, queryAt(3)), 5);
        expect(similarity).toBeLessThanOrEqual(hits[place - 1]?.similarity ?? 1.0001);
      }
    });

    test("gives every accepted row when fewer are accepted than wanted", async () => {
      const index = await create(vectors, DIMENSIONS);
      const rows = index.search(queryAt(0), 10, (row) => row < 4).map(({ row }) => row);
      expect(rows.toSorted((left, right) => left - right)).toEqual([0, 1, 2, 3]);
      expect(index.search(queryAt(0), 10, () => false)).toEqual([]);
    });

    test("gives no more rows than it has, and none when none are wanted", async () => {
      const index = await create(vectors.slice(0, 3 * DIMENSIONS), DIMENSIONS);
      expect(index.search(queryAt(0), 10)).toHaveLength(3);
      expect(index.search(queryAt(0), 0)).toEqual([]);
    });

    test("orders equal rows by their number", async () => {
      const copies = new Float32Array(5 * DIMENSIONS);
      for (let row = 0; row < 5; row++) copies.set(queryAt(0), row * DIMENSIONS);
      const index = await create(copies, DIMENSIONS);
      expect(index.search(queryAt(0), 5).map(({ row }) => row)).toEqual([0, 1, 2, 3, 4]);
    });

    test("gives the same hits every time", async () => {
      const index = await create(vectors, DIMENSIONS);
      expect(index.search(queryAt(5), 10)).toEqual(index.search(queryAt(5), 10));
    });

    test("opens an index of no rows", async () => {
      const index = await create(new Float32Array(0), DIMENSIONS);
      expect(index.size).toBe(0);
      expect(index.search(queryAt(0), 10)).toEqual([]);
    });
  });
}
