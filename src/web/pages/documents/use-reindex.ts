import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { followReindex, readReindex, startReindex, type Reindex } from "../../api/documents.ts";
import { ApiFault } from "../../api/request.ts";
import { texts } from "../../state/locale.ts";
import { faultText } from "../../ui/fault-text.ts";

/** After a broken stream it is looked again whether the run goes on. */
const LOOK_AGAIN_MS = 2000;

export interface ReindexView {
  run: Reindex | undefined;
  /** Whether the run was seen by whoever sits here, so that its end is news. */
  isNews: boolean;
  /** Why it could not be started. */
  fault: string;
  isFollowLost: boolean;
}

/** The run of reading the corpus anew, also one that was under way when the page opened. */
export function useReindex(onDone: () => void): [ReindexView, () => Promise<void>] {
  const [view, setView] = useState<ReindexView>({ run: undefined, isNews: false, fault: "", isFollowLost: false });
  const leaving = useRef<AbortController | undefined>(undefined);
  const finished = useRef(onDone);
  finished.current = onDone;

  useEffect(() => {
    const controller = new AbortController();
    leaving.current = controller;
    void follow(controller.signal, { isNews: false });
    return () => controller.abort();
  }, []);

  const start = useCallback(async () => {
    const controller = leaving.current;
    if (controller === undefined) return;
    setView({ run: { state: "running" }, isNews: true, fault: "", isFollowLost: false });
    try {
      const run = await startReindex();
      setView({ run, isNews: true, fault: "", isFollowLost: false });
    } catch (error) {
      const isRunning = error instanceof ApiFault && error.status === 409;
      if (!isRunning) {
        setView({ run: undefined, isNews: false, fault: faultText(error, texts.peek()), isFollowLost: false });
        return;
      }
    }
    await follow(controller.signal, { isNews: true });
  }, []);

  return [view, start];

  /** Until the run has ended; a stream that breaks is opened again. */
  async function follow(signal: AbortSignal, { isNews }: { isNews: boolean }): Promise<void> {
    let wasSeen = isNews;
    while (!signal.aborted) {
      try {
        let run = await readReindex(signal);
        wasSeen ||= run.state === "running";
        setView({ run, isNews: wasSeen, fault: "", isFollowLost: false });
        if (run.state === "running") {
          for await (run of followReindex(signal)) setView({ run, isNews: true, fault: "", isFollowLost: false });
        }
        if (run.state !== "running") {
          if (wasSeen) finished.current();
          return;
        }
      } catch (error) {
        if (signal.aborted) return;
        // The list beside asks for the key, and says what else keeps one out.
        if (!wasSeen || (error instanceof ApiFault && error.status === 401)) return;
        setView((known) => ({ ...known, isFollowLost: true }));
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}
