import { Router } from "express";
import { z } from "zod";
import { requireAdmin } from "../admin-key.ts";
import { endpoint } from "../endpoint.ts";
import { RequestFault } from "../problem.ts";
import { jsonBody, readInput } from "../request-input.ts";
import { nameText, wellFormed } from "../text-input.ts";

export interface NoticeOptions {
  adminKey: string | undefined;
  maxBodyBytes: number;
  /** Queues a notice of a channel to a conversation, or to the one its hook stands for; undefined for an unknown channel. */
  queueNotice: (channel: string, notice: { markdown: string; group?: string }) => Promise<{ id: string } | undefined>;
}

export const noticeSchema = z.strictObject({
  markdown: z
    .string()
    .refine((text) => text.trim() !== "", "must not be empty")
    .pipe(wellFormed),
  group: nameText(256).optional(),
});

/** `POST /v1/channels/{name}/messages` (admin key): a notice is kept and sent by and by; 202. */
export function noticeRoutes({ adminKey, maxBodyBytes, queueNotice }: NoticeOptions): Router {
  return endpoint("/v1/channels/:name/messages", {
    post: [
      requireAdmin(adminKey),
      ...jsonBody(maxBodyBytes),
      async (request, response) => {
        const { markdown, group } = readInput(noticeSchema, request.body);
        const notice = { markdown, ...(group !== undefined && { group }) };
        const queued = await queueNotice(String(request.params["name"]), notice);
        if (queued === undefined) throw new RequestFault({ status: 404, title: "Not Found", code: "not_found" });
        response.status(202).json(queued);
      },
    ],
  });
}
