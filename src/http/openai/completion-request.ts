import { z } from "zod";
import type { HistoryTurn } from "../../core/message.ts";
import { RequestFault } from "../problem.ts";
import { MAX_QUESTION_CHARS } from "../text-input.ts";

/** The model's name; there is one. */
export const MODEL = "xianheng";

const textPart = z.looseObject({ type: z.literal("text"), text: z.string() });
/** Pictures, sound and files are not read. */
const otherPart = z.looseObject({ type: z.string() });
const content = z.union([z.string(), z.array(z.union([textPart, otherPart]))]);

/** What a chat completion may be asked with; what is not named here is ignored, as OpenAI's clients send much. */
export const completionSchema = z.object({
  model: z.string(),
  messages: z
    .array(
      z.looseObject({
        role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
        content: content.nullish(),
      }),
    )
    .min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.literal(1, "only 1 is supported").nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  user: z.string().nullish(),
});

export type CompletionRequest = z.output<typeof completionSchema>;

export interface Conversation {
  question: string;
  history: HistoryTurn[];
}

/** The last thing the user said, and what was said before it. @throws RequestFault for none, or one that is too long */
export function readConversation({ messages }: CompletionRequest): Conversation {
  const last = messages.findLastIndex(({ role }) => role === "user");
  const question = queryOf(textOf(messages[last]?.content));
  if (question.trim() === "") throw messagesFault("no text of the user to answer");
  if (Array.from(question).length > MAX_QUESTION_CHARS) {
    throw messagesFault(`the last message has more than ${MAX_QUESTION_CHARS} characters`, "context_length_exceeded");
  }
  const history = messages.slice(0, last).flatMap(({ role, content: said }): HistoryTurn[] => {
    const text = textOf(said);
    return (role === "user" || role === "assistant") && text.trim() !== "" ? [{ role, content: text }] : [];
  });
  return { question, history };
}

/** Open WebUI puts what was asked into its own words about files that the user has attached. */
function queryOf(text: string): string {
  const [, query] = /^### Task:\n.*<user_query>(.*)<\/user_query>/su.exec(text) ?? [];
  return query?.trim() ?? text;
}

/** What may be read of a message. */
export function textOf(said: CompletionRequest["messages"][number]["content"]): string {
  const parts = typeof said === "string" ? [said] : (said ?? []).map((part) => ("text" in part ? part.text : ""));
  return parts
    .filter((part) => typeof part === "string" && part !== "")
    .join("\n")
    .replaceAll("\u0000", " ")
    .toWellFormed();
}

function messagesFault(detail: string, code?: string): RequestFault {
  return new RequestFault({
    status: 400,
    title: "Bad Request",
    ...(code !== undefined && { code }),
    errors: [{ pointer: "/messages", detail }],
  });
}
