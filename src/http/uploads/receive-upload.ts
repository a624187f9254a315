import { rm } from "node:fs/promises";
import type { Request, Response } from "express";
import multer from "multer";
import type { DocumentFunctions, ReceivedFile } from "../document-functions.ts";
import { RequestFault } from "../problem.ts";
import { diskFullFault } from "./document-fault.ts";
import { nameFaultOf, uploadName } from "./upload-name.ts";

export interface UploadOptions {
  maxBytes: number;
  functions: Pick<DocumentFunctions, "isIgnoredName" | "openIncoming">;
}

/** What a multipart body has beside the file itself: borders, headers, a few small fields. */
const MAX_AROUND_BYTES = 64 * 1024;
const FIELD_LIMITS = { files: 1, fields: 8, parts: 9, fieldNameSize: 100, fieldSize: 4096, headerPairs: 32 };

/**
 * Receives the part `file` of a multipart body into a new folder, from where `use` takes it; the folder is removed at the end,
 * whatever comes of it. Nothing of a file is held in memory.
 * @throws RequestFault 400, 413, 415, 422, 507, and what `use` throws
 */
export async function receiveUpload<T>(
  request: Request,
  response: Response,
  { maxBytes, functions, use }: UploadOptions & { use: (file: ReceivedFile) => Promise<T> },
): Promise<T> {
  if (request.is("multipart/form-data") === false || request.is("multipart/form-data") === null) {
    throw new RequestFault(NOT_MULTIPART);
  }
  // Who says how much comes is told before it comes.
  if (Number(request.headers["content-length"] ?? 0) > maxBytes + MAX_AROUND_BYTES) throw tooLarge(maxBytes);
  const folder = await functions.openIncoming().catch((error: unknown) => {
    throw diskFullFault(error) ?? error;
  });
  try {
    const file = await receiveInto(folder, request, response, { maxBytes, functions });
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function receiveInto(
  folder: string,
  request: Request,
  response: Response,
  { maxBytes, functions }: UploadOptions,
): Promise<ReceivedFile> {
  const receive = multer({
    storage: multer.diskStorage({
      destination: (_request, _file, done) => done(null, folder),
      filename: (_request, file, done) => done(null, uploadName(file.originalname)),
    }),
    limits: { ...FIELD_LIMITS, fileSize: maxBytes },
    // Names are what the sender wrote: one with folders is refused, not cut.
    preservePath: true,
    defParamCharset: "utf8",
    fileFilter(_request, file, done) {
      const fault = nameFaultOf(uploadName(file.originalname), functions.isIgnoredName);
      if (fault === undefined) done(null, true);
      else done(badName(fault));
    },
  }).single("file");
  await new Promise<void>((resolve, reject) => {
    receive(request, response, (error: unknown) => {
      if (error === undefined || error === null) resolve();
      else reject(faultOf(error, maxBytes));
    });
  });
  const { file } = request;
  if (file === undefined) throw badName("must not be empty, and the file must be in a part called file");
  return { name: file.filename, path: file.path };
}

function faultOf(error: unknown, maxBytes: number): unknown {
  if (error instanceof RequestFault) return error;
  if (error instanceof multer.MulterError) {
    if (error.code === "LIMIT_FILE_SIZE") return tooLarge(maxBytes);
    return invalid("/file", "There must be one part called file, and hardly anything else");
  }
  const full = diskFullFault(error);
  if (full !== undefined) return full;
  // A control character in a name is one in the header that has the name.
  if (error instanceof Error && error.message === "Malformed part header") return badName(CONTROLS);
  // The parser of the body has plain errors; those of the file system have a code, and are ours.
  if (error instanceof Error && !("code" in error)) return new RequestFault(BROKEN_BODY);
  return error;
}

const CONTROLS = "must not hold control characters, and the headers of its part must be whole";

function badName(fault: string): RequestFault {
  return invalid("/file", `The file's name ${fault}`);
}

function invalid(pointer: string, detail: string): RequestFault {
  const errors = [{ pointer, detail }];
  return new RequestFault({ status: 422, title: "Unprocessable Content", detail, code: "invalid_input", errors });
}

function tooLarge(maxBytes: number): RequestFault {
  return new RequestFault({
    status: 413,
    title: "Content Too Large",
    detail: `A file may have ${Math.floor(maxBytes / 1024 / 1024)} MiB; [server] max_upload_mib changes that.`,
    code: "content_too_large",
  });
}

const NOT_MULTIPART = {
  status: 415,
  title: "Unsupported Media Type",
  detail: "The body must be multipart/form-data with a part called file.",
  code: "unsupported_media_type",
};

const BROKEN_BODY = {
  status: 400,
  title: "Bad Request",
  detail: "The body is no whole multipart/form-data.",
  code: "bad_request",
};
