import { DOT_KERNEL_BASE64 } from "./dot-kernel.ts";

/** int8 rows with one scale each: component ≈ value × scale. */
export interface QuantisedRows {
  values: Int8Array;
  scales: Float32Array;
  /** Components a row in `values`, a multiple of 16; those past the vector's dimensions are 0. */
  width: number;
}

/** Writes the dot product of a float query with every row; the result stays valid until the next call. */
export type DotRows = (query: Float32Array) => Float32Array;

/**
 * The scan in WebAssembly SIMD (100,000 × 384 in about 2 ms), or in JavaScript (25 ms) where the
 * runtime forbids WebAssembly. WebAssembly reads its own memory only, so the rows are copied once.
 */
export function createDotRows(rows: QuantisedRows, kernel?: "wasm" | "javascript"): DotRows {
  if (kernel === "javascript" || typeof WebAssembly === "undefined") return javaScriptDotRows(rows);
  return wasmDotRows(rows);
}

/** What is used of the global, which Node's types lack without the DOM's. */
declare const WebAssembly: {
  Memory: new (limits: { initial: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
};

const PAGE_BYTES = 65_536;

function wasmDotRows({ values, scales, width }: QuantisedRows): DotRows {
  const count = scales.length;
  const scalesAt = aligned(values.length);
  const queryAt = aligned(scalesAt + count * 4);
  const outAt = aligned(queryAt + width * 2);
  const memory = new WebAssembly.Memory({ initial: Math.ceil((outAt + count * 4) / PAGE_BYTES) + 1 });
  new Int8Array(memory.buffer).set(values);
  new Float32Array(memory.buffer, scalesAt, count).set(scales);
  const queryValues = new Int16Array(memory.buffer, queryAt, width);
  const out = new Float32Array(memory.buffer, outAt, count);
  const module = new WebAssembly.Module(Buffer.from(DOT_KERNEL_BASE64, "base64"));
  const scan = new WebAssembly.Instance(module, { memory: { memory } }).exports["scan"];
  if (typeof scan !== "function") throw new Error("The dot kernel exports no scan.");
  return (query) => {
    const scale = quantise(query, queryValues);
    scan(0, scalesAt, queryAt, outAt, count, width, scale);
    return out;
  };
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}

function javaScriptDotRows({ values, scales, width }: QuantisedRows): DotRows {
  const out = new Float32Array(scales.length);
  const queryValues = new Int16Array(width);
  return (query) => {
    const queryScale = quantise(query, queryValues);
    for (let row = 0; row < scales.length; row++) {
      const start = row * width;
      let first = 0;
      let second = 0;
      let third = 0;
      let fourth = 0;
      for (let axis = 0; axis < width; axis += 4) {
        const at = start + axis;
        first += (values[at] ?? 0) * (queryValues[axis] ?? 0);
        second += (values[at + 1] ?? 0) * (queryValues[axis + 1] ?? 0);
        third += (values[at + 2] ?? 0) * (queryValues[axis + 2] ?? 0);
        fourth += (values[at + 3] ?? 0) * (queryValues[axis + 3] ?? 0);
      }
      out[row] = (first + second + third + fourth) * (scales[row] ?? 0) * queryScale;
    }
    return out;
  };
}

/**
 * The query in 12 bits: it is read as int16 anyway, so only the rows' own rounding is left, and 384 products of
 * 127 × 2,047 stay far from the end of an int32.
 */
function quantise(query: Float32Array, target: Int16Array): number {
  let largest = 0;
  for (const value of query) largest = Math.max(largest, Math.abs(value));
  const scale = largest / 2047;
  for (let axis = 0; axis < target.length; axis++) {
    target[axis] = scale > 0 ? Math.round((query[axis] ?? 0) / scale) : 0;
  }
  return scale;
}
