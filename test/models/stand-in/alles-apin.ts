import type { ServerResponse } from "node:http";
import { z } from "zod";
import type { GatewaySuite } from "../../conformance/gateway.ts";
import { sendJson, writeEvents, type Received, type Refuse } from "./gateway-server.ts";

export const TOKEN = "jwt.test-token.0123456789";
const BASE_PATH = "/gw/alles-apin-hub";

/** An interface of alles-apin: its paths, each with what its body may hold. */
export interface Interface {
  method?: string;
  body: z.ZodType;
}

/** What the document of alles-apin refuses, whatever the interface. */
export function refuseUnless(interfaces: Record<string, Interface>): Refuse {
  return ({ method, path, headers, body }) => {
    const found = interfaces[path.replace(BASE_PATH, "")];
    if (!path.startsWith(BASE_PATH) || found === undefined) return { status: 404, body: { msg: `no route ${path}` } };
    if (method !== (found.method ?? "POST")) return { status: 405, body: { msg: "method not allowed" } };
    if (headers["alles-apin-token"] !== TOKEN) return { status: 401, body: { msg: "unauthorized" } };
    if (headers.authorization !== undefined) return { status: 400, body: { msg: "no Authorization here" } };
    if (headers["region"] !== undefined && !["cn1", "us1"].includes(String(headers["region"]))) {
      return { status: 400, body: { msg: "unknown region" } };
    }
    if (headers["content-type"] !== "application/json") return { status: 400, body: { msg: "not JSON" } };
    const result = found.body.safeParse(body);
    return result.success ? undefined : { status: 400, body: { msg: z.prettifyError(result.error) } };
  };
}

export const success = (data: unknown): object => ({ msg: "ok", msgCode: "10000", data });
export const failure = (data: unknown): object => ({ msg: "error", msgCode: "-1", data });

/** A suite with what all interfaces have in common. */
export function allesApin(
  api: string,
  suite: Omit<GatewaySuite, "name" | "entry" | "basePath" | "env"> & { entry?: Record<string, unknown> },
): GatewaySuite {
  const { entry, ...rest } = suite;
  return {
    name: `alles-apin ${api}${entry === undefined ? "" : ` ${JSON.stringify(entry)}`}`,
    entry: { provider: "alles-apin", api, api_key_env: "ALLES_APIN_TOKEN", requests_per_minute: 0, ...entry },
    basePath: BASE_PATH,
    env: { ALLES_APIN_TOKEN: TOKEN },
    ...rest,
  };
}

/** Pieces of a text as a model would stream it. */
export function piecesOf(text: string): string[] {
  return text.match(/.{1,2}/gsu) ?? [];
}

/** `data: {"success": "true", "msg": …}` for each piece, as `type: "json"` has it. */
export function streamJson(response: ServerResponse, text: string): void {
  writeEvents(
    response,
    piecesOf(text).map((msg) => ({ success: "true", msg })),
  );
  response.end();
}

/** The texts in a list of turns under some key. */
export function textsIn(list: unknown, key: string): string[] {
  return z
    .array(z.looseObject({ [key]: z.string() }))
    .parse(list)
    .map((turn) => String(turn[key]));
}

export const isStream = ({ path }: Received): boolean => path.endsWith("-stream");

/** Turns that must alternate, the user first and last. */
export function alternating(role: string, roles: [user: string, assistant: string], turn: z.ZodType): z.ZodType {
  return z
    .array(turn)
    .min(1)
    .refine((turns) => turns.length % 2 === 1, "the number of messages must be odd")
    .refine(
      (turns) => turns.every((one, index) => z.looseObject({}).parse(one)[role] === roles[index % 2]),
      "the role of message with odd index in the messages must be assistant",
    );
}

export const words = z
  .string()
  .min(1)
  .refine((text) => text.isWellFormed(), "broken surrogate");
export const temperature = z.number().min(0).max(1).optional();

export const sendSuccess = (response: ServerResponse, data: unknown): void => sendJson(response, success(data));

/** Turns of a conversation that was sent as one text. */
export function transcriptTurns(text: string): string[] {
  return text
    .replace(/^Conversation so far:\n/u, "")
    .split(/\n+/u)
    .map((line) => line.replace(/^(?:User|Assistant): /u, ""));
}
