import { AppError } from "../core/errors.ts";
import type { RateLimiter } from "../http/access/rate-limiter.ts";
import type { ReadyOptions } from "./assistant.ts";

/**
 * Counts requests as `[server]` says; undefined without a limit.
 * @throws AppError `config_invalid` when the variable for Redis is named and not set, `package_missing`
 */
export async function openRateLimiter({
  config: loaded,
  logger,
}: Pick<ReadyOptions, "config" | "logger">): Promise<RateLimiter | undefined> {
  const { requests_per_minute: perMinute, rate_limit_redis_url_env: variable } = loaded.config.server;
  if (perMinute === 0) return undefined;
  if (variable === undefined) {
    const { createMemoryLimiter } = await import("../http/access/rate-limiter.ts");
    return createMemoryLimiter(perMinute);
  }
  const url = loaded.secret(variable);
  if (url === undefined) {
    throw new AppError("config_invalid", `[server] rate_limit_redis_url_env: ${variable} is not set`);
  }
  const { openRedisLimiter } = await import("../http/access/redis-limiter.ts");
  return openRedisLimiter({ perMinute, url, logger });
}
