import type { Router } from "express";
import { endpoint } from "../endpoint.ts";
import { openApiDocument } from "../openapi/openapi-document.ts";

/** `GET /openapi.json`, made once. */
export function openApiRoutes(): Router {
  let text: string | undefined;
  return endpoint("/openapi.json", {
    get: [
      (_request, response) => {
        text ??= JSON.stringify(openApiDocument());
        response.type("json").send(text);
      },
    ],
  });
}
