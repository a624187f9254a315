import { labelSchema, languageSchema } from "../routes/ledger.ts";
import type { Operation } from "./operation.ts";
import * as responses from "./response-schemas.ts";

/** What the console shows and changes beside the ledger's list. */
export const CONSOLE_OPERATIONS: readonly Operation[] = [
  {
    method: "get",
    path: "/v1/ledger/facets",
    summary: "Groups, outcomes and reasons of the last seven days, counted",
    key: "admin",
    status: 200,
    answer: responses.facetsDocument,
  },
  {
    method: "get",
    path: "/v1/ledger/{id}",
    summary: "One message and why it ended as it did",
    key: "admin",
    query: languageSchema,
    status: 200,
    answer: responses.explainedDocument,
  },
  {
    method: "put",
    path: "/v1/ledger/{id}/label",
    summary: "Say whether the decision to speak, or not to, was right",
    key: "admin",
    body: labelSchema,
    status: 204,
  },
  {
    method: "delete",
    path: "/v1/ledger/{id}/label",
    summary: "Take that back",
    key: "admin",
    status: 204,
  },
];
