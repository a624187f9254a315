import { Router } from "express";
import { endpoint } from "../endpoint.ts";
import { MODEL } from "../openai/completion-request.ts";
import { modelNotFound } from "../openai/faults.ts";

const OURS = { id: MODEL, object: "model", created: 0, owned_by: "xianheng" };

/** `GET /v1/models` and `GET /v1/models/{id}`, as OpenAI has them; there is one. */
export function modelRoutes(): Router {
  const router = Router();
  router.use(
    endpoint("/v1/models", { get: [(_request, response) => void response.json({ object: "list", data: [OURS] })] }),
    endpoint("/v1/models/:id", {
      get: [
        (request, response) => {
          const id = String(request.params["id"]);
          if (id !== MODEL) throw modelNotFound(id);
          response.json(OURS);
        },
      ],
    }),
  );
  return router;
}
