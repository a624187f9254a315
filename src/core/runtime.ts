/** The time, so that tests can own it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Structured log: one event name a line, facts as fields, never a secret. */
export interface Logger {
  debug(event: string, fields?: Record<string, unknown>): void;
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
}

/** The platform's fetch, passed in so that no room reaches the network by itself. */
export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/** Proxies for outgoing calls, as the environment has them: `http://user:password@host:port`, or without scheme. */
export interface ProxySettings {
  /** For http addresses. */
  http?: string;
  /** For https addresses. */
  https?: string;
  /** For both, where theirs is absent. */
  all?: string;
  /** Hosts that are asked directly, comma separated. */
  noProxy?: string;
}

/** A number in [0, 1). */
export type Random = () => number;

/** The user's language for messages of the program itself. */
export type Locale = "zh" | "en";

/** First two arguments of `new Worker(...)`. */
export interface WorkerEntry {
  source: string | URL;
  options: { eval: boolean };
}

/**
 * Tells how to run the module `./<name>` beside the caller in a worker thread, from built JavaScript or from TypeScript
 * source (tests and `npm run dev`; Node 20 cannot load TypeScript, so the thread registers tsx first).
 */
export function workerEntry(name: string, importMetaUrl: string): WorkerEntry {
  if (!importMetaUrl.endsWith(".ts")) {
    return { source: new URL(`./${name}.js`, importMetaUrl), options: { eval: false } };
  }
  const url = new URL(`./${name}.ts`, importMetaUrl).href;
  const source = `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(url)}); })`;
  return { source, options: { eval: true } };
}
