import { texts } from "../../state/locale.ts";
import { Icon } from "../../ui/icon.tsx";
import { Moment } from "../../ui/moment.tsx";
import { numberText } from "../../ui/quantities.ts";
import type { Reindex } from "../../api/documents.ts";
import type { ReindexView } from "./use-reindex.ts";
import { documentsWords } from "./words.ts";

/** How far the corpus is read, and what came of it. */
export function ReindexProgress({ view: { run, isNews, fault, isFollowLost } }: { view: ReindexView }) {
  const words = documentsWords.value;
  if (fault !== "") {
    return (
      <p class="notice bad" role="alert">
        <Icon name="warning" />
        <span>
          <strong>{words.reindexFailed}</strong>: {fault}
        </span>
      </p>
    );
  }
  if (run?.state === "running") return <Running run={run} isFollowLost={isFollowLost} />;
  if (run?.state === "failed") {
    return (
      <p class="notice bad" role="alert">
        <Icon name="warning" />
        <span>
          <strong>{words.reindexFailed}</strong>: {run.reason ?? texts.value.somethingFailed}
        </span>
      </p>
    );
  }
  if (run?.state !== "done") return undefined;
  const result = <Report run={run} />;
  return isNews ? (
    <p class="notice good" role="status">
      <Icon name="check" />
      <span>
        <strong>{words.reindexDone}</strong> {result}
      </span>
    </p>
  ) : (
    <p class="faint small-text">
      {words.lastReindex} {run.endedAt !== undefined && <Moment at={run.endedAt} />}: {result}
    </p>
  );
}

function Report({ run: { report } }: { run: Reindex }) {
  const words = documentsWords.value;
  if (report === undefined) return undefined;
  return (
    <>
      {words.report(report)} · {words.took(numberText(report.seconds, { maximumSignificantDigits: 2 }))}
      {report.failed > 0 && ` · ${words.unreadSoFar(report.failed)}`}
    </>
  );
}

function Running({ run: { progress }, isFollowLost }: { run: Reindex; isFollowLost: boolean }) {
  const words = documentsWords.value;
  return (
    <section class="card stack tight" aria-label={words.reindexing}>
      <p role="status">{isFollowLost ? words.followLost : words.reindexNow}</p>
      {progress === undefined ? (
        <progress aria-label={words.reindexing} />
      ) : (
        <>
          <progress aria-label={words.reindexing} value={progress.filesDone} max={Math.max(1, progress.filesFound)} />
          <p class="row small-text soft number">
            <span>{words.files(numberText(progress.filesDone), numberText(progress.filesFound))}</span>
            <span>{words.passagesDone(numberText(progress.chunksDone), numberText(progress.chunksQueued))}</span>
            {progress.failed > 0 && <span class="bad-text">{words.unreadSoFar(progress.failed)}</span>}
          </p>
          {progress.currentFile !== undefined && (
            <p class="small-text faint current-file">{words.currentFile(progress.currentFile)}</p>
          )}
        </>
      )}
    </section>
  );
}
