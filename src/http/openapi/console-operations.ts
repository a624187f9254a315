import { gateSchema, tuneSchema } from "../routes/gate.ts";
import { labelSchema, languageSchema } from "../routes/ledger.ts";
import { gateDocument, tuneDocument } from "./console-schemas.ts";
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
  {
    method: "get",
    path: "/v1/gate",
    summary: "The gate, how it does on the labelled lines, and lines to label next",
    key: "admin",
    query: gateSchema,
    status: 200,
    answer: gateDocument,
  },
  {
    method: "post",
    path: "/v1/gate/tune",
    summary: "Fit the gate to the labels of the ledger",
    key: "admin",
    body: tuneSchema,
    status: 200,
    answer: tuneDocument,
  },
];
