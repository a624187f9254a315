import { Router } from "express";
import { sendProblem } from "../problem.ts";

/** One thing that must be there before questions are taken. */
export interface Readiness {
  check: string;
  ready: boolean;
  detail?: string;
}

/** `/healthz`: the process lives, whatever else is wrong. `/readyz`: index, store and channels are there; else 503. */
export function statusRoutes({ readiness }: { readiness: () => Promise<Readiness[]> }): Router {
  const router = Router();
  router.get(["/healthz", "/livez", "/health"], (_request, response) => {
    response.json({ status: "ok" });
  });
  router.get("/readyz", async (_request, response) => {
    const checks = await readiness();
    if (checks.every(({ ready }) => ready)) {
      response.json({ status: "ok", checks });
      return;
    }
    const missing = checks.filter(({ ready }) => !ready).map(({ check }) => check);
    sendProblem(response, { status: 503, title: "Service Unavailable", detail: `Not ready: ${missing.join(", ")}.` });
  });
  return router;
}
