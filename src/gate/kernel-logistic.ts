import { sigmoid } from "./logistic.ts";

export interface KernelProblem {
  /** Kernel of the rows with one another, row-major, `size` × `size`, symmetric. */
  kernel: Float32Array;
  positive: readonly boolean[];
  /** Log-odds that each row has before anything is learnt. */
  offset: Float64Array;
}

const NEWTON_STEPS = 25;
const CONJUGATE_STEPS = 200;
/** Largest change of any log-odds at which the fit is done. */
const TOLERANCE = 1e-4;
/** Below this a row is so sure that it no longer pulls. */
const LEAST_CURVATURE = 1e-6;

/**
 * Kernel logistic regression: the α for which `offset + K α` is most probable, the prior of the functions being a Gaussian
 * process with kernel K (Rasmussen & Williams, "Gaussian Processes for Machine Learning", 2006, algorithm 3.1). Newton's
 * steps, each solved by conjugate gradients on `I + W½ K W½`. Deterministic.
 */
export function fitKernelLogistic({ kernel, positive, offset }: KernelProblem): Float64Array {
  const size = positive.length;
  const learnt = new Float64Array(size);
  const alpha = new Float64Array(size);
  const root = new Float64Array(size);
  const right = new Float64Array(size);
  const solution = new Float64Array(size);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    for (let row = 0; row < size; row++) {
      const probability = sigmoid((learnt[row] ?? 0) + (offset[row] ?? 0));
      const curvature = Math.max(LEAST_CURVATURE, probability * (1 - probability));
      const target = (learnt[row] ?? 0) + ((positive[row] === true ? 1 : 0) - probability) / curvature;
      const scale = Math.sqrt(curvature);
      root[row] = scale;
      right[row] = scale * target;
    }
    solve(kernel, root, right, solution);
    for (let row = 0; row < size; row++) alpha[row] = (root[row] ?? 0) * (solution[row] ?? 0);
    const next = multiply(kernel, alpha);
    let change = 0;
    for (let row = 0; row < size; row++) change = Math.max(change, Math.abs((next[row] ?? 0) - (learnt[row] ?? 0)));
    learnt.set(next);
    if (change < TOLERANCE) break;
  }
  return alpha;
}

/** Solves `(I + D K D) x = right` for the diagonal `root` of D, starting from what `x` holds. */
function solve(kernel: Float32Array, root: Float64Array, right: Float64Array, x: Float64Array): void {
  const size = root.length;
  const apply = (vector: Float64Array): Float64Array => {
    const product = multiply(
      kernel,
      vector.map((value, row) => value * (root[row] ?? 0)),
    );
    for (let row = 0; row < size; row++) {
      product[row] = (vector[row] ?? 0) + (root[row] ?? 0) * (product[row] ?? 0);
    }
    return product;
  };
  const start = apply(x);
  const residual = right.map((value, row) => value - (start[row] ?? 0));
  let direction = residual.slice();
  let norm = dot(residual, residual);
  const enough = 1e-10 * Math.max(1e-12, dot(right, right));
  for (let step = 0; step < CONJUGATE_STEPS && norm > enough; step++) {
    const applied = apply(direction);
    const length = norm / dot(direction, applied);
    for (let row = 0; row < size; row++) {
      x[row] = (x[row] ?? 0) + length * (direction[row] ?? 0);
      residual[row] = (residual[row] ?? 0) - length * (applied[row] ?? 0);
    }
    const next = dot(residual, residual);
    const keep = next / norm;
    direction = direction.map((value, row) => (residual[row] ?? 0) + keep * value);
    norm = next;
  }
}

function multiply(kernel: Float32Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  const product = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    let sum = 0;
    const start = row * size;
    for (let column = 0; column < size; column++) sum += (kernel[start + column] ?? 0) * (vector[column] ?? 0);
    product[row] = sum;
  }
  return product;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
