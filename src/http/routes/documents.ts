import type { Request, Response, Router } from "express";
import { requireAdmin } from "../admin-key.ts";
import type { DocumentFunctions } from "../document-functions.ts";
import { endpoint } from "../endpoint.ts";
import { RequestFault } from "../problem.ts";
import { sendFile } from "../send-file.ts";
import { documentFault } from "../uploads/document-fault.ts";
import { receiveUpload } from "../uploads/receive-upload.ts";

export interface DocumentOptions {
  documents: DocumentFunctions;
  adminKey: string | undefined;
  maxUploadBytes: number;
}

/** `/v1/documents` (admin key): what is answered from; uploads, deletes. */
export function documentRoutes({ documents, adminKey, maxUploadBytes: maxBytes }: DocumentOptions): Router[] {
  // Before a byte of the body is read.
  const admin = requireAdmin(adminKey);
  return [
    endpoint("/v1/documents", {
      get: [
        admin,
        async (_request, response) => {
          response.json(await documents.list());
        },
      ],
      post: [
        admin,
        async (request, response) => {
          const add = documents.add.bind(documents);
          const added = await receiveUpload(request, response, { maxBytes, functions: documents, use: add }).catch(
            throwFault,
          );
          response.status(201).json(added);
        },
      ],
    }),
    endpoint("/v1/documents/:id", {
      get: [
        admin,
        async (request, response) => {
          response.json(found(await documents.document(idOf(request))));
        },
      ],
      delete: [
        admin,
        async (request: Request, response: Response) => {
          if (!(await documents.remove(idOf(request)).catch(throwFault))) throw new RequestFault(NOT_FOUND);
          response.status(204).end();
        },
      ],
    }),
    endpoint("/v1/documents/:id/file", {
      get: [
        admin,
        async (request, response) => {
          await sendFile(response, found(await documents.file(idOf(request))));
        },
      ],
    }),
  ];
}

const NOT_FOUND = { status: 404, title: "Not Found", code: "not_found" };

const ID = /^[\w-]{1,64}$/u;

/** @throws RequestFault 404 for what is no id */
function idOf(request: Request): string {
  const id = String(request.params["id"]);
  return found(ID.test(id) ? id : undefined);
}

/** @throws RequestFault 404 */
export function found<T>(value: T | undefined): T {
  if (value === undefined) throw new RequestFault(NOT_FOUND);
  return value;
}

function throwFault(error: unknown): never {
  throw documentFault(error);
}
