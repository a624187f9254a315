import { readdir, readFile, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createSmallCorpus, hashVector } from "./small-corpus.ts";
import type { SmallCorpus } from "./small-corpus.ts";

type Change =
  | { do: "write"; file: number; paragraphs: number[] }
  | { do: "remove"; file: number }
  | { do: "touch"; file: number }
  | { do: "rename"; file: number; to: number }
  | { do: "build" }
  | { do: "stop"; afterTexts: number };

const file = fc.nat({ max: 4 });
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      file,
      paragraphs: fc.array(fc.nat({ max: 9 }), { maxLength: 5 }),
    }),
  },
  fc.record({ do: fc.constant("remove" as const), file }),
  fc.record({ do: fc.constant("touch" as const), file }),
  fc.record({ do: fc.constant("rename" as const), file, to: file }),
  { weight: 2, arbitrary: fc.constant({ do: "build" as const }) },
  fc.record({ do: fc.constant("stop" as const), afterTexts: fc.nat({ max: 6 }) }),
);

async function apply(corpus: SmallCorpus, step: Change): Promise<void> {
  const pathOf = (number: number): string => join(corpus.folder, `${number}.md`);
  if (step.do === "write") {
    const text = step.paragraphs.map((number) => `Paragraph ${number}.`).join("\n\n");
    await corpus.write({ [`${step.file}.md`]: `# Title ${step.paragraphs.length}\n\n${text}` });
  } else if (step.do === "remove") await rm(pathOf(step.file), { force: true });
  else if (step.do === "touch") await ifThere(utimes(pathOf(step.file), new Date(), new Date()));
  else if (step.do === "rename") await ifThere(rename(pathOf(step.file), pathOf(step.to)));
  else if (step.do === "build") await corpus.build();
  else await stoppedBuild(corpus, step.afterTexts);
}

async function stoppedBuild(corpus: SmallCorpus, afterTexts: number): Promise<void> {
  const controller = new AbortController();
  let embedded = 0;
  const build = corpus.build(
    {
      batchSize: 1,
      concurrentBatches: 2,
      embed: async (texts) => {
        if (++embedded > afterTexts) controller.abort();
        return texts.map((text) => hashVector(text));
      },
    },
    controller.signal,
  );
  await build.catch((error: unknown) => expect(error).toMatchObject({ code: "aborted" }));
}

async function ifThere(action: Promise<void>): Promise<void> {
  await action.catch((error: unknown) => expect(error).toMatchObject({ code: "ENOENT" }));
}

/** The data files, without their generation number. */
async function dataFiles(directory: string): Promise<Buffer[]> {
  const names = (await readdir(directory)).filter((name) => name !== "manifest.json");
  expect(names.map((name) => name.replace(/\d+/, "N"))).toEqual(["chunks-N.bin", "lexical-N.bin", "vectors-N.bin"]);
  return await Promise.all(names.map((name) => readFile(join(directory, name))));
}

test("gives the index of a fresh build after any changes, runs and stopped runs, and embeds no text twice in one", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 14 }), async (changes) => {
      const corpus = await createSmallCorpus();
      try {
        for (const step of changes) await apply(corpus, step);
        const last = await corpus.build();
        expect(last.embedded).toBe(new Set(corpus.embedded.slice(corpus.embedded.length - last.embedded)).size);
        const grown = await dataFiles(corpus.directory);
        corpus.forget();
        expect(await corpus.build()).toMatchObject({ embedded: 0, documents: { added: 0, updated: 0, removed: 0 } });
        await rm(corpus.directory, { recursive: true });
        await corpus.build();
        const fresh = await dataFiles(corpus.directory);
        expect(grown.map((bytes, index) => bytes.equals(fresh[index] ?? bytes.subarray(1)))).toEqual([
          true,
          true,
          true,
        ]);
      } finally {
        await corpus.remove();
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
