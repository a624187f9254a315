import { signal } from "@preact/signals";

export const PAGES = ["ask", "documents", "ledger", "gate", "groups", "health"] as const;

export type PageName = (typeof PAGES)[number];

export interface Route {
  page: PageName;
  /** What follows the page's name, such as the id of a document. */
  detail: string | undefined;
}

/** `#/documents/abc` and so on: the server has one page only. */
export const route = signal(readRoute());

addEventListener("hashchange", () => (route.value = readRoute()));

export function hrefOf(page: PageName, detail?: string): string {
  return `#/${page === "ask" ? "" : page}${detail === undefined ? "" : `/${encodeURIComponent(detail)}`}`;
}

function readRoute(): Route {
  const [, name = "", detail] = location.hash.split("/");
  const page = PAGES.find((one) => one === name) ?? "ask";
  return { page, detail: detail === undefined || detail === "" ? undefined : decode(detail) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
