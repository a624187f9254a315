import { effect, signal, type Signal } from "@preact/signals";

/** A signal that a reload of the page keeps; the browser may forbid that, and then it lives as long as the page. */
export function storedSignal(storage: () => Storage, key: string, initial: string): Signal<string> {
  const value = signal(read() ?? initial);
  effect(() => {
    try {
      if (value.value === "") storage().removeItem(key);
      else storage().setItem(key, value.value);
    } catch {
      // Private windows have no storage.
    }
  });
  return value;

  function read(): string | undefined {
    try {
      return storage().getItem(key) ?? undefined;
    } catch {
      return undefined;
    }
  }
}
