import * as fc from "fast-check";
import { expect, test } from "vitest";
import { shortenMaterial } from "../../src/pipeline/material.ts";
import type { Material } from "../../src/pipeline/turn.ts";
import { makeMaterial } from "../fixtures/pipeline/material.ts";

const charsOf = (material: readonly Material[]): number => material.reduce((sum, { text }) => sum + text.length, 0);

test("passages go from the end, the first is cut last, and the numbers stay", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 2000 }),
      (lengths, room) => {
        const material = makeMaterial(...lengths.map((length) => "字".repeat(length)));
        const kept = shortenMaterial(material, (given) => charsOf(given) <= room);
        expect(kept.map(({ n }) => n)).toEqual(kept.map((_, position) => position + 1));
        expect(kept.length).toBeGreaterThan(0);
        if (kept.length > 1) expect(kept).toEqual(material.slice(0, kept.length));
        else expect(material[0]?.text.startsWith(kept[0]?.text ?? "?")).toBe(true);
        if (charsOf(kept) > room) expect(kept[0]?.text.length).toBeLessThanOrEqual(Math.max(100, lengths[0] ?? 0));
        const more = material.slice(0, kept.length + 1);
        if (more.length > kept.length) expect(charsOf(more)).toBeGreaterThan(room);
      },
    ),
  );
});

test("no material stays no material", () => {
  expect(shortenMaterial([], () => false)).toEqual([]);
});
