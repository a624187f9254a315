import type { Request, Router } from "express";
import { z } from "zod";
import { isQuietSpan } from "../../core/quiet-span.ts";
import { requireAdmin } from "../admin-key.ts";
import type { ConsoleFunctions, GroupView } from "../console-functions.ts";
import { endpoint } from "../endpoint.ts";
import { RequestFault } from "../problem.ts";
import { jsonBody, readInput } from "../request-input.ts";
import { wellFormed } from "../text-input.ts";

export interface GroupsOptions {
  consoleFunctions: Pick<ConsoleFunctions, "groups" | "mute" | "changeQuietHours">;
  adminKey: string | undefined;
  maxBodyBytes: number;
}

/** Ten years. */
const MAX_MUTE_MINUTES = 5_256_000;
const MAX_SPANS = 24;

export const muteSchema = z.strictObject({ minutes: z.int().min(1).max(MAX_MUTE_MINUTES) });

export const quietHoursSchema = z.strictObject({
  quiet_hours: z
    .array(z.string().refine(isQuietSpan, "must be a span such as 22:00-08:00, by the clocks of the group's time zone"))
    .max(MAX_SPANS),
});

/** `/v1/groups…` (admin key): posts against the budget, and silence that the owner wants. */
export function groupRoutes({ consoleFunctions, adminKey, maxBodyBytes }: GroupsOptions): Router[] {
  const admin = requireAdmin(adminKey);
  return [
    endpoint("/v1/groups", {
      get: [
        admin,
        async (_request, response) => {
          response.json({ groups: (await consoleFunctions.groups()).map(groupDocument) });
        },
      ],
    }),
    endpoint("/v1/groups/:id/mute", {
      put: [
        admin,
        ...jsonBody(maxBodyBytes),
        async (request, response) => {
          const { minutes } = readInput(muteSchema, request.body);
          response.json(found(await consoleFunctions.mute(idOf(request), minutes)));
        },
      ],
      delete: [
        admin,
        async (request, response) => {
          response.json(found(await consoleFunctions.mute(idOf(request), undefined)));
        },
      ],
    }),
    endpoint("/v1/groups/:id/quiet-hours", {
      put: [
        admin,
        ...jsonBody(maxBodyBytes),
        async (request, response) => {
          const { quiet_hours: spans } = readInput(quietHoursSchema, request.body);
          response.json(found(await consoleFunctions.changeQuietHours(idOf(request), spans)));
        },
      ],
      delete: [
        admin,
        async (request, response) => {
          response.json(found(await consoleFunctions.changeQuietHours(idOf(request), undefined)));
        },
      ],
    }),
  ];
}

function idOf({ params }: Request): string {
  return wellFormed.parse(params["id"]);
}

/** @throws RequestFault 404 */
function found(group: GroupView | undefined) {
  if (group !== undefined) return groupDocument(group);
  const detail = "No configured channel has a group with this id.";
  throw new RequestFault({ status: 404, title: "Not Found", detail, code: "not_found" });
}

function groupDocument(view: GroupView) {
  const { id, channel, kind, group, listens, unasked, posts, budget, messages, timeline } = view;
  return {
    id,
    channel,
    kind,
    group,
    listens,
    unasked,
    posts: { last_hour: posts.lastHour, last_day: posts.lastDay },
    budget: {
      per_hour: budget.perHour,
      per_day: budget.perDay,
      min_gap_s: budget.minGapS,
      max_share: budget.maxShare,
    },
    timeline,
    messages_24h: messages.all,
    answered_24h: messages.answered,
    declined_24h: messages.declined,
    ...(view.lastMessageAt !== undefined && { last_message_at: view.lastMessageAt }),
    ...(view.mutedUntil !== undefined && { muted_until: view.mutedUntil }),
    quiet_hours: view.quietHours,
    quiet_hours_from: view.hasOwnQuietHours ? "console" : "file",
    timezone: view.timezone,
    quiet_now: view.isQuiet,
  };
}
