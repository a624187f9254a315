import { z } from "zod";
import { parseJson } from "./api-types.ts";

const contextSchema = z.object({
  /** The stream that the message was answered with. */
  stream: z.string(),
  /** When it was; milliseconds since 1970. */
  at: z.number(),
  /** Where one more post may go, for an hour. */
  url: z.string().optional(),
});

/** What an AI bot needs to answer a message later. */
export type ReplyContext = z.infer<typeof contextSchema>;

export function writeReplyContext(context: ReplyContext): string {
  return JSON.stringify(context);
}

export function readReplyContext(text: string | undefined): ReplyContext | undefined {
  const parsed = contextSchema.safeParse(text === undefined ? undefined : parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

/** The address, only where it is at the platform's own origin: whoever could name another would get our answers. */
export function allowedResponseUrl(url: string | undefined, baseUrl: string): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { origin, username, password, href } = new URL(url);
  return origin === new URL(baseUrl).origin && username === "" && password === "" ? href : undefined;
}
