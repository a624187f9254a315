import { sourceSchema } from "../routes/sources.ts";
import * as schemas from "./document-schemas.ts";
import type { Operation } from "./operation.ts";

/** Documents, and what citations point to. */
export const DOCUMENT_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/v1/documents",
    summary: "What is answered from, and what could not be read",
    key: "admin",
    status: 200,
    answer: schemas.documentsDocument,
  },
  {
    method: "post",
    path: "/v1/documents",
    summary: "Upload a document; it is answered from when this returns, and replaces one of its name",
    key: "admin",
    body: schemas.uploadSchema,
    bodyType: "multipart/form-data",
    status: 201,
    answer: schemas.addedDocument,
    also: [507],
  },
  // Before the ids, as it is routed.
  {
    method: "get",
    path: "/v1/documents/reindex",
    summary: "How the latest re-index goes; until its end where the client accepts text/event-stream",
    key: "admin",
    status: 200,
    answer: schemas.reindexDocument,
    streams: "also",
  },
  {
    method: "post",
    path: "/v1/documents/reindex",
    summary: "Bring the index up to date with the corpus, in the background",
    key: "admin",
    status: 202,
    answer: schemas.reindexDocument,
  },
  {
    method: "get",
    path: "/v1/documents/{id}",
    summary: "A document with its passages",
    key: "admin",
    status: 200,
    answer: schemas.wholeDocument,
  },
  {
    method: "delete",
    path: "/v1/documents/{id}",
    summary: "Delete a document, for good; a file of the owner's own stays on the disk",
    key: "admin",
    status: 204,
    // `reindex` is no id.
    also: [405, 507],
  },
  {
    method: "get",
    path: "/v1/documents/{id}/file",
    summary: "The file of a document",
    key: "admin",
    status: 200,
    types: ["*/*"],
  },
  {
    method: "get",
    path: "/v1/sources",
    summary: "What a citation points to, with its passages",
    key: "api",
    query: sourceSchema,
    status: 200,
    answer: schemas.sourceDocument,
    also: [404],
  },
  {
    method: "get",
    path: "/v1/sources/file",
    summary: "The file that a citation points to",
    key: "api",
    query: sourceSchema,
    status: 200,
    types: ["*/*"],
    also: [404],
  },
];
