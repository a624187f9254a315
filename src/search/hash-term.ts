/**
 * 53-bit hash of a term: two terms of one index collide with probability of about n²/2⁵⁴ (two million terms: 2·10⁻⁴),
 * and a number sorts in a typed array, so that an index opens without building a map of strings.
 * Mixing after "cyrb53" (public domain) with the multipliers of MurmurHash3.
 */
export function hashTerm(term: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < term.length; index++) {
    const unit = term.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (low & 0x1fffff) + (high >>> 0);
}
