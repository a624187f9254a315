/** One generation, as far as it is kept open here. */
export interface Generation {
  reader: { isCurrent(): Promise<boolean> };
  close(): Promise<void>;
}

/** The newest generation of the index, opened anew when a run has replaced it. */
export interface CurrentIndex<Opened extends Generation> {
  /** What it gives may be read as long as a `during` around the call goes on. @throws what opening throws */
  get: () => Promise<Opened>;
  /** Keeps every generation that is in use open until `work` has ended. */
  during: <T>(work: () => Promise<T>) => Promise<T>;
  close: () => Promise<void>;
}

interface Retired<Opened> {
  generation: Opened;
  /** What may still read it: all that ran when it was replaced. */
  readers: Set<object>;
}

/**
 * Opens each generation once, however many ask at the same time, and closes a replaced one when the last question that may be
 * reading it has its end: a file's number is given to another file as soon as it is free.
 */
export function createCurrentIndex<Opened extends Generation>(open: () => Promise<Opened>): CurrentIndex<Opened> {
  const running = new Set<object>();
  const retired = new Set<Retired<Opened>>();
  let current: Opened | undefined;
  let opening: Promise<Opened> | undefined;

  async function openNext(): Promise<Opened> {
    const next = await open();
    const replaced = current;
    current = next;
    if (replaced !== undefined) {
      const one = { generation: replaced, readers: new Set(running) };
      retired.add(one);
      await closeUnread(one);
    }
    return next;
  }

  async function closeUnread(one: Retired<Opened>): Promise<void> {
    if (one.readers.size === 0 && retired.delete(one)) await one.generation.close();
  }

  return {
    async get() {
      for (;;) {
        const found = current;
        if (found !== undefined && (await found.reader.isCurrent())) return found;
        if (opening === undefined) {
          opening = openNext().finally(() => (opening = undefined));
          return opening;
        }
        // Begun before we came: what it opens may have been replaced by now.
        await opening;
      }
    },
    async during(work) {
      const reader = {};
      running.add(reader);
      try {
        return await work();
      } finally {
        running.delete(reader);
        for (const one of retired) {
          one.readers.delete(reader);
          await closeUnread(one);
        }
      }
    },
    async close() {
      const all = [...[...retired].map(({ generation }) => generation), ...(current === undefined ? [] : [current])];
      retired.clear();
      current = undefined;
      await Promise.all(all.map((one) => one.close()));
    },
  };
}
