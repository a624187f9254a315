const OPEN = new Set(["/", "/index.html", "/healthz", "/livez", "/health", "/readyz", "/openapi.json", "/metrics"]);
const OPEN_BELOW = ["/assets/", "/webhooks/", "/api/v1/message/v1/wechat/"];

/** Paths that need no key: they tell nothing, or have secrets of their own (webhooks), or are the console's pages. */
export function isOpenPath(path: string): boolean {
  // A route answers with a slash at its end, too.
  return OPEN.has(path.replace(/(?<=.)\/$/u, "")) || OPEN_BELOW.some((prefix) => path.startsWith(prefix));
}

/** Where programs speak the Model Context Protocol. */
export function isMcpPath(path: string): boolean {
  return /^\/mcp\/?$/iu.test(path);
}

/** Where platforms reach us by whatever name they know; their signatures are what counts. */
export function isWebhookPath(path: string): boolean {
  return path.startsWith("/webhooks/") || path.startsWith("/api/v1/message/v1/wechat/");
}
