import type { Reply } from "../core/message.ts";
import type { Citation } from "../core/outcome.ts";
import type { NewPost } from "../core/store.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import type { Question } from "./question.ts";

/** An answer that comes later than this is not worth coming, in milliseconds. */
const UNASKED_LIFE_MS = 15 * 60_000;
const MENTIONED_LIFE_MS = 60 * 60_000;

export interface DraftOptions {
  purpose: "answer" | "reply";
  kind: Reply["kind"];
  markdown: string;
  citations?: Citation[];
  now: number;
}

/** The post that replies to a question. */
export function draftPost(question: Question, options: DraftOptions): NewPost {
  const { purpose, kind, markdown, citations = [], now } = options;
  const { lead, place, mentioned, text } = question;
  const { message } = lead;
  const { id, name } = message.sender;
  return {
    place,
    post: {
      idempotencyKey: idempotencyKey(purpose, lead.key),
      markdown,
      citations,
      kind,
      takesFeedback: kind === "answer",
      target: {
        conversation: message.conversation,
        inReplyTo: message.id,
        asker: { id, ...(name !== undefined && { name }) },
        ...(message.replyContext !== undefined && { replyContext: message.replyContext }),
      },
    },
    state: "waiting",
    inboundKey: lead.key,
    askerId: id,
    question: text,
    mentioned,
    notBefore: now,
    expiresAt: now + (mentioned ? MENTIONED_LIFE_MS : UNASKED_LIFE_MS),
  };
}
