import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decodeClassifier } from "../../src/gate/encode-classifier.ts";
import { createGate } from "../../src/gate/gate.ts";
import { entryFor, readGateFile, writeGateFile, type GateFile } from "../../src/gate/gate-file.ts";
import { tuneGate } from "../../src/gate/tune-gate.ts";
import { priorBand } from "../../src/gate/unsure-band.ts";
import { FINGERPRINT, syntheticLines } from "./synthetic-lines.ts";

let folder = "";
let path = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "xianheng-gate-file-"));
  path = join(folder, "gate.json");
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function tuned(group?: string, previous?: GateFile): GateFile {
  return tuneGate(syntheticLines(60), {
    seed: 1,
    fingerprint: FINGERPRINT,
    now: 5,
    ...(group !== undefined && { group }),
    ...(previous && { previous }),
  }).gate;
}

test("a gate that was written is read again and judges the same", async () => {
  const gate = tuned();
  await writeGateFile(path, gate);
  const read = await readGateFile(path, FINGERPRINT);
  expect(read).toEqual({ file: gate, warnings: [] });
  expect(await readdir(folder)).toEqual(["gate.json"]);
  const [line] = syntheticLines(1, { seed: 9 });
  if (line === undefined) throw new Error("There is one line.");
  const input = { ...line, question: line.text, face: { probability: 1 } };
  const ours = createGate({ question: 0.5, file: gate }).judge(input);
  expect(createGate({ question: 0.5, ...(read && { file: read.file }) }).judge(input)).toEqual(ours);
});

test("without a file there is no gate", async () => {
  expect(await readGateFile(path, FINGERPRINT)).toBeUndefined();
});

test("a gate of another embedding model is refused, one of other documents serves with a warning", async () => {
  await writeGateFile(path, tuned());
  await expect(readGateFile(path, { ...FINGERPRINT, embedding: "model-b" })).rejects.toMatchObject({
    code: "gate_stale",
  });
  const read = await readGateFile(path, { ...FINGERPRINT, corpus: "corpus-b" });
  expect(read?.warnings).toHaveLength(1);
});

test.each([
  ["{", "gate_stale"],
  ["[]", "gate_stale"],
  ['{"format":1,"embedding":"model-a","entries":[{}]}', "gate_stale"],
  ['{"format":99,"entries":[]}', "gate_stale"],
])("the file %s is refused", async (text, code) => {
  await writeFile(path, text);
  await expect(readGateFile(path, FINGERPRINT)).rejects.toMatchObject({ code });
});

test("parts that do not fit together are refused", () => {
  const gate = tuned();
  const cut = gate.entries.map((entry) => ({ ...entry, classifier: { ...entry.classifier, worth: "AAAA" } }));
  expect(() => createGate({ question: 0.5, file: { ...gate, entries: cut } })).toThrow(/damaged/u);
});

test("each group has its own entry, and the others are kept", () => {
  const all = tuned();
  const both = tuned("oc_1", all);
  expect(both.entries.map(({ group }) => group)).toEqual([undefined, "oc_1"]);
  expect(tuned("oc_1", both).entries).toHaveLength(2);
  expect(entryFor(both, "oc_1")?.group).toBe("oc_1");
  expect(entryFor(both, "__proto__")?.group).toBeUndefined();
  expect(tuned(undefined, { ...both, embedding: "model-b" }).entries).toHaveLength(1);
});

test("a file of an earlier version without a band is read, and the prior's reach serves", async () => {
  const gate = tuned();
  await writeGateFile(path, { ...gate, entries: gate.entries.map(({ band: _band, ...entry }) => entry) });
  const read = await readGateFile(path, FINGERPRINT);
  const { band, threshold } = createGate({ question: 0.5, ...(read && { file: read.file }) });
  expect(band).toEqual(priorBand(threshold));
  expect(createGate({ question: 0.5, file: gate }).band).toEqual(gate.entries[0]?.band);
});

test("a gate is decoded once, not for every line", () => {
  const entry = entryFor(tuned());
  if (entry === undefined) throw new Error("There is an entry.");
  expect(decodeClassifier(entry.classifier)).toBe(decodeClassifier(entry.classifier));
});
