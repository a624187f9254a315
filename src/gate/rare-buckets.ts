/** Things counted in hashed buckets: which, sorted and distinct, and how much of each. */
export interface BucketVector {
  buckets: Uint16Array;
  /** One a bucket, above 0; absent: 1 each. */
  amounts?: Float32Array;
}

/** What a line is seen by in buckets weighed by rarity, and how many buckets each has. */
export const VIEW_BUCKETS = {
  /** Characters of the best passages: what the line is about, in the documents' words. */
  passages: 8192,
  /** Latin words and numbers of the line: names of products, commands, versions. */
  terms: 4096,
  /** Documents of the best passages and the folders they lie in. */
  places: 4096,
} as const;
export type ViewName = keyof typeof VIEW_BUCKETS;
export const VIEW_NAMES = ["passages", "terms", "places"] as const satisfies ViewName[];

/** What has been learnt of one view. */
export interface ViewWeights {
  /** One a bucket. */
  weights: Float32Array;
  /** How rare each bucket is among the labelled lines. */
  rarity: Float32Array;
}

/** How rare each bucket is: `ln(lines / lines that have it)`, 0 for one that all lines have. */
export function rarityOf(lines: readonly BucketVector[], size: number): Float32Array {
  const counts = new Uint32Array(size);
  for (const { buckets } of lines) for (const bucket of buckets) counts[bucket] = (counts[bucket] ?? 0) + 1;
  return Float32Array.from(counts, (count) => Math.log(lines.length / Math.max(1, count)));
}

/** Adds `variance` × cosine of any two lines to a kernel, row-major. Quadratic in the number of lines. */
export function addCosines(
  kernel: Float32Array,
  lines: readonly BucketVector[],
  { rarity, variance }: { rarity: Float32Array; variance: number },
): void {
  if (variance === 0) return;
  const spread = new Float32Array(rarity.length);
  const units = lines.map((line) => unitOf(line, rarity));
  for (const [i, own] of lines.entries()) {
    spread.fill(0);
    const unit = units[i] ?? new Float32Array(0);
    for (const [at, bucket] of own.buckets.entries()) spread[bucket] = variance * (unit[at] ?? 0);
    for (let j = 0; j <= i; j++) {
      const value = sumOver(spread, lines[j]?.buckets, units[j]);
      if (value === 0) continue;
      kernel[i * lines.length + j] = (kernel[i * lines.length + j] ?? 0) + value;
      if (i !== j) kernel[j * lines.length + i] = (kernel[j * lines.length + i] ?? 0) + value;
    }
  }
}

/** Adds a line's unit vector, `worth` times, to the weights. */
export function addWorth({ weights, rarity }: ViewWeights, line: BucketVector, worth: number): void {
  const unit = unitOf(line, rarity);
  for (const [at, bucket] of line.buckets.entries()) weights[bucket] = (weights[bucket] ?? 0) + worth * (unit[at] ?? 0);
}

/** What the weights say about a line. */
export function viewShare({ weights, rarity }: ViewWeights, line: BucketVector): number {
  return sumOver(weights, line.buckets, unitOf(line, rarity));
}

/** Amounts times rarity, scaled to length 1; all 0 where the line has nothing rare. */
function unitOf({ buckets, amounts }: BucketVector, rarity: Float32Array): Float32Array {
  const unit = new Float32Array(buckets.length);
  let squares = 0;
  for (let at = 0; at < buckets.length; at++) {
    const value = (rarity[buckets[at] ?? 0] ?? 0) * (amounts?.[at] ?? 1);
    unit[at] = value;
    squares += value * value;
  }
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let at = 0; at < unit.length; at++) unit[at] = (unit[at] ?? 0) * scale;
  return unit;
}

const NOTHING = new Uint16Array(0);

function sumOver(
  values: Float32Array,
  buckets: Uint16Array = NOTHING,
  unit: Float32Array = new Float32Array(0),
): number {
  let sum = 0;
  for (let at = 0; at < buckets.length; at++) sum += (values[buckets[at] ?? 0] ?? 0) * (unit[at] ?? 0);
  return sum;
}
