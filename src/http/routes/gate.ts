import type { Router } from "express";
import { z } from "zod";
import { requireAdmin } from "../admin-key.ts";
import type { ConsoleFunctions } from "../console-functions.ts";
import { endpoint } from "../endpoint.ts";
import { hangUpSignal } from "../event-stream.ts";
import { jsonBody, readInput } from "../request-input.ts";
import { nameText } from "../text-input.ts";

export interface GateOptions {
  consoleFunctions: Pick<ConsoleFunctions, "gate" | "tuneGate">;
  adminKey: string | undefined;
  maxBodyBytes: number;
}

export const gateSchema = z.strictObject({ group: nameText(256).optional() });

export const tuneSchema = z.strictObject({
  /** Largest share of the lines to leave alone that may be answered; absent: best F1. */
  max_wrong: z.number().gt(0).lt(1).optional(),
  group: nameText(256).optional(),
});

/** `/v1/gate…` (admin key): how the gate does on the labelled lines, what to label next, and tuning it. */
export function gateRoutes({ consoleFunctions, adminKey, maxBodyBytes }: GateOptions): Router[] {
  const admin = requireAdmin(adminKey);
  return [
    endpoint("/v1/gate", {
      get: [
        admin,
        async (request, response) => {
          const { group } = readInput(gateSchema, request.query);
          const { measures, toLabel, ...view } = await consoleFunctions.gate({ group }, hangUpSignal(response));
          response.json({ ...view, measures: measures ?? null, to_label: toLabel });
        },
      ],
    }),
    endpoint("/v1/gate/tune", {
      post: [
        admin,
        ...jsonBody(maxBodyBytes),
        async (request, response) => {
          const { max_wrong: maxWrong, group } = readInput(tuneSchema, request.body);
          response.json(await consoleFunctions.tuneGate({ maxWrong, group }, hangUpSignal(response)));
        },
      ],
    }),
  ];
}
