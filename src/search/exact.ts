import { AppError } from "../core/errors.ts";
import { createDotRows } from "./dot-rows.ts";
import { readSection } from "./read-section.ts";
import type { Sections } from "./sections.ts";
import { topRows } from "./top-rows.ts";
import type { VectorIndex } from "./vector-index.ts";

/** SIMD reads 16 components at a time. */
const BLOCK = 16;

/** Rows that the int8 scan hands on beyond the wanted ones, so that its rounding (about .002) loses none of the true nearest. */
const SPARE_ROWS = 50;

/**
 * `vectors` is count × `dimensions`, row-major, unit length.
 * Sections: `vectors.float` as given; `vectors.int8` rows scaled to ±127 and padded to a multiple of 16 with zeros;
 * `vectors.scales` the factor back to floats, one a row.
 */
export function buildExact(vectors: Float32Array, dimensions: number): Sections {
  const count = vectors.length / dimensions;
  const width = Math.ceil(dimensions / BLOCK) * BLOCK;
  const values = new Int8Array(count * width);
  const scales = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    let largest = 0;
    for (const value of vector) largest = Math.max(largest, Math.abs(value));
    const scale = largest / 127;
    scales[row] = scale;
    if (scale === 0) continue;
    for (let axis = 0; axis < dimensions; axis++) values[row * width + axis] = Math.round((vector[axis] ?? 0) / scale);
  }
  return { "vectors.float": vectors, "vectors.int8": values, "vectors.scales": scales };
}

export interface OpenExactOptions {
  /** Default: WebAssembly where there is any. */
  kernel?: "wasm" | "javascript";
}

/**
 * Opens what `buildExact` made: an int8 scan of every row, then the best ones by their floats.
 * @throws AppError `index_damaged` when a section is missing or its length does not fit
 */
export function openExact(sections: Sections, options: OpenExactOptions = {}): VectorIndex {
  const vectors = readSection(sections, "vectors.float", Float32Array);
  const values = readSection(sections, "vectors.int8", Int8Array);
  const scales = readSection(sections, "vectors.scales", Float32Array);
  const size = scales.length;
  const dimensions = size === 0 ? 0 : vectors.length / size;
  const width = size === 0 ? 0 : values.length / size;
  if (!Number.isInteger(dimensions) || width !== Math.ceil(dimensions / BLOCK) * BLOCK) {
    throw new AppError(
      "index_damaged",
      "The index's vectors have unequal lengths: run `xianheng ingest` to rebuild it.",
    );
  }
  const dotRows = createDotRows({ values, scales, width }, options.kernel);

  function similarity(row: number, query: Float32Array): number {
    return dot(vectors, row * dimensions, query);
  }

  return {
    size,
    similarity,
    search(query, k, accept) {
      if (size === 0 || k <= 0) return [];
      const nearest = topRows(dotRows(query), k + SPARE_ROWS, accept === undefined ? {} : { accept });
      return nearest
        .map(({ row }) => ({ row, similarity: similarity(row, query) }))
        .toSorted((left, right) => right.similarity - left.similarity || left.row - right.row)
        .slice(0, k);
    },
  };
}

/** Dot product of `query` with the vector that begins at `start`. */
export function dot(vectors: Float32Array, start: number, query: Float32Array): number {
  let sum = 0;
  for (let axis = 0; axis < query.length; axis++) sum += (vectors[start + axis] ?? 0) * (query[axis] ?? 0);
  return sum;
}
