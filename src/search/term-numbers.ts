/** Numbers the distinct hashes it is given from 0, in the order of their first coming. */
export interface TermNumbers {
  numberOf(hash: number): number;
  /** Hashes by their number. */
  hashes(): Float64Array;
}

/** Open addressing with linear probing; a `Map` of doubles keeps each key in an object of its own and takes three times as long. */
export function createTermNumbers(): TermNumbers {
  let hashes = new Float64Array(1 << 15);
  // Twice as many places as hashes at most; 0 is an empty place, else the term's number plus 1.
  let places = new Uint32Array(1 << 16);
  let used = 0;

  function placeOf(hash: number): number {
    const mask = places.length - 1;
    let place = hash & mask;
    for (;;) {
      const entry = places[place] ?? 0;
      if (entry === 0 || hashes[entry - 1] === hash) return place;
      place = (place + 1) & mask;
    }
  }

  function grow(): void {
    const larger = new Float64Array(hashes.length * 2);
    larger.set(hashes);
    hashes = larger;
    places = new Uint32Array(places.length * 2);
    for (let number = 0; number < used; number++) places[placeOf(hashes[number] ?? 0)] = number + 1;
  }

  return {
    numberOf(hash) {
      let place = placeOf(hash);
      const entry = places[place] ?? 0;
      if (entry > 0) return entry - 1;
      if (used === hashes.length) {
        grow();
        place = placeOf(hash);
      }
      hashes[used] = hash;
      places[place] = used + 1;
      return used++;
    },
    hashes: () => hashes.slice(0, used),
  };
}
