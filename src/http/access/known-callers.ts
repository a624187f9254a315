export interface KnownCallers {
  add(caller: string, address: string): void;
  has(caller: string, address: string): boolean;
}

/** Whoever comes back after that is looked at again. */
const MOST_PAIRS = 10_000;

/** Which callers have come from which address with a right key; the oldest are forgotten. */
export function createKnownCallers(): KnownCallers {
  const pairs = new Set<string>();
  return {
    add(caller, address) {
      pairs.add(pairOf(caller, address));
      if (pairs.size <= MOST_PAIRS) return;
      for (const oldest of pairs) {
        pairs.delete(oldest);
        break;
      }
    },
    has: (caller, address) => pairs.has(pairOf(caller, address)),
  };
}

function pairOf(caller: string, address: string): string {
  return `${caller} ${address}`;
}
