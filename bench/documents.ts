/*
 * Reading of real files: `XIANHENG_EVAL_DIR=… npx tsx bench/documents.ts`. The folder holds docs/ with manifest.jsonl, a file
 * a line: {path, expect, must_contain, must_not_contain}. A file passes when
 * - expect = text: everything of must_contain and nothing of must_not_contain stands in its text, white space aside;
 * - text_with_password: it is reported as encrypted (nobody can be asked for the password);
 * - no_text, error: it is reported with a `document_*` reason;
 * - either: one or the other, and nothing of must_not_contain;
 * and no file may take more than 20 s. Exit code 1 when fewer than 90 % pass or a file hangs.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isAppError } from "../src/core/errors.ts";
import { createDocumentReader, type DocumentReader } from "../src/ingest/read-document.ts";
import { toMarkdown } from "../src/ingest/to-markdown.ts";
import { evaluationFolder, jsonLines } from "./evaluation-data.ts";

const LONGEST_MS = 20_000;
const LEAST_SHARE = 0.9;

const manifestLine = z.object({
  path: z.string(),
  expect: z.enum(["text", "text_with_password", "no_text", "error", "either"]),
  must_contain: z.array(z.string()),
  must_not_contain: z.array(z.string()),
});
type ManifestLine = z.infer<typeof manifestLine>;

interface Judgement {
  path: string;
  /** Empty: passed. */
  fault: string;
  ms: number;
}

type Reading = { text: string } | { code: string; message: string };

async function readText(reader: DocumentReader, folder: string, source: string): Promise<Reading> {
  try {
    const file = { path: join(folder, source), source, size: 0, modifiedMs: 0 };
    const { document } = await reader.read(file, new AbortController().signal);
    return { text: toMarkdown(document.blocks).markdown };
  } catch (error) {
    if (isAppError(error) && error.code.startsWith("document_")) return { code: error.code, message: error.message };
    throw error;
  }
}

function faultOf({ expect, must_contain, must_not_contain }: ManifestLine, reading: Reading): string {
  if ("code" in reading) {
    if (expect === "text") return `${reading.code}: ${reading.message}`;
    return expect === "text_with_password" && reading.code !== "document_encrypted" ? `reported ${reading.code}` : "";
  }
  const text = oneSpaced(reading.text);
  const forbidden = must_not_contain.filter((piece) => text.includes(oneSpaced(piece)));
  if (forbidden.length > 0) return `holds ${quoted(forbidden)}`;
  if (expect === "either") return "";
  if (expect !== "text") return `read as text of ${text.length} characters, expected ${expect}`;
  const absent = must_contain.filter((piece) => !text.includes(oneSpaced(piece)));
  if (absent.length === 0) return "";
  const close = absent.every((piece) => unspaced(text).includes(unspaced(piece)));
  return `lacks ${quoted(absent)}${close ? " (other white space)" : ""}`;
}

const oneSpaced = (text: string): string => text.replace(/\s+/gu, " ").trim();
const unspaced = (text: string): string => text.replace(/\s+/gu, "");
const quoted = (pieces: string[]): string => pieces.map((piece) => JSON.stringify(piece)).join(", ");

async function judgeAll(folder: string, lines: ManifestLine[]): Promise<Judgement[]> {
  const reader = createDocumentReader({ timeoutMs: LONGEST_MS });
  const judged: Judgement[] = [];
  for (const line of lines) {
    const startedAt = performance.now();
    const reading = await readText(reader, folder, line.path);
    const ms = performance.now() - startedAt;
    // The bound of the bench itself is wider: the thread of the reader must be ended and started again.
    const isSlow = ms > LONGEST_MS + 1000;
    judged.push({ path: line.path, fault: isSlow ? `took ${(ms / 1000).toFixed(1)} s` : faultOf(line, reading), ms });
  }
  await reader.close();
  return judged;
}

function report(judged: Judgement[]): void {
  const formatOf = ({ path }: Judgement): string => path.split("/")[0] ?? "";
  const rows = [...new Set(judged.map(formatOf))].toSorted().map((format) => {
    const files = judged.filter((each) => formatOf(each) === format);
    const slowest = files.toSorted((left, right) => right.ms - left.ms)[0];
    const failed = files.filter(({ fault }) => fault !== "").length;
    const slow = `${((slowest?.ms ?? 0) / 1000).toFixed(2)} s ${slowest?.path.split("/").at(-1) ?? ""}`;
    return `| ${format} | ${files.length} | ${files.length - failed} | ${failed} | ${slow} |`;
  });
  console.log(["| format | files | passed | failed | slowest |", "|---|---|---|---|---|", ...rows].join("\n"));
  for (const { path, fault } of judged) if (fault !== "") console.log(`✗ ${path}: ${fault}`);
  const passed = judged.filter(({ fault }) => fault === "").length;
  const longest = Math.max(...judged.map(({ ms }) => ms));
  console.log(
    `${passed}/${judged.length} pass (${((100 * passed) / judged.length).toFixed(1)} %), longest ${(longest / 1000).toFixed(2)} s`,
  );
  if (passed < LEAST_SHARE * judged.length || longest > LONGEST_MS + 1000) process.exitCode = 1;
}

const folder = evaluationFolder();
const docs = join(folder ?? "", "docs");
if (folder === undefined || !existsSync(join(docs, "manifest.jsonl"))) {
  console.log("documents: not run, XIANHENG_EVAL_DIR names no folder with docs/manifest.jsonl");
} else {
  const lines = jsonLines(await readFile(join(docs, "manifest.jsonl"), "utf8"), manifestLine);
  report(await judgeAll(docs, lines));
}
