import { describe, expect, test } from "vitest";
import type { Block, ParsedDocument, ParseInput, Parser } from "../../src/core/document.ts";
import { AppError } from "../../src/core/errors.ts";

export interface ParserConformance {
  name: string;
  parser: Parser;
  /** A small file that the parser reads without a fault. */
  valid: () => Promise<ParseInput>;
  /** Stands in the text of some block of the valid file. */
  expectText: string;
  /** Deviations, each with its reason. */
  skip?: { reason: string; tests: ParserBehaviour[] }[];
}

export type ParserBehaviour =
  | "reads the expected text"
  | "gives the same result for the same bytes"
  | "does not change the bytes it is given"
  | "calls an empty file document_empty"
  | "refuses random bytes with an AppError"
  | "survives a file that is cut short"
  | "survives flipped bytes";

/** What every parser must do, whatever its format. */
export function describeParser(conformance: ParserConformance): void {
  const { name, parser, valid, expectText } = conformance;
  const skipped = new Set(conformance.skip?.flatMap((deviation) => deviation.tests));
  const behaves = (title: ParserBehaviour, check: () => Promise<void>) => {
    if (!skipped.has(title)) test(title, check);
  };

  describe(`parser ${name}`, () => {
    behaves("reads the expected text", async () => {
      const document = await parser.parse(await valid());
      expectClean(document);
      expect(document.mediaType).toMatch(/^[a-z]+\/[\w.+-]+$/);
      expect(document.blocks.map((block) => block.text).join("\n")).toContain(expectText);
    });

    behaves("gives the same result for the same bytes", async () => {
      const input = await valid();
      expect(await parser.parse(input)).toEqual(await parser.parse({ ...input, bytes: input.bytes.slice() }));
    });

    behaves("does not change the bytes it is given", async () => {
      const input = await valid();
      const before = input.bytes.slice();
      await parser.parse(input);
      expect(Buffer.compare(input.bytes, before)).toBe(0);
    });

    behaves("calls an empty file document_empty", async () => {
      const { name: fileName } = await valid();
      await expect(parser.parse({ bytes: new Uint8Array(0), name: fileName })).rejects.toMatchObject({
        name: "AppError",
        code: "document_empty",
      });
    });

    behaves("refuses random bytes with an AppError", async () => {
      const { name: fileName } = await valid();
      for (const seed of [1, 2, 3]) {
        const attempt = parser.parse({ bytes: randomBytes(2048, seed), name: fileName });
        await expect(attempt).rejects.toBeInstanceOf(AppError);
      }
    });

    behaves("survives a file that is cut short", async () => {
      const input = await valid();
      for (const share of [0.02, 0.25, 0.5, 0.75, 0.95]) {
        await expectDocumentOrAppError(parser, {
          bytes: input.bytes.slice(0, Math.ceil(input.bytes.length * share)),
          name: input.name,
        });
      }
      await expectDocumentOrAppError(parser, { bytes: input.bytes.slice(0, -1), name: input.name });
    });

    behaves("survives flipped bytes", async () => {
      const input = await valid();
      for (let seed = 1; seed <= 12; seed += 1) {
        const bytes = input.bytes.slice();
        const noise = randomBytes(24, seed);
        for (let index = 0; index + 2 < noise.length; index += 3) {
          const place = ((noise[index] ?? 0) * 256 + (noise[index + 1] ?? 0)) / 65_536;
          bytes[Math.floor(place * bytes.length)] = noise[index + 2] ?? 0;
        }
        await expectDocumentOrAppError(parser, { bytes, name: input.name });
      }
    });
  });
}

async function expectDocumentOrAppError(parser: Parser, input: ParseInput): Promise<void> {
  let document: ParsedDocument;
  try {
    document = await parser.parse(input);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return;
  }
  expectClean(document);
}

function expectClean(document: ParsedDocument): void {
  for (const text of [document.title ?? "title", ...document.warnings]) expectCleanText(text);
  for (const block of document.blocks) {
    expectCleanText(block.text);
    expectPlace(block);
  }
}

function expectPlace(block: Block): void {
  if (block.page !== undefined) expect(block.page).toBeGreaterThanOrEqual(1);
  if (block.kind !== "heading") return;
  expect(block.level).toBeGreaterThanOrEqual(1);
  expect(block.level).toBeLessThanOrEqual(6);
  expect(block.text).not.toContain("\n");
}

function expectCleanText(text: string): void {
  expect(text.trim()).not.toBe("");
  expect(text.includes("\0"), "text holds NUL").toBe(false);
  expect(text.includes("\r"), "text holds a carriage return").toBe(false);
  expect(/\p{Surrogate}/u.test(text), "text holds a lone surrogate").toBe(false);
}

/** Bytes that look like nothing, the same for the same seed (linear congruential generator of Numerical Recipes). */
function randomBytes(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}
