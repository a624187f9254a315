import { useState } from "preact/hooks";
import { readDocument, saveDocument, type DocumentEntry, type OpenedDocument } from "../../api/documents.ts";
import { ApiFault } from "../../api/request.ts";
import type { Passage } from "../../api/sources.ts";
import { texts } from "../../state/locale.ts";
import { faultText } from "../../ui/fault-text.ts";
import { Icon } from "../../ui/icon.tsx";
import { Markdown } from "../../ui/markdown.tsx";
import { exactTime } from "../../ui/moment.tsx";
import { bytesText } from "../../ui/quantities.ts";
import { SidePanel } from "../../ui/side-panel.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states.tsx";
import { useResource } from "../../ui/use-resource.ts";
import { nameOf, placeOf } from "./list-view.ts";
import { mediaTypeName } from "./media-types.ts";
import { documentsWords } from "./words.ts";

/** Passages drawn at first, and more with each press of the button. */
const PAGE_PASSAGES = 50;

export interface DocumentPanelProps {
  id: string;
  onRemove: (document: DocumentEntry) => void;
  onClose: () => void;
}

/** What was read from a document, passage by passage. */
export function DocumentPanel({ id, onRemove, onClose }: DocumentPanelProps) {
  const words = documentsWords.value.panel;
  const [document, again] = useResource((signal) => readDocument(id, signal), [id]);
  const isGone = document.state === "failed" && document.error instanceof ApiFault && document.error.status === 404;
  const opened = document.value;
  return (
    <SidePanel title={opened === undefined ? documentsWords.value.document : nameOf(opened)} onClose={onClose}>
      {opened !== undefined && <Opened document={opened} onRemove={onRemove} />}
      {opened === undefined && document.state === "loading" && <Skeleton lines={8} />}
      {isGone && (
        <EmptyState icon="documents" title={words.gone}>
          <p>{words.goneText}</p>
        </EmptyState>
      )}
      {document.state === "failed" && !isGone && <ErrorState error={document.error} onRetry={again} />}
    </SidePanel>
  );
}

function Opened({ document, onRemove }: { document: OpenedDocument } & Pick<DocumentPanelProps, "onRemove">) {
  const words = documentsWords.value;
  const [fault, setFault] = useState("");
  const { mediaType, pages, chunks, bytes, modifiedAt, uploaded, warnings, passages } = document;
  const facts = [
    mediaTypeName(mediaType),
    ...(pages === undefined ? [] : [words.pageCount(pages)]),
    words.passageCount(chunks),
    bytesText(bytes),
    exactTime(modifiedAt),
  ];
  return (
    <div class="stack">
      <div class="stack tight">
        <p class="row">
          <code class="soft">{placeOf(document)}</code>
          <span class={uploaded ? "badge info" : "badge"}>{uploaded ? words.uploaded : words.corpus}</span>
        </p>
        <p class="faint small-text">{facts.join(" · ")}</p>
        <div class="row">
          <button
            type="button"
            class="button small"
            onClick={() => {
              saveDocument(document).catch((error: unknown) => setFault(faultText(error, texts.value)));
            }}
          >
            <Icon name="download" />
            {words.download}
          </button>
          <button type="button" class="button small danger" onClick={() => onRemove(document)}>
            <Icon name="trash" />
            {words.remove}
          </button>
        </div>
        {fault !== "" && (
          <p class="notice bad" role="alert">
            {fault}
          </p>
        )}
      </div>
      {warnings.length > 0 && (
        <section class="notice quiet">
          <Icon name="warning" />
          <div>
            <h3>{words.panel.warnings}</h3>
            <ul>
              {warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          </div>
        </section>
      )}
      {passages.length === 0 ? <p class="soft">{words.panel.noPassages}</p> : <Passages passages={passages} />}
    </div>
  );
}

function Passages({ passages }: { passages: readonly Passage[] }) {
  const words = documentsWords.value.panel;
  const [query, setQuery] = useState("");
  const [shown, setShown] = useState(PAGE_PASSAGES);
  const wanted = query.trim().toLocaleLowerCase();
  const found = passages.filter(({ text, headings }) =>
    `${headings.join("\n")}\n${text}`.toLocaleLowerCase().includes(wanted),
  );
  return (
    <section class="stack" aria-label={words.list}>
      <label class="field">
        <span>{words.filter}</span>
        <input
          class="input"
          type="search"
          placeholder={words.filterHint}
          autocomplete="off"
          spellcheck={false}
          value={query}
          onInput={({ currentTarget }) => {
            setQuery(currentTarget.value);
            setShown(PAGE_PASSAGES);
          }}
        />
      </label>
      <p class="faint small-text passage-count" role="status">
        {wanted !== "" && found.length > 0 && words.matching(found.length, passages.length)}
        {found.length === 0 && words.none}
      </p>
      <ol class="passages">
        {found.slice(0, shown).map(({ id, headings, page, text }) => (
          <li key={id} class="passage">
            <p class="row spread passage-head faint small-text">
              <span>{headings.join(" › ")}</span>
              {page !== undefined && <span class="badge">{words.page(page)}</span>}
            </p>
            <Markdown text={text} marked={query.trim()} />
          </li>
        ))}
      </ol>
      {found.length > shown && (
        <button type="button" class="button more" onClick={() => setShown(shown + PAGE_PASSAGES)}>
          {words.more(Math.min(PAGE_PASSAGES, found.length - shown))}
        </button>
      )}
    </section>
  );
}
