import { RateLimiterRedis } from "rate-limiter-flexible";
import { AppError, errorMessage } from "../../core/errors.ts";
import type { Logger } from "../../core/runtime.ts";
import { limiterOver, memoryStore, type RateLimiter } from "./rate-limiter.ts";

export interface RedisLimiterOptions {
  perMinute: number;
  /** `redis://…` or `rediss://…`. */
  url: string;
  logger: Logger;
  /** Loads `ioredis`; for tests. */
  load?: () => Promise<Pick<typeof import("ioredis"), "Redis">>;
}

/** An answer that takes longer is no answer: the request is counted in memory. */
const ANSWER_MS = 250;
const CONNECT_MS = 2000;
/** A connection on which nothing comes back is given up, so that not every request waits for it. */
const SILENT_MS = 1000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;
const WINDOW_S = 60;

/**
 * Counts in Redis, so that several processes share one count. While Redis cannot be reached, each counts for itself in
 * memory; it is tried again for as long as we run.
 * @throws AppError `config_invalid` for another kind of address, `package_missing`
 */
export async function openRedisLimiter({ perMinute, url, logger, load }: RedisLimiterOptions): Promise<RateLimiter> {
  if (!/^rediss?:\/\//iu.test(url) || !URL.canParse(url)) {
    throw new AppError(
      "config_invalid",
      "[server] rate_limit_redis_url_env: the variable must hold redis://… or rediss://…",
    );
  }
  const { Redis } = await loadClient(load);
  const client = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_MS,
    commandTimeout: ANSWER_MS,
    socketTimeout: SILENT_MS,
    retryStrategy: (times: number) => Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(times, 10)),
  });
  let isLost = false;
  client.on("ready", () => {
    isLost = false;
    logger.info("rate-limit.redis-ready");
  });
  client.on("error", (error: unknown) => {
    // Once for each time it is lost, not for each try.
    if (!isLost) logger.warn("rate-limit.redis-lost", { error: errorMessage(error) });
    isLost = true;
  });
  // What fails here is told by the event, and is tried again.
  await client.connect().catch(() => undefined);
  const store = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: "xianheng:rate",
    points: perMinute,
    duration: WINDOW_S,
    rejectIfRedisNotReady: true,
    insuranceLimiter: memoryStore(perMinute),
  });
  return limiterOver(store, perMinute, () => client.disconnect());
}

async function loadClient(load: RedisLimiterOptions["load"]): Promise<Pick<typeof import("ioredis"), "Redis">> {
  try {
    return await (load ?? (() => import("ioredis")))();
  } catch (error) {
    throw new AppError(
      "package_missing",
      '[server] rate_limit_redis_url_env: the package ioredis is not installed: run "npm install ioredis@6.0.0", or take the key out.',
      { cause: error },
    );
  }
}
