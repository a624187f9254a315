import { expect, test } from "vitest";
import type { Hit, Retriever } from "../../src/core/retriever.ts";
import { toLangChainRetriever } from "../../src/search/langchain-retriever.ts";

const hit: Hit = {
  rank: 1,
  score: 0.9,
  dense: 0.85,
  lexical: 3,
  chunk: { id: "c1", documentId: "d1", text: "Water is 3 yuan.", headings: ["Fees"], page: 2, start: 0, end: 16 },
  source: "fees.pdf",
  title: "Fees",
  mediaType: "application/pdf",
};

test("gives a chain its documents with their place", async () => {
  const asked: unknown[] = [];
  const retriever: Retriever = {
    async retrieve(query, options) {
      asked.push([query, options]);
      const evidence = { nearest: [], centroid: 0, bestLexical: 0, knownTerms: 0, bestCoverage: 0 };
      return { hits: [hit], evidence: { ...evidence, queryVector: new Float32Array(1) } };
    },
    neighbours: (chunk) => [chunk],
  };
  const chain = await toLangChainRetriever(retriever, { limit: 3 });
  const documents = await chain.invoke("water");
  expect(asked).toEqual([["water", { limit: 3 }]]);
  expect(documents).toHaveLength(1);
  expect(documents[0]).toMatchObject({
    id: "c1",
    pageContent: "Water is 3 yuan.",
    metadata: { id: "c1", source: "fees.pdf", title: "Fees", headings: ["Fees"], page: 2, score: 0.9 },
  });
});
