export interface InOrderOptions {
  /** Calls of `work` at once. */
  concurrent: number;
  /** Items begun or finished beyond the one that is waited for. */
  ahead: number;
}

/** Runs `work` on items side by side and gives the results in the items' order, so that one slow item does not stop the rest. */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<Result>,
  { concurrent, ahead }: InOrderOptions,
): AsyncGenerator<Result> {
  const results: Promise<Result>[] = [];
  const waiting: (() => void)[] = [];
  let running = 0;

  async function start(item: Item): Promise<Result> {
    if (running >= concurrent) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work(item);
    } finally {
      // The place goes to the next in line without being free in between.
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  }

  try {
    for (const item of items) {
      const result = start(item);
      // A fault is reported when its turn comes; until then it must not count as unhandled.
      result.catch(() => undefined);
      results.push(result);
      if (results.length > ahead) {
        const first = results.shift();
        if (first !== undefined) yield await first;
      }
    }
    for (const result of results) yield await result;
  } finally {
    // Nothing that was begun may still run when the caller cleans up.
    await Promise.allSettled(results);
  }
}
