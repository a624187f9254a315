import type { Operation } from "./operation.ts";
import { readyDocument, statusDocument, openApiSchema } from "./response-schemas.ts";

/** What needs no key: it tells nothing, has secrets of its own, or is the console. */
export const OPEN_OPERATIONS: readonly Operation[] = [
  ...["/healthz", "/livez", "/health"].map((path) => ({
    method: "get" as const,
    path,
    summary: "Whether the process lives",
    key: "none" as const,
    status: 200,
    answer: statusDocument,
  })),
  {
    method: "get",
    path: "/readyz",
    summary: "Whether questions are taken; else 503",
    key: "none",
    status: 200,
    answer: readyDocument,
  },
  {
    method: "get",
    path: "/metrics",
    summary: "Figures for Prometheus",
    key: "none",
    status: 200,
    types: ["text/plain"],
  },
  {
    method: "get",
    path: "/openapi.json",
    summary: "This document",
    key: "none",
    status: 200,
    answer: openApiSchema,
  },
  ...["/", "/index.html"].map((path) => ({
    method: "get" as const,
    path,
    summary: "The web console",
    key: "none" as const,
    status: 200,
    types: ["text/html"],
    also: [304],
  })),
  {
    method: "get",
    path: "/assets/{name}",
    summary: "A file of the web console",
    key: "none",
    status: 200,
    types: ["*/*"],
    also: [206, 304, 412, 416],
  },
  ...[
    { path: "/webhooks/lark/{app}", platform: "Lark" },
    { path: "/webhooks/wecom/{app}", platform: "WeCom" },
    { path: "/webhooks/wechat/{app}", platform: "WeChat" },
    { path: "/api/v1/message/v1/wechat/{suffix}", platform: "The WeChat gateway on Android" },
  ].flatMap(({ path, platform }) =>
    (["get", "post"] as const).map((method) => ({
      method,
      path,
      summary: `${platform} calls this, signed as it does`,
      key: "none" as const,
      ...(method === "post" && { bodyType: "*/*" }),
      status: 200,
      types: ["*/*"],
      also: [401, 405],
    })),
  ),
];
