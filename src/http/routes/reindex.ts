import type { Router } from "express";
import { requireAdmin } from "../admin-key.ts";
import type { DocumentFunctions, ReindexState } from "../document-functions.ts";
import { endpoint } from "../endpoint.ts";
import { HEARTBEAT_MS, openEventStream } from "../event-stream.ts";

export interface ReindexOptions {
  documents: Pick<DocumentFunctions, "reindex" | "reindexState" | "watchReindex">;
  adminKey: string | undefined;
}

/** `/v1/documents/reindex` (admin key): reads the corpus anew beside the questions; how it goes as JSON, or as events until its end. */
export function reindexRoutes({ documents, adminKey }: ReindexOptions): Router {
  const admin = requireAdmin(adminKey);
  return endpoint("/v1/documents/reindex", {
    post: [
      admin,
      (_request, response) => {
        response.status(202).json(documents.reindex());
      },
    ],
    get: [
      admin,
      (request, response) => {
        if (request.accepts(["application/json", "text/event-stream"]) !== "text/event-stream") {
          response.json(documents.reindexState());
          return;
        }
        const stream = openEventStream(response, { heartbeatMs: HEARTBEAT_MS });
        const send = (state: ReindexState): void => {
          const event = state.state === "running" ? "progress" : state.state === "failed" ? "error" : "done";
          stream.send(JSON.stringify(state), event);
          if (event !== "progress") stream.end();
        };
        const state = documents.reindexState();
        if (state.state === "running") response.once("close", documents.watchReindex(send));
        send(state);
      },
    ],
  });
}
