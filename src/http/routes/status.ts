import { Router, type RequestHandler } from "express";
import { endpoint } from "../endpoint.ts";
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
  const ready: RequestHandler = async (_request, response) => {
    const checks = await readiness();
    if (checks.every((one) => one.ready)) {
      response.json({ status: "ok", checks });
      return;
    }
    const missing = checks.filter((one) => !one.ready).map(({ check }) => check);
    sendProblem(response, {
      status: 503,
      title: "Service Unavailable",
      detail: `Not ready: ${missing.join(", ")}.`,
      checks,
    });
  };
  for (const path of ["/healthz", "/livez", "/health"]) router.use(endpoint(path, { get: [alive] }));
  router.use(endpoint("/readyz", { get: [ready] }));
  return router;
}

const alive: RequestHandler = (_request, response) => void response.json({ status: "ok" });
