import { z } from "zod";
import { ERROR_CODES } from "../../core/errors.ts";

/** What the routes for documents take and answer with. */

const count = z.int().min(0);

export const uploadSchema = z.strictObject({
  file: z
    .string()
    .meta({ contentMediaType: "application/octet-stream", description: "The file, with its name in UTF-8" }),
});

const known = {
  id: z.string(),
  source: z.string(),
  title: z.string(),
  mediaType: z.string(),
  chunks: count,
  warnings: z.array(z.string()),
};

const entry = z.strictObject({
  ...known,
  bytes: count,
  modifiedAt: z.int(),
  pages: count.optional(),
  uploaded: z.boolean(),
});

const passages = z.array(
  z.strictObject({ id: z.string(), headings: z.array(z.string()), page: z.int().optional(), text: z.string() }),
);

export const addedDocument = z.strictObject(known);

export const documentsDocument = z.strictObject({
  documents: z.array(entry),
  failed: z.array(z.strictObject({ path: z.string(), code: z.enum(ERROR_CODES), reason: z.string() })),
});

export const wholeDocument = entry.extend({ passages });

export const sourceDocument = z.strictObject({
  source: z.string(),
  title: z.string(),
  mediaType: z.string(),
  pages: count.optional(),
  passages,
});

export const reindexDocument = z.strictObject({
  state: z.enum(["idle", "running", "done", "failed"]),
  startedAt: z.int().optional(),
  endedAt: z.int().optional(),
  progress: z
    .strictObject({
      filesDone: count,
      filesFound: count,
      chunksDone: count,
      chunksQueued: count,
      currentFile: z.string().optional(),
      failed: count,
    })
    .optional(),
  report: z
    .strictObject({
      added: count,
      updated: count,
      unchanged: count,
      removed: count,
      failed: count,
      chunks: count,
      seconds: z.number(),
    })
    .optional(),
  reason: z.string().optional(),
});
