import { parentPort, workerData } from "node:worker_threads";
import { AppError } from "../core/errors.ts";
import type { EmbeddingAnswer, EmbeddingOrder, EmbeddingWorkerData } from "./embedding-protocol.ts";
import { loadLocalEmbedding } from "./local-embedding.ts";

const { folder }: EmbeddingWorkerData = workerData;
const never = new AbortController().signal;
/** Orders not begun. The pool hands out several, so that a busy main thread does not leave this one idle. */
let orders: Extract<EmbeddingOrder, { text: string }>[] = [];
let isRunning = false;
let isClosing = false;

function answer(message: EmbeddingAnswer, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function fault(error: unknown): Pick<Extract<EmbeddingAnswer, { kind: "fault" }>, "code" | "message"> {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  return { code: undefined, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

try {
  const model = await loadLocalEmbedding(folder);
  answer({ kind: "ready", id: model.id, dimensions: model.dimensions });

  const close = async (): Promise<void> => {
    await model.close?.();
    parentPort?.close();
  };

  const run = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    for (;;) {
      // A question is waited for by a person; passages are not.
      const next = orders.find(({ embedding }) => embedding === "query") ?? orders[0];
      if (next === undefined || isClosing) break;
      orders = orders.filter((order) => order !== next);
      try {
        const [vector] = await model.embed([next.text], next.embedding, never);
        if (vector === undefined) throw new Error("The embedding model gave no vector.");
        const own = Float32Array.from(vector);
        answer({ kind: "vector", order: next.order, vector: own }, [own.buffer]);
      } catch (error) {
        answer({ kind: "fault", order: next.order, ...fault(error) });
      }
      // Lets new orders and cancellations in.
      await new Promise((resolve) => setImmediate(resolve));
    }
    isRunning = false;
    if (isClosing) await close();
  };

  parentPort?.on("message", (order: EmbeddingOrder) => {
    if (order.kind === "embed") orders.push(order);
    else if (order.kind === "cancel") orders = orders.filter((each) => !order.orders.includes(each.order));
    else isClosing = true;
    void run();
  });
} catch (error) {
  answer({ kind: "fault", order: undefined, ...fault(error) });
}
