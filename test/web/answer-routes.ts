import type { Page, Request } from "playwright-core";

export interface StubbedRequest {
  method: string;
  /** Decoded. */
  path: string;
  query: URLSearchParams;
  body: unknown;
  headers: Record<string, string>;
}

/** A status, or a document that is sent with 200. */
export type StubbedAnswer = number | { status?: number; document: unknown };

/** Answers the routes under `/v1` in the service's place; undefined is "not found". Returns what was asked for. */
export async function answerRoutes(
  page: Page,
  answer: (request: StubbedRequest) => StubbedAnswer | undefined,
): Promise<StubbedRequest[]> {
  const asked: StubbedRequest[] = [];
  await page.route("**/v1/**", async (route) => {
    const request = readRequest(route.request());
    asked.push(request);
    const given = answer(request) ?? { status: 404, document: { title: "Not Found", status: 404 } };
    if (typeof given === "number") return route.fulfill({ status: given });
    const { status = 200, document } = given;
    return route.fulfill({ status, contentType: "application/json", body: JSON.stringify(document) });
  });
  return asked;
}

function readRequest(request: Request): StubbedRequest {
  const { pathname, searchParams } = new URL(request.url());
  const data = request.postData();
  const isJson = request.headers()["content-type"]?.startsWith("application/json") === true;
  const body: unknown = data === null || data === "" ? undefined : isJson ? JSON.parse(data) : data;
  return {
    method: request.method(),
    path: decodeURIComponent(pathname),
    query: searchParams,
    body,
    headers: request.headers(),
  };
}
