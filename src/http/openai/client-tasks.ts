import { textOf, type CompletionRequest, type Conversation } from "./completion-request.ts";

/**
 * What chat interfaces ask of a model for themselves: titles, tags, next questions, summaries of what was said. Open WebUI's begin
 * with "### Task:"; NextChat's come last, as a user or as the system; LobeChat's and Cherry Studio's are told by the system message.
 */
const LAST = [
  /^### Task:\n(?!.*<user_query>)/su,
  /^Your task is to reflect the speaker's likely facial expression/u,
  /四到五个字直接返回这句话的简要主题/u,
  /four to five word title summarizing our conversation/iu,
  /用作后续的上下文提示 ?prompt/u,
  /to use as a prompt for future context\.?$/iu,
  /concise, 5-word-or-less title for the conversation/iu,
];
const SYSTEM = [
  /总结为 ?\d+ ?个字以内的标题/u,
  /^You are a professional conversation summarizer\./u,
  /summarize (?:the user's|user) conversations? into (?:a )?titles?/iu,
  /extracting key takeaways from conversations/iu,
  /^You are an emoji expert\./u,
];

/** Whether nobody asks: a chat interface wants a text of its own made, which no document holds. */
export function isClientTask({ messages }: CompletionRequest): boolean {
  const [first] = messages;
  const last = textOf(messages.at(-1)?.content).trim();
  return (
    LAST.some((pattern) => pattern.test(last)) ||
    (first?.role === "system" && SYSTEM.some((pattern) => pattern.test(textOf(first.content))))
  );
}

/** What it says, for the language of the answer. */
export function readTask({ messages }: CompletionRequest): Conversation {
  return { question: textOf(messages.at(-1)?.content), history: [] };
}
