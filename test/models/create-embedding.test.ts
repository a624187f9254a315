import { expect, test } from "vitest";
import { createEmbedding } from "../../src/models/create-embedding.ts";
import { createJumpingClock } from "./stand-in/clocks.ts";

test("aimhub is asked in batches of sixteen short texts, with its key", async () => {
  const asked: { url: string; texts: string[]; key: string | null }[] = [];
  const model = await createEmbedding(
    {
      provider: "aimhub",
      model: "Embedding-V1",
      base_url: "https://api.gaiasc.com/v1",
      api_key_env: "AIMHUB_API_KEY",
      dimensions: 2,
      timeout_s: 5,
      requests_per_minute: 0,
    },
    {
      secret: () => "sk-aim-1",
      fetch: async (url, init) => {
        const body: { input: string[] } = JSON.parse(typeof init?.body === "string" ? init.body : "{}");
        asked.push({ url, texts: body.input, key: new Headers(init?.headers).get("authorization") });
        return Response.json({ data: body.input.map((_, index) => ({ index, embedding: [3, 4] })) });
      },
      clock: createJumpingClock(),
      random: () => 0,
      checkFile: "unused",
    },
  );
  const vectors = await model.embed(
    Array.from({ length: 20 }, () => "长".repeat(500)),
    "passage",
    new AbortController().signal,
  );
  expect(vectors).toHaveLength(20);
  expect(model.id).toBe("aimhub/Embedding-V1 max_input_tokens=384");
  expect(asked.map(({ texts }) => texts.length)).toEqual([16, 4]);
  expect(asked[0]).toMatchObject({ url: "https://api.gaiasc.com/v1/embeddings", key: "Bearer sk-aim-1" });
  expect(asked[0]?.texts[0]).toHaveLength(384);
});
