import type { Request } from "express";

/** The template of the route that took the request, such as `/v1/models/:id`; undefined when none did. Never the path itself. */
export function routeOf({ route }: Request): string | undefined {
  const found: unknown = route;
  const path = typeof found === "object" && found !== null && "path" in found ? found.path : undefined;
  if (Array.isArray(path)) return String(path[0]);
  return typeof path === "string" ? path : undefined;
}
