import { expect, test } from "vitest";
import type { Hit } from "../../src/core/retriever.ts";
import { serveApi } from "./api-fixture.ts";

const hit: Hit = {
  rank: 1,
  score: 0.75,
  dense: 0.5,
  lexical: 2,
  source: "a.md",
  title: "A",
  mediaType: "text/markdown",
  chunk: { id: "c1", documentId: "d1", text: "Three days.", headings: ["Leave"], page: 2, start: 0, end: 11 },
};

test("search gives the hits of search --json and where they stand", async () => {
  const limits: number[] = [];
  const api = await serveApi({
    search: async (_query, { limit }) => {
      limits.push(limit);
      return [hit];
    },
  });
  const response = await fetch(`${api.url}/v1/search?q=${encodeURIComponent("请假")}&top_k=3`);
  expect(await response.json()).toEqual({
    hits: [
      {
        rank: 1,
        score: 0.75,
        dense: 0.5,
        lexical: 2,
        source: "a.md",
        title: "A",
        headings: ["Leave"],
        page: 2,
        chunk: "c1",
        text: "Three days.",
      },
    ],
  });
  expect(limits).toEqual([3]);
  for (const query of ["", "?q=", "?q=a&top_k=0", "?q=a&top_k=x", "?q=a&q=b", "?q=a&topk=1"]) {
    expect([query, (await fetch(`${api.url}/v1/search${query}`)).status]).toEqual([query, 422]);
  }
});

test("search is narrowed to sources, given once or often", async () => {
  const wanted: unknown[] = [];
  const api = await serveApi({
    search: async (_query, { sources }) => {
      wanted.push(sources);
      return [];
    },
  });
  for (const query of ["q=a&sources=b/", "q=a&sources=b/&sources=**/*.md", "q=a"]) {
    expect((await fetch(`${api.url}/v1/search?${query}`)).status).toBe(200);
  }
  expect(wanted).toEqual([["b/"], ["b/", "**/*.md"], undefined]);
  expect((await fetch(`${api.url}/v1/search?q=a&sources=`)).status).toBe(422);
});

test("score judges lines in order", async () => {
  const api = await serveApi({
    score: async (lines) =>
      lines.map((text, index) => ({
        text,
        question: 0.5,
        answerable: index / 10,
        speak: index === 1,
        ...(index === 0 && { reason: "too-short" as const }),
      })),
  });
  const response = await api.post("/v1/score", { lines: ["好", "如何退公寓？"], group: "g" });
  expect(await response.json()).toEqual({
    lines: [
      { text: "好", question: 0.5, answerable: 0, speak: false, reason: "too-short" },
      { text: "如何退公寓？", question: 0.5, answerable: 0.1, speak: true, reason: null },
    ],
  });
  expect((await api.post("/v1/score", { lines: [] })).status).toBe(422);
  expect((await api.post("/v1/score", { lines: ["a", 1] })).status).toBe(422);
});

test("feedback is kept; an unknown id is 404", async () => {
  const api = await serveApi();
  expect((await api.post("/v1/feedback", { id: "q1", vote: "up", comment: "good" })).status).toBe(204);
  expect(api.votes).toEqual([{ id: "q1", vote: "up", comment: "good", callerId: "anonymous" }]);
  expect((await api.post("/v1/feedback", { id: "unknown", vote: "down" })).status).toBe(404);
  expect((await api.post("/v1/feedback", { id: "q1", vote: "great" })).status).toBe(422);
});
