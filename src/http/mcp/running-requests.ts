/** Requests that are being answered, so that a notice of cancellation, which comes as a request of its own, ends them. */
export interface RunningRequests {
  /** Remembers one until `end` is called. */
  begin(client: string, id: string | number): { signal: AbortSignal; end: () => void };
  /** Ends the one request that a client has under this id; where it is not the only one, nothing is ended. */
  cancel(client: string, id: string | number): void;
}

export function createRunningRequests(): RunningRequests {
  const running = new Map<string, Set<AbortController>>();
  return {
    begin(client, id) {
      const key = keyOf(client, id);
      const controller = new AbortController();
      const others = running.get(key) ?? new Set();
      running.set(key, others.add(controller));
      return {
        signal: controller.signal,
        end() {
          others.delete(controller);
          if (others.size === 0) running.delete(key);
        },
      };
    },
    cancel(client, id) {
      const found = [...(running.get(keyOf(client, id)) ?? [])];
      // Ids are counted from 0 by every client, and without a session two clients behind one address look alike.
      if (found.length === 1) found[0]?.abort();
    },
  };
}

function keyOf(client: string, id: string | number): string {
  return JSON.stringify([client, id]);
}
