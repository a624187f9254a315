import { useCallback, useEffect, useState } from "preact/hooks";

export type Resource<Value> =
  | { state: "loading"; value?: Value }
  | { state: "ready"; value: Value }
  | { state: "failed"; error: unknown; value?: Value };

export interface ResourceOptions {
  /** Read again after this many milliseconds, for as long as the page is seen. */
  everyMs?: number;
}

/**
 * Reads something when the page opens and whenever one of `inputs` changes; what was read before stays in sight meanwhile.
 * Returns it with a function that reads it again.
 */
export function useResource<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  inputs: readonly unknown[],
  { everyMs }: ResourceOptions = {},
): [Resource<Value>, () => void] {
  const [resource, setResource] = useState<Resource<Value>>({ state: "loading" });
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((count) => count + 1), []);
  useEffect(() => {
    const controller = new AbortController();
    setResource((known) => ({ state: "loading", ...("value" in known && { value: known.value }) }));
    void read(controller.signal);
    return () => controller.abort();
  }, [...inputs, round]);
  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => document.visibilityState === "visible" && again(), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return [resource, again];

  async function read(signal: AbortSignal): Promise<void> {
    try {
      const value = await load(signal);
      if (!signal.aborted) setResource({ state: "ready", value });
    } catch (error) {
      if (!signal.aborted) setResource((known) => ({ ...known, state: "failed", error }));
    }
  }
}
