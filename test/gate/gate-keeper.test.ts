import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createGateKeeper, type GateKeeperOptions } from "../../src/gate/gate-keeper.ts";
import { MAX_LINES, type LabelledEvidence } from "../../src/gate/labelled.ts";
import { FINGERPRINT, syntheticLines } from "./synthetic-lines.ts";

const LINES = syntheticLines(60);
const signal = new AbortController().signal;

let folder = "";
let path = "";
let warnings: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xianheng-keeper-"));
  path = join(folder, "gate.json");
  warnings = [];
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Stand {
  lines?: LabelledEvidence[];
  /** Added to every cosine: documents that all lines are nearer to. */
  nearer?: number;
  batches?: number[];
}

/** A keeper over made-up lines; a vector that no line has is near to everything alike. */
function keeper({ lines = LINES, nearer = 0, batches = [] }: Stand = {}, options: Partial<GateKeeperOptions> = {}) {
  const byText = new Map(lines.map((line) => [line.text, line]));
  const plain = lines[0];
  if (plain === undefined) throw new Error("There is a line.");
  return createGateKeeper({
    path,
    question: 0.5,
    locale: "en",
    async embed(texts) {
      batches.push(texts.length);
      return texts.map((text) => (byText.get(text) ?? plain).evidence.queryVector);
    },
    async retrieve(text, queryVector) {
      const { hits, evidence } = byText.get(text) ?? plain;
      const nearest = evidence.nearest.map((value) => value + nearer);
      return { hits, evidence: { ...evidence, queryVector, nearest, centroid: evidence.centroid + nearer } };
    },
    fingerprint: async () => FINGERPRINT,
    onWarning: (warning) => void warnings.push(warning),
    now: () => 5,
    ...options,
  });
}

test("two tunings of the same lines write the same bytes", async () => {
  await keeper().tune(LINES, {}, signal);
  const first = await readFile(path, "utf8");
  await rm(path);
  await keeper().tune(LINES, {}, signal);
  expect(await readFile(path, "utf8")).toBe(first);
});

test("a tuning for one group keeps the gates of the others", async () => {
  await keeper().tune(LINES, {}, signal);
  const all = JSON.parse(await readFile(path, "utf8")).entries[0];
  await keeper().tune(LINES, { group: "g" }, signal);
  const { entries } = JSON.parse(await readFile(path, "utf8"));
  expect(entries).toHaveLength(2);
  expect(entries[0]).toEqual(all);
});

test("two tunings at once both keep their gates; a lock that a dead process left is passed", async () => {
  await writeFile(`${path}.lock`, "");
  await utimes(`${path}.lock`, 1, 1);
  await Promise.all(
    ["a", "b", undefined].map((group) => keeper().tune(LINES, group === undefined ? {} : { group }, signal)),
  );
  const { entries } = JSON.parse(await readFile(path, "utf8"));
  expect(entries).toHaveLength(3);
  expect(await readdir(folder)).toEqual(["gate.json"]);
});

test("the lines' text is nowhere in the gate file", async () => {
  await keeper().tune(LINES, {}, signal);
  const written = await readFile(path, "utf8");
  expect(LINES.filter(({ text }) => written.includes(text))).toEqual([]);
});

test("says how many of the measured lines the gate was tuned on, whatever their case and width", async () => {
  const other = syntheticLines(20, { seed: 9 }).map((line) => ({ ...line, text: `另外${line.text}` }));
  await keeper().tune(LINES, {}, signal);
  const measured = [...LINES.slice(0, 6).map((line) => ({ ...line, text: ` ${line.text} ` })), ...other];
  expect((await keeper().evaluate(measured, {}, signal)).tunedOn).toBe(6);
  expect((await keeper().evaluate(other, {}, signal)).tunedOn).toBe(0);
});

test.each(["damaged", '{"format":99,"entries":[]}'])(
  "the file %s stops score and eval; tune keeps it beside the new one and says so",
  async (content) => {
    await writeFile(path, content);
    await expect(keeper().score(["怎么办"], {}, signal)).rejects.toMatchObject({ code: "gate_stale" });
    await expect(keeper().evaluate(LINES, {}, signal)).rejects.toMatchObject({ code: "gate_stale" });
    const { warnings: said } = await keeper().tune(LINES, {}, signal);
    expect(said.at(-1)).toContain("gate.json.replaced");
    expect(await readFile(`${path}.replaced`, "utf8")).toBe(content);
    expect((await readdir(folder)).toSorted()).toEqual(["gate.json", "gate.json.replaced"]);
    await expect(keeper().score(["怎么办"], {}, signal)).resolves.toHaveLength(1);
  },
);

test("a folder in the place of the gate file is left alone by tune", async () => {
  await mkdir(path);
  await expect(keeper().tune(LINES, {}, signal)).rejects.toMatchObject({ code: "gate_stale" });
  expect(await readdir(folder)).toEqual(["gate.json"]);
});

test("documents that every line is nearer to make a tuned gate no more talkative; it says that it was adjusted", async () => {
  await keeper().tune(LINES, {}, signal);
  const texts = LINES.map(({ text }) => text);
  const spoken = async (stand: Stand, corpus: string): Promise<number> => {
    const fingerprint = async () => ({ ...FINGERPRINT, corpus });
    const scored = await keeper(stand, { fingerprint }).score(texts, {}, signal);
    return scored.reduce((sum, { answerable }) => sum + answerable, 0);
  };
  const before = await spoken({}, FINGERPRINT.corpus);
  const unadjusted = await spoken({ nearer: 0.01 }, FINGERPRINT.corpus);
  expect(warnings).toEqual([]);
  const grown = await spoken({ nearer: 0.01 }, "corpus-b");
  expect(warnings[0]).toContain("adjusted");
  expect(unadjusted).toBeGreaterThan(before);
  expect(Math.abs(grown - before)).toBeLessThan((unadjusted - before) / 2);
  const shrunk = await spoken({ nearer: -0.01 }, "corpus-b");
  expect(shrunk).toBeLessThan(before);
});

test("lines are embedded in batches, and blank ones not at all", async () => {
  const batches: number[] = [];
  const texts = LINES.map(({ text }) => text);
  const scored = await keeper({ batches }).score([...texts, "", "  ", ...texts, ...texts], {}, signal);
  expect(scored).toHaveLength(182);
  expect(scored[60]).toMatchObject({ text: "", speak: false, reason: "too-short" });
  expect(batches.reduce((sum, size) => sum + size, 0)).toBe(180);
  expect(batches.length).toBeLessThan(5);
});

test("of more lines than a gate is fitted on only those drawn are looked up", async () => {
  const batches: number[] = [];
  const many = Array.from({ length: MAX_LINES + 50 }, (_, index) => ({
    text: `第 ${index >> 1} 行`,
    positive: index === 1,
    line: index + 1,
  }));
  const stopped = new Error("That is enough.");
  const stoppedKeeper = keeper(
    { batches },
    {
      embed: async (texts) => {
        batches.push(texts.length);
        return texts.map(() => new Float32Array(16).fill(0.25));
      },
      fingerprint: async () => {
        if (batches.length > 0) throw stopped;
        return FINGERPRINT;
      },
    },
  );
  await expect(stoppedKeeper.tune(many, {}, signal)).rejects.toBe(stopped);
  expect(batches.reduce((sum, size) => sum + size, 0)).toBe(MAX_LINES);
});

test("another gate that is not there is a wrong use", async () => {
  await expect(keeper().evaluate(LINES, { against: join(folder, "none.json") }, signal)).rejects.toMatchObject({
    code: "usage",
  });
});
