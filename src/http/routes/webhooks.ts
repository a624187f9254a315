import { Router, type Request, type RequestHandler, type Response } from "express";
import type { Channel, WebhookReply } from "../../core/channel.ts";
import type { Logger } from "../../core/runtime.ts";
import { endpoint } from "../endpoint.ts";
import { sendProblem } from "../problem.ts";
import { bytesOf, rawBody } from "../raw-body.ts";

export interface WebhookOptions {
  channels: readonly Channel[];
  maxBodyBytes: number;
  /** Whether a channel is connected and knows who the bot is. */
  isReady: (channel: Channel) => boolean;
  logger: Logger;
  /** Told of each reply to a channel that is there; `seconds` since the request came. */
  onReply?: (kind: string, reply: { status: number; seconds: number }) => void;
}

/** Which kinds of channel live below which address. */
const FAMILIES = {
  lark: ["lark"],
  wecom: ["wecom-bot", "wecom-app"],
  wechat: ["wechat-official", "wechat-wkteam"],
} as const;

/**
 * `/webhooks/{lark|wecom|wechat}/{app}` and the Android gateway's `/api/v1/message/v1/wechat/{suffix}`. What comes in is
 * handed to the channel as it is, and what the channel says goes back; an unknown app is 404.
 */
export function webhookRoutes({ channels, maxBodyBytes, isReady, logger, onReply }: WebhookOptions): Router {
  const router = Router();
  const body = rawBody(maxBodyBytes);

  for (const [family, kinds] of Object.entries(FAMILIES)) {
    const handle: RequestHandler = async (request, response) => {
      const channel = channels.find(
        ({ name, kind }) => name === request.params["app"] && kinds.some((one: string) => one === kind),
      );
      await pass(channel, request, response);
    };
    router.use(endpoint(`/webhooks/${family}/:app`, { get: [body, handle], post: [body, handle] }));
  }
  const handleGateway: RequestHandler = async (request, response) => {
    const suffix = String(request.params["suffix"]);
    const channel = channels.find((one) => one.kind === "wechat-android" && one.ownsSuffix?.(suffix) === true);
    await pass(channel, request, response);
  };
  router.use(
    endpoint("/api/v1/message/v1/wechat/:suffix", { get: [body, handleGateway], post: [body, handleGateway] }),
  );
  return router;

  async function pass(channel: Channel | undefined, request: Request, response: Response): Promise<void> {
    const receive = channel?.receive?.bind(channel);
    if (channel === undefined || receive === undefined) {
      sendProblem(response, { status: 404, title: "Not Found" });
      return;
    }
    const startedAt = performance.now();
    response.once("finish", () => {
      onReply?.(channel.kind, { status: response.statusCode, seconds: (performance.now() - startedAt) / 1000 });
    });
    if (!isReady(channel)) {
      response.setHeader("retry-after", "5");
      sendProblem(response, {
        status: 503,
        title: "Service Unavailable",
        detail: "This channel is not connected yet.",
      });
      return;
    }
    const { search } = new URL(request.originalUrl, "http://localhost");
    const reply = await receive({
      method: request.method,
      query: new URLSearchParams(search),
      headers: headersOf(request),
      body: bytesOf(request),
    });
    if (reply.status >= 400) logger.warn("webhook.refused", { channel: channel.name, status: reply.status });
    write(response, reply);
  }
}

function headersOf({ headers }: Request): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );
}

function write(response: Response, { status, contentType, body = "" }: WebhookReply): void {
  response.status(status);
  if (contentType !== undefined) response.setHeader("content-type", contentType);
  response.end(body);
}
