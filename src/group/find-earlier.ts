import { placeKey, type StoredPost } from "../core/store.ts";
import { answeredBefore, type EarlierAnswer } from "./answered-before.ts";
import { DAY_MS } from "./attention.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { Question } from "./question.ts";
import { withdrawnNote } from "./withdrawn-note.ts";

/** The answer that this place got to the same question within a day, while its evidence is unchanged. */
export async function findEarlierAnswer(
  { place, text }: Question,
  { store, clock, evidence }: Pick<EngineOptions, "store" | "clock" | "evidence">,
  signal: AbortSignal,
): Promise<EarlierAnswer | undefined> {
  // Who leans on what was said before may ask something else with the same words.
  if (evidence === undefined || evidence.standsAlone?.(text) === false) return undefined;
  const now = clock.now();
  const posts = (await store.sentPosts(placeKey(place), now - DAY_MS)).filter(
    ({ post, state, question }) => post.kind === "answer" && state === "sent" && question !== undefined,
  );
  if (posts.length === 0) return undefined;
  const earlier: EarlierAnswer[] = [];
  for (const post of posts) {
    const corpus = await corpusOf(post, store);
    if (corpus !== undefined && !(await isWithdrawn(post, store))) earlier.push(earlierAnswer(post, corpus));
  }
  const questions = earlier.map(({ question }) => question);
  const cosines = (await evidence.similarities?.(text, questions, signal)) ?? [];
  const similarities = new Map(questions.map((question, index) => [question, cosines[index]]));
  return answeredBefore(text, earlier, {
    now,
    corpus: await evidence.corpus(place),
    hasChunk: (id) => evidence.hasChunk(id),
    similarity: (question) => similarities.get(question),
  });
}

/** The documents that an answer rested on, as its record has them. */
async function corpusOf({ inboundKey }: StoredPost, store: EngineOptions["store"]): Promise<string | undefined> {
  if (inboundKey === undefined) return undefined;
  const corpus = (await store.findRecords(inboundKey))[0]?.extra?.["corpus"];
  return typeof corpus === "string" ? corpus : undefined;
}

/** Nobody is sent to an answer that is gone. */
async function isWithdrawn({ post, placeKey: place }: StoredPost, store: EngineOptions["store"]): Promise<boolean> {
  return (await store.note(place, withdrawnNote(post.idempotencyKey))) !== undefined;
}

function earlierAnswer({ post, question = "", sentAt = 0, messageIds }: StoredPost, corpus: string): EarlierAnswer {
  const name = post.target.asker?.name;
  return {
    postKey: post.idempotencyKey,
    question,
    markdown: post.markdown,
    postedAt: sentAt,
    chunkIds: post.citations.map(({ chunkId }) => chunkId),
    corpus,
    messageIds,
    ...(name !== undefined && { askerName: name }),
  };
}
