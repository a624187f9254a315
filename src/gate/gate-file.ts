import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { AppError, errorMessage } from "../core/errors.ts";
import { unaskedPoints } from "./unasked.ts";

/** Raised when a gate file means something else than before: features, hashing or the shape of the file. */
export const GATE_FORMAT = 2;
/** A larger file was not written by us. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Without a gate file the shipped prior decides. */
const REMEDY = 'run "xianheng tune --labels FILE" again, or delete the file';

/** What a gate was tuned on. */
export interface GateFingerprint {
  /** The embedding model's id. A gate of another model is refused: its vectors mean nothing. */
  embedding: string;
  /** Hash of the documents' hashes. A gate of other documents still serves, with a warning. */
  corpus: string;
}

const finite = z.number().refine(Number.isFinite);
const probability = finite.min(0).max(1);
/** Base64 of little-endian numbers. */
const numbers = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/u);

const view = z.strictObject({ weights: numbers, rarity: numbers });

const entrySchema = z.strictObject({
  /** Absent: for every group without an entry of its own. */
  group: z.string().optional(),
  corpus: z.string(),
  /** When it was tuned, milliseconds since 1970. */
  tunedAt: finite,
  /** Eight bytes of each labelled line's hash: `eval` on the same lines flatters. Absent in files of earlier versions. */
  tunedLines: numbers.optional(),
  /** How near its lines were to the documents of the tuning. Absent in files of earlier versions. */
  likeness: z.strictObject({ nearest: finite, nearestThirty: finite, centroid: finite }).optional(),
  labels: z.strictObject({ positive: z.int().min(0), negative: z.int().min(0) }),
  /** Least `answerable` that is spoken to. */
  threshold: probability,
  /** Least P(question) that is spoken to; the labels say what the group wants, so it is lower than the prior's. */
  questionFloor: probability,
  /** Between which values of `answerable` a model may be asked; absent in files of earlier versions: the prior's reach. */
  band: z.strictObject({ low: probability, high: probability }).optional(),
  /** Thresholds of answers that nobody asked for; absent in files of earlier versions: the prior's. */
  unasked: unaskedPoints.optional(),
  /** The share of wrongly answered lines that the threshold was chosen for; absent: best F1. */
  maxWrong: probability.optional(),
  calibration: z.strictObject({ slope: finite, shift: finite }),
  classifier: z.strictObject({
    base: finite,
    prior: probability,
    dense: z.record(z.string(), finite),
    dimensions: z.int().min(1).max(8192),
    /** Float32. */
    centre: numbers,
    /** Int8, one row of `dimensions` a labelled line. */
    landmarks: numbers,
    /** Float32: what one step of each row's Int8 is. */
    steps: numbers,
    /** Float32, one a row. */
    worth: numbers,
    /** Float32, one a bucket of character n-grams. */
    grams: numbers,
    /** Float32, one a bucket of each view, and how rare each bucket is. */
    views: z.strictObject({ passages: view, terms: view, places: view }),
  }),
});

const fileSchema = z.strictObject({
  format: z.literal(GATE_FORMAT),
  embedding: z.string(),
  entries: z.array(entrySchema).max(10_000),
});

export type GateEntry = z.infer<typeof entrySchema>;
/** The content of `workdir/gate.json`. */
export type GateFile = z.infer<typeof fileSchema>;

/** The entry for a group: its own, else the one for all; undefined when there is neither. */
export function entryFor(file: GateFile, group?: string): GateEntry | undefined {
  const own = group === undefined ? undefined : file.entries.find((entry) => entry.group === group);
  return own ?? file.entries.find((entry) => entry.group === undefined);
}

/** The file with an entry added or put in the place of the one for the same group. Entries of another model are dropped. */
export function withEntry(previous: GateFile | undefined, embedding: string, entry: GateEntry): GateFile {
  const kept = previous?.embedding === embedding ? previous.entries.filter(({ group }) => group !== entry.group) : [];
  return { format: GATE_FORMAT, embedding, entries: [...kept, entry] };
}

/**
 * Checks the text of a gate file against what is in use now. `path` is for messages only.
 * @throws AppError `gate_stale` for a damaged file, or one of another version or embedding model
 */
export function parseGateFile(
  text: string,
  { path, fingerprint }: { path: string; fingerprint: GateFingerprint },
): { file: GateFile; warnings: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError("gate_stale", `The gate file ${path} is damaged: ${REMEDY}.`, { cause: error });
  }
  const version = z.looseObject({ format: z.number() }).safeParse(value);
  if (version.success && version.data.format !== GATE_FORMAT) {
    throw new AppError(
      "gate_stale",
      `The gate file ${path} has format ${version.data.format}, not ${GATE_FORMAT}: ${REMEDY}.`,
    );
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join(".") ?? "";
    throw new AppError(
      "gate_stale",
      `The gate file ${path} is damaged${where === "" ? "" : ` at ${where}`}: ${REMEDY}.`,
    );
  }
  const file = parsed.data;
  if (file.embedding !== fingerprint.embedding) {
    throw new AppError(
      "gate_stale",
      `The gate file ${path} was tuned with the embedding model ${file.embedding}, and ${fingerprint.embedding} is in use: ${REMEDY}.`,
    );
  }
  const changed = file.entries.filter(({ corpus }) => corpus !== fingerprint.corpus);
  const warnings = changed.map(
    ({ group, likeness }) =>
      `The gate${group === undefined ? "" : ` of group ${group}`} was tuned on other documents than there are now${likeness === undefined ? "" : ", and is adjusted to them"}; run "xianheng tune" again when they changed much.`,
  );
  return { file, warnings };
}

/**
 * Reads and checks a gate file; undefined when there is none.
 * @throws AppError `gate_stale`; with the file system's error as its cause when the file cannot be read
 */
export async function readGateFile(
  path: string,
  fingerprint: GateFingerprint,
): Promise<{ file: GateFile; warnings: string[] } | undefined> {
  const found = await stat(path).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return;
    throw unreadable(path, error);
  });
  if (found === undefined) return undefined;
  if (!found.isFile() || found.size > MAX_BYTES) {
    throw new AppError(
      "gate_stale",
      `${path} is no gate file: delete it; the shipped prior serves until the next "xianheng tune --labels FILE".`,
    );
  }
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw unreadable(path, error);
  });
  return parseGateFile(text, { path, fingerprint });
}

function unreadable(path: string, cause: unknown): AppError {
  return new AppError("gate_stale", `The gate file ${path} cannot be read: ${errorMessage(cause)}.`, { cause });
}

/**
 * Writes a gate file whole or not at all: another name first, then flushed, then renamed.
 * @throws AppError `disk_full`
 */
export async function writeGateFile(path: string, file: GateFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${randomBytes(4).toString("hex")}.part`;
  try {
    const handle = await open(part, "wx");
    try {
      await handle.writeFile(`${JSON.stringify(file)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    if (!hasCode(error, "ENOSPC", "EDQUOT")) throw error;
    throw new AppError("disk_full", `The disk is full: the gate file ${path} was not written.`, { cause: error });
  }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
