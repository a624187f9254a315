import { talkSchema } from "../huixiangdou/talk-input.ts";
import { rpcAnswerSchema, rpcMessageSchema } from "../mcp/message-schema.ts";
import { completionSchema } from "../openai/completion-request.ts";
import { embeddingSchema } from "../routes/embeddings.ts";
import { feedbackSchema } from "../routes/feedback.ts";
import { ledgerSchema } from "../routes/ledger.ts";
import { noticeSchema } from "../routes/notices.ts";
import { querySchema } from "../routes/query.ts";
import { scoreSchema } from "../routes/score.ts";
import { searchSchema } from "../routes/search.ts";
import { CONSOLE_OPERATIONS } from "./console-operations.ts";
import { DOCUMENT_OPERATIONS } from "./document-operations.ts";
import { OPEN_OPERATIONS } from "./open-operations.ts";
import type { Operation } from "./operation.ts";
import * as responses from "./response-schemas.ts";

/** Every route that there is. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: "post",
    path: "/v1/query",
    summary: "Ask; while it is written where the client accepts text/event-stream",
    description:
      "Events: step {name, ms} for each step that has ended, delta {text}, citation (one each), done (the document, " +
      "alone where nothing is answered), error (a problem). The deltas joined are the answer.",
    key: "api",
    body: querySchema,
    status: 200,
    answer: responses.answerDocument,
    streams: "also",
  },
  {
    method: "get",
    path: "/v1/search",
    summary: "Find passages",
    key: "api",
    query: searchSchema,
    status: 200,
    answer: responses.searchDocument,
  },
  {
    method: "post",
    path: "/v1/score",
    summary: "Judge chat lines by the gate alone",
    key: "api",
    body: scoreSchema,
    status: 200,
    answer: responses.scoreDocument,
  },
  {
    method: "post",
    path: "/v1/feedback",
    summary: "Say whether an answer, or silence, was right",
    key: "api",
    body: feedbackSchema,
    status: 204,
    also: [404],
  },
  {
    method: "get",
    path: "/v1/ledger",
    summary: "What became of messages, newest first",
    key: "admin",
    query: ledgerSchema,
    status: 200,
    answer: responses.ledgerDocument,
  },
  ...CONSOLE_OPERATIONS,
  ...DOCUMENT_OPERATIONS,
  {
    method: "post",
    path: "/v1/channels/{name}/messages",
    summary: "Queue a notice",
    key: "admin",
    body: noticeSchema,
    status: 202,
    answer: responses.queuedDocument,
  },
  {
    method: "post",
    path: "/v1/chat/completions",
    summary: "Ask, as OpenAI's clients do",
    key: "api",
    body: completionSchema,
    status: 200,
    also: [404],
    answer: responses.completionDocument,
    streams: "also",
    faults: "openai",
  },
  {
    method: "get",
    path: "/v1/models",
    summary: "List the one model",
    key: "api",
    status: 200,
    answer: responses.modelsDocument,
    faults: "openai",
  },
  {
    method: "get",
    path: "/v1/models/{id}",
    summary: "The one model",
    key: "api",
    status: 200,
    answer: responses.modelDocument,
    faults: "openai",
  },
  {
    method: "post",
    path: "/v1/embeddings",
    summary: "Vectors of texts",
    key: "api",
    body: embeddingSchema,
    status: 200,
    also: [404],
    answer: responses.embeddingsDocument,
    faults: "openai",
  },
  {
    method: "post",
    path: "/huixiangdou_inference",
    summary: "Ask, as HuixiangDou's clients do: a JSON string, or all states by [server] huixiangdou_pipeline",
    key: "api",
    body: talkSchema,
    status: 200,
    answer: responses.huixiangdouAnswer,
    faults: "fastapi",
  },
  {
    method: "post",
    path: "/huixiangdou_stream",
    summary: "The sentence so far, again and again, without a frame",
    key: "api",
    body: talkSchema,
    status: 200,
    streams: "only",
    faults: "fastapi",
  },
  {
    method: "post",
    path: "/mcp",
    summary: "Tools and documents for models, by the Model Context Protocol",
    key: "api",
    body: rpcMessageSchema,
    status: 200,
    // A notification is taken without an answer; a client must accept both JSON and events; no such method.
    also: [202, 404, 406],
    answer: rpcAnswerSchema,
    streams: "also",
    faults: "json-rpc",
  },
  ...OPEN_OPERATIONS,
];
