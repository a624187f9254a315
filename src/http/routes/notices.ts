import { json, Router } from "express";
import { z } from "zod";
import { requireAdmin } from "../admin-key.ts";
import { sendProblem } from "../problem.ts";

export interface NoticeOptions {
  adminKey: string | undefined;
  maxBodyBytes: number;
  /** Queues a notice of a channel to a conversation, or to the one its hook stands for; undefined for an unknown channel. */
  queueNotice: (channel: string, notice: { markdown: string; group?: string }) => Promise<{ id: string } | undefined>;
}

const noticeSchema = z.strictObject({
  markdown: z.string().refine((text) => text.trim() !== "", "must not be empty"),
  group: z.string().min(1).optional(),
});

/** `POST /v1/channels/{name}/messages` (admin key): a notice is kept and sent by and by; 202. */
export function noticeRoutes({ adminKey, maxBodyBytes, queueNotice }: NoticeOptions): Router {
  const router = Router();
  router.post(
    "/v1/channels/:name/messages",
    requireAdmin(adminKey),
    json({ limit: maxBodyBytes }),
    async (request, response) => {
      const notice = noticeSchema.safeParse(request.body);
      if (!notice.success) {
        const [issue] = notice.error.issues;
        const detail = `/${issue?.path.join("/") ?? ""}: ${issue?.message ?? "invalid"}`;
        sendProblem(response, { status: 422, title: "Unprocessable Content", detail });
        return;
      }
      const { markdown, group } = notice.data;
      const queued = await queueNotice(String(request.params["name"]), {
        markdown,
        ...(group !== undefined && { group }),
      });
      if (queued === undefined) sendProblem(response, { status: 404, title: "Not Found" });
      else response.status(202).json(queued);
    },
  );
  return router;
}
