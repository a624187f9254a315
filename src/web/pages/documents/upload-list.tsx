import { hrefOf } from "../../state/route.ts";
import { Icon } from "../../ui/icon.tsx";
import { percentText } from "../../ui/quantities.ts";
import { dismissDone, dismissUpload, isUnderWay, retryUpload, uploads, type Upload } from "./uploads.ts";
import { documentsWords } from "./words.ts";

/** How far each upload is; the name of one that failed is always said. */
export function UploadList() {
  const words = documentsWords.value;
  const all = uploads.value;
  if (all.length === 0) return undefined;
  return (
    <section class="card flush" aria-labelledby="uploads-title">
      <header class="row spread list-head">
        <h2 id="uploads-title">{words.uploads}</h2>
        {all.some(({ stage }) => stage.name === "done") && (
          <button type="button" class="button plain small" onClick={dismissDone}>
            {words.clearDone}
          </button>
        )}
      </header>
      <ul class="uploads">
        {all.map((upload) => (
          <Row key={upload.id} upload={upload} />
        ))}
      </ul>
    </section>
  );
}

function Row({ upload: { id, name, stage } }: { upload: Upload }) {
  const words = documentsWords.value;
  return (
    <li class="upload">
      <div class="upload-name">
        {stage.name === "done" ? (
          <a href={hrefOf("documents", stage.document.id)}>{name}</a>
        ) : (
          <strong class="upload-file">{name}</strong>
        )}
        {stage.name === "sending" && <progress value={stage.share} aria-label={words.sendingProgress(name)} />}
        {stage.name === "reading" && <progress aria-label={words.reading} />}
        {stage.name === "failed" && (
          <p class="bad-text small-text" role="alert">
            {words.uploadFailed(name)}: {stage.reason}
          </p>
        )}
        {stage.name === "done" &&
          stage.document.warnings.map((warning) => (
            <p key={warning} class="upload-warning small-text">
              <Icon name="warning" />
              {warning}
            </p>
          ))}
      </div>
      <span class="upload-stage small-text" role="status">
        <Stage stage={stage} />
      </span>
      <span class="upload-actions">
        {stage.name === "failed" && stage.canRetry && (
          <button type="button" class="button small" aria-label={words.retryOf(name)} onClick={() => retryUpload(id)}>
            <Icon name="refresh" />
            {words.retry}
          </button>
        )}
        {!isUnderWay(stage) && (
          <button
            type="button"
            class="button plain small icon-only"
            aria-label={words.dismiss(name)}
            title={words.dismiss(name)}
            onClick={() => dismissUpload(id)}
          >
            <Icon name="close" />
          </button>
        )}
      </span>
    </li>
  );
}

function Stage({ stage }: { stage: Upload["stage"] }) {
  const words = documentsWords.value;
  switch (stage.name) {
    case "waiting":
      return <span class="faint">{words.waiting}</span>;
    case "sending":
      return <span class="soft number">{words.sending(percentText(stage.share))}</span>;
    case "reading":
      return (
        <span class="row soft">
          <span class="spinner" />
          {words.reading}
        </span>
      );
    case "done":
      return (
        <span class="badge good">
          <Icon name="check" />
          {words.done(words.passageCount(stage.document.chunks))}
        </span>
      );
    case "failed":
      return (
        <span class="badge bad">
          <Icon name="warning" />
          {words.failed}
        </span>
      );
  }
}
