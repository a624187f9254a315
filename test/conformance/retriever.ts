import { describe, expect, test } from "vitest";
import type { Retriever } from "../../src/core/retriever.ts";
import type { MemoryDocument } from "../search/memory-rows.ts";

export interface RetrieverConformance {
  name: string;
  /** A retriever over the documents, each chunk a row. */
  create: (documents: MemoryDocument[]) => Promise<Retriever>;
  /** Deviations, each with its reason. */
  skip?: { reason: string; tests: RetrieverBehaviour[] }[];
}

export type RetrieverBehaviour =
  | "puts the passage that has the words first"
  | "ranks hits from 1 by falling score"
  | "gives no more hits than asked for"
  | "keeps to the sources asked for"
  | "gives neighbours in order within the document"
  | "describes the query against the index"
  | "gives the same for the same query"
  | "finds nothing in an empty index"
  | "survives queries without words, with broken characters and of any length"
  | "stops when it is aborted";

const DOCUMENTS: MemoryDocument[] = [
  {
    source: "guide/moving-out.md",
    title: "退租指南",
    chunks: [
      { text: "退公寓需要提前三个工作日发邮件。" },
      { text: "交还钥匙和门禁卡。" },
      { text: "打扫房间，带走个人物品。" },
    ],
  },
  {
    source: "guide/fees.md",
    title: "Fees",
    chunks: [{ text: "Water is 3 yuan a ton." }, { text: "Power is 1 yuan." }],
  },
  { source: "api.md", title: "Gateway", chunks: [{ text: "Error 336003: the field max_tokens is out of range." }] },
];

/** What every retriever must do. */
export function describeRetriever({ name, create, skip }: RetrieverConformance): void {
  const skipped = new Set(skip?.flatMap(({ tests }) => tests));
  const never = new AbortController().signal;
  const behaves = (title: RetrieverBehaviour, check: () => Promise<void>): void => {
    if (!skipped.has(title)) test(title, check);
  };

  describe(`retriever ${name}`, () => {
    behaves("puts the passage that has the words first", async () => {
      const retriever = await create(DOCUMENTS);
      for (const [query, source] of [
        ["336003", "api.md"],
        ["max_tokens out of range", "api.md"],
        ["退公寓需要提前几个工作日", "guide/moving-out.md"],
        ["How much is the water?", "guide/fees.md"],
      ] as const) {
        const { hits } = await retriever.retrieve(query, {}, never);
        expect(hits[0]?.source).toBe(source);
      }
    });

    behaves("ranks hits from 1 by falling score", async () => {
      const { hits } = await (await create(DOCUMENTS)).retrieve("yuan a ton", {}, never);
      expect(hits.length).toBeGreaterThan(1);
      for (const [place, hit] of hits.entries()) {
        expect(hit.rank).toBe(place + 1);
        expect(hit.score).toBeLessThanOrEqual(hits[place - 1]?.score ?? Number.POSITIVE_INFINITY);
        expect(hit.lexical).toBeGreaterThanOrEqual(0);
        expect(Math.abs(hit.dense)).toBeLessThanOrEqual(1.0001);
      }
      expect(new Set(hits.map(({ chunk }) => chunk.id)).size).toBe(hits.length);
    });

    behaves("gives no more hits than asked for", async () => {
      const retriever = await create(DOCUMENTS);
      expect((await retriever.retrieve("yuan", { limit: 2 }, never)).hits).toHaveLength(2);
      expect((await retriever.retrieve("yuan", { limit: 100 }, never)).hits).toHaveLength(6);
    });

    behaves("keeps to the sources asked for", async () => {
      const retriever = await create(DOCUMENTS);
      const sourcesOf = async (sources: string[]): Promise<string[]> => {
        const { hits } = await retriever.retrieve("336003 退公寓 water", { sources }, never);
        return [...new Set(hits.map(({ source }) => source))].toSorted();
      };
      expect(await sourcesOf(["api.md"])).toEqual(["api.md"]);
      expect(await sourcesOf(["guide/"])).toEqual(["guide/fees.md", "guide/moving-out.md"]);
      expect(await sourcesOf(["guide"])).toEqual([]);
      const { hits, evidence } = await retriever.retrieve("336003", { sources: ["absent.md"] }, never);
      expect(hits).toEqual([]);
      expect(evidence).toMatchObject({ nearest: [], centroid: 0, bestLexical: 0, bestCoverage: 0 });
    });

    behaves("gives neighbours in order within the document", async () => {
      const retriever = await create(DOCUMENTS);
      const { hits } = await retriever.retrieve("交还钥匙和门禁卡", { limit: 1 }, never);
      const middle = hits[0]?.chunk;
      if (middle === undefined) throw new Error("no hit");
      const texts = (before: number, after: number): string[] =>
        retriever.neighbours(middle, before, after).map(({ text }) => text);
      expect(texts(1, 1)).toEqual([
        "退公寓需要提前三个工作日发邮件。",
        "交还钥匙和门禁卡。",
        "打扫房间，带走个人物品。",
      ]);
      expect(texts(9, 0)).toHaveLength(2);
      expect(texts(0, 9)).toHaveLength(2);
      expect(retriever.neighbours(middle, 0, 0)).toEqual([middle]);
    });

    behaves("describes the query against the index", async () => {
      const retriever = await create(DOCUMENTS);
      const known = (await retriever.retrieve("error 336003", {}, never)).evidence;
      const unknown = (await retriever.retrieve("zebra quagga", {}, never)).evidence;
      expect(known).toMatchObject({ knownTerms: 1, bestCoverage: 1 });
      expect(unknown).toMatchObject({ knownTerms: 0, bestCoverage: 0, bestLexical: 0 });
      expect(known.bestLexical).toBeGreaterThan(0);
      expect(known.nearest).toEqual(known.nearest.toSorted((left, right) => right - left));
      expect(known.nearest).toHaveLength(6);
      expect(Math.hypot(...known.queryVector)).toBeCloseTo(1, 4);
      const again = await retriever.retrieve("other words", { queryVector: known.queryVector }, never);
      expect(again.evidence.nearest).toEqual(known.nearest);
    });

    behaves("gives the same for the same query", async () => {
      const retriever = await create(DOCUMENTS);
      const first = await retriever.retrieve("退公寓 yuan", {}, never);
      expect(await retriever.retrieve("退公寓 yuan", {}, never)).toEqual(first);
    });

    behaves("finds nothing in an empty index", async () => {
      const { hits, evidence } = await (await create([])).retrieve("water", {}, never);
      expect(hits).toEqual([]);
      expect(evidence).toMatchObject({ nearest: [], centroid: 0, bestLexical: 0, knownTerms: 0, bestCoverage: 0 });
    });

    behaves("survives queries without words, with broken characters and of any length", async () => {
      const retriever = await create(DOCUMENTS);
      for (const query of ["", "？！", "\0", "\ud800water\udc00", "水".repeat(1_000_000), "a".repeat(1_000_000)]) {
        const { evidence } = await retriever.retrieve(query, {}, never);
        expect(Number.isFinite(evidence.knownTerms)).toBe(true);
      }
    });

    behaves("stops when it is aborted", async () => {
      const retriever = await create(DOCUMENTS);
      await expect(retriever.retrieve("water", {}, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
    });
  });
}
