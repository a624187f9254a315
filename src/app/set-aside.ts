import type { ChatModel } from "../core/model.ts";
import type { Reranker } from "../core/retriever.ts";
import type { AskOptions } from "./assistant.ts";

type Aside = AskOptions["aside"];

/** The model, whose calls are waited for aside. */
export function modelAside(model: ChatModel | undefined, aside: Aside): ChatModel | undefined {
  if (model === undefined || aside === undefined) return model;
  const { id, limits } = model;
  const stream = model.stream?.bind(model);
  return {
    id,
    limits,
    complete: (request, signal) => aside(() => model.complete(request, signal)),
    ...(stream !== undefined && {
      stream: (request, onText, signal) => aside(() => stream(request, onText, signal)),
    }),
  };
}

/** The reranker, whose calls are waited for aside. */
export function rerankerAside(load: () => Promise<Reranker>, aside: Aside): () => Promise<Reranker> {
  if (aside === undefined) return load;
  return async () => {
    const reranker = await load();
    const { id } = reranker;
    return { id, rerank: (...given) => aside(() => reranker.rerank(...given)) };
  };
}
