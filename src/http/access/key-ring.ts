import { createHash, timingSafeEqual } from "node:crypto";

export interface NamedKey {
  /** Default: `key-` and the beginning of the key's digest. */
  name?: string;
  key: string;
}

export interface KeyRing {
  /** How many keys there are. */
  size: number;
  /** A name of the given key that tells nothing of it; undefined when it is none of ours. */
  nameOf(given: string): string | undefined;
}

/** Keys kept as digests; blank ones are none. */
export function createKeyRing(keys: readonly NamedKey[]): KeyRing {
  const known = keys.filter(({ key }) => key.trim() !== "").map(toDigest);
  return {
    size: known.length,
    nameOf(given) {
      const wanted = digest(given);
      // Digests are of one length, and all are compared, so that the time tells nothing.
      const found = known.filter((one) => timingSafeEqual(one.digest, wanted));
      return found[0]?.name;
    },
  };
}

function toDigest({ name, key }: NamedKey): { name: string; digest: Buffer } {
  const hashed = digest(key.trim());
  return { name: name ?? `key-${hashed.toString("hex").slice(0, 12)}`, digest: hashed };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
