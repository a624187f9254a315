import { setTimeout as delay } from "node:timers/promises";
import type { Clock, Fetch } from "../core/runtime.ts";
import type { AssistantOptions } from "./assistant.ts";

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
};

const platformFetch: Fetch = (input, init) => fetch(input, init);

/** The given fetch, else one through the proxies of the environment, else the platform's. */
export function outgoingFetch({ config: { proxy }, fetch: given }: AssistantOptions): Fetch {
  if (given !== undefined || proxy === undefined) return given ?? platformFetch;
  const load = once(async () => {
    const { createProxyFetch } = await import("../models/proxy-fetch.ts");
    return createProxyFetch(proxy);
  });
  return async (input, init) => (await load())(input, init);
}

/** Runs `make` once; a failure is not kept, so that the next call tries again. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

/** Lets the event loop go round once: a turn that finds all it needs in memory would otherwise hold it from its beginning to its end. */
export async function letOthersIn(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}
