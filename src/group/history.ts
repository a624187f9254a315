import type { HistoryTurn } from "../core/message.ts";
import { placeKey, type StoredPost } from "../core/store.ts";
import type { Question } from "./question.ts";
import type { TurnOptions } from "./engine-options.ts";

/**
 * What the asker asked in this thread and what we answered, oldest first. Lines that were no questions are not in it. An
 * answer of ours that the question replies to is, whoever got it.
 */
export async function readHistory(
  question: Question,
  { store, clock, limits }: Pick<TurnOptions, "store" | "clock" | "limits">,
): Promise<HistoryTurn[]> {
  const place = placeKey(question.place);
  const { sender, conversation } = question.lead.message;
  const from = Number((await store.note(place, historyNote(question))) ?? 0);
  const since = Math.max(clock.now() - limits.historyMs, from + 1);
  const answers = await store.answersTo(
    place,
    { id: sender.id, thread: conversation.thread },
    { since, limit: limits.historyTurns },
  );
  const { channel, app } = question.place;
  const quoted = question.lines.flatMap(({ message }) => message.quoted?.id ?? []);
  for (const id of quoted) {
    const post = await store.findPostByMessage(channel, app, id);
    const isNew = answers.every(({ seq }) => seq !== post?.seq);
    if (post?.placeKey === place && post.post.kind === "answer" && isNew) answers.push(post);
  }
  return answers.flatMap(turnsOf);
}

/** Name of the note from when on the asker's history counts. */
export function historyNote({ lead }: Pick<Question, "lead">): string {
  return `history-from:${lead.message.sender.id}:${lead.message.conversation.thread ?? ""}`;
}

function turnsOf({ question, post }: StoredPost): HistoryTurn[] {
  if (question === undefined || post.markdown === "") return [];
  return [
    { role: "user", content: question },
    { role: "assistant", content: post.markdown },
  ];
}
