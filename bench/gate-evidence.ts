import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Retrieval } from "../src/core/retriever.ts";
import type { LabelledEvidence } from "../src/gate/labelled.ts";

/** A chat line with its label, as a label file has it. */
export interface LabelledLine {
  text: string;
  positive: boolean;
  /** Number of the line in its file, from 1. */
  line: number;
}

/** Reads `label TAB text` lines; `positive` names the labels that count as positive. */
export async function readLabels(path: string, positive: string): Promise<LabelledLine[]> {
  const lines = (await readFile(path, "utf8")).split("\n");
  return lines.flatMap((each, index) => {
    const [label, text] = [each.slice(0, each.indexOf("\t")), each.slice(each.indexOf("\t") + 1)];
    return each.trim() === "" ? [] : [{ text, positive: label === positive, line: index + 1 }];
  });
}

/**
 * What the documents have on each line, looked up once and kept in the OS temp folder (JSON beside vectors), so that a
 * study runs in seconds. `key` names the index and everything else the evidence depends on.
 */
export async function cachedEvidence(
  key: string,
  lines: LabelledLine[],
  retrieve: (text: string) => Promise<Retrieval>,
): Promise<LabelledEvidence[]> {
  const folder = join(tmpdir(), "xianheng-gate");
  const digest = createHash("sha256").update(key).update(JSON.stringify(lines)).digest("hex").slice(0, 16);
  const path = join(folder, `${digest}.json`);
  if (!existsSync(path)) {
    await mkdir(folder, { recursive: true });
    const found: unknown[] = [];
    for (const [index, line] of lines.entries()) {
      const { hits, evidence } = await retrieve(line.text);
      const vector = Buffer.from(
        evidence.queryVector.buffer,
        evidence.queryVector.byteOffset,
        evidence.queryVector.byteLength,
      );
      found.push({ ...line, hits, evidence: { ...evidence, queryVector: vector.toString("base64") } });
      if ((index + 1) % 500 === 0) console.error(`evidence ${index + 1}/${lines.length}`);
    }
    await writeFile(`${path}.part`, JSON.stringify(found));
    await rename(`${path}.part`, path);
  }
  const kept: (LabelledEvidence & { evidence: { queryVector: unknown } })[] = JSON.parse(await readFile(path, "utf8"));
  return kept.map((row) => {
    const bytes = Buffer.from(String(row.evidence.queryVector), "base64");
    const queryVector = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    return { ...row, evidence: { ...row.evidence, queryVector } };
  });
}
