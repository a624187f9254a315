import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { startCli, type Finished } from "./run-cli.ts";

/** `xianheng serve` as a process of its own. */
export interface Serving {
  child: ChildProcess;
  /** The end of it, with all it said. */
  end: Promise<Finished>;
  /** Resolves when index, store and channels are there. */
  whenReady(): Promise<void>;
}

export function startServing({ cwd, env, port }: { cwd: string; env: Record<string, string>; port: number }): Serving {
  const { child, end } = startCli(["serve", "--verbose"], { cwd, env });
  const died = end.then(({ code, stderr }) => {
    throw new Error(`serve ended with ${code}:\n${stderr}`);
  });
  died.catch(() => undefined);
  const whenReady = async (): Promise<void> => {
    for (;;) {
      const isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) return;
      await pause(50);
    }
  };
  return { child, end, whenReady: () => Promise.race([whenReady(), died]) };
}

/** A port that nobody uses at this moment; the same before and after a restart. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Looks again until `look` finds something; the test's own time limit ends it. */
export async function until<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await pause(50);
  }
}
