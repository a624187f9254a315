import { expect, test } from "vitest";
import { createCurrentIndex, type Generation } from "../../src/app/current-index.ts";

interface Numbered extends Generation {
  number: number;
}

/** An index whose newest generation is a number. */
function openNumbers() {
  const state = { newest: 1, opened: [] as number[], closed: [] as number[] };
  const index = createCurrentIndex<Numbered>(async () => {
    const number = state.newest;
    state.opened.push(number);
    await pause();
    return {
      number,
      reader: { isCurrent: async () => number === state.newest },
      close: async () => void state.closed.push(number),
    };
  });
  return { index, state };
}

async function pause(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Work that ends when it is told to. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

test("a generation is opened once, however many ask at the same time", async () => {
  const { index, state } = openNumbers();
  const found = await Promise.all([index.get(), index.get(), index.get()]);
  expect(found.map(({ number }) => number)).toEqual([1, 1, 1]);
  expect(state.opened).toEqual([1]);
});

test("a replaced generation is closed when the last question that began before has its end", async () => {
  const { index, state } = openNumbers();
  const [first, second] = [gate(), gate()];
  const reading = [first, second].map((one) =>
    index.during(async () => {
      const { number } = await index.get();
      await one.opened;
      return number;
    }),
  );
  await pause();
  await pause();
  state.newest = 2;
  expect((await index.during(() => index.get())).number).toBe(2);
  expect(state.closed).toEqual([]);
  first.open();
  await reading[0];
  expect(state.closed).toEqual([]);
  second.open();
  expect(await reading[1]).toBe(1);
  expect(state.closed).toEqual([1]);
});

test("who asks while an older generation is being opened gets the newest", async () => {
  const { index, state } = openNumbers();
  const early = index.get();
  state.newest = 2;
  const late = index.get();
  expect((await early).number).toBe(1);
  expect((await late).number).toBe(2);
  expect(state.closed).toEqual([1]);
});

test("a generation that cannot be opened is tried again by the next question", async () => {
  let tries = 0;
  const index = createCurrentIndex<Numbered>(async () => {
    if (++tries === 1) throw new Error("not yet");
    return { number: 1, reader: { isCurrent: async () => true }, close: async () => undefined };
  });
  await expect(index.get()).rejects.toThrow("not yet");
  expect((await index.get()).number).toBe(1);
});

test("at the end everything is closed once", async () => {
  const { index, state } = openNumbers();
  const held = gate();
  const reading = index.during(async () => {
    await index.get();
    await held.opened;
  });
  await pause();
  await pause();
  state.newest = 2;
  await index.get();
  await index.close();
  expect(state.closed.toSorted((left, right) => left - right)).toEqual([1, 2]);
  held.open();
  await reading;
  expect(state.closed.toSorted((left, right) => left - right)).toEqual([1, 2]);
});
