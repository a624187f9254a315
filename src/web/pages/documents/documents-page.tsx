import { useEffect, useRef, useState } from "preact/hooks";
import { readDocuments, saveDocument, type DocumentEntry } from "../../api/documents.ts";
import { texts } from "../../state/locale.ts";
import { hrefOf, route } from "../../state/route.ts";
import { faultText } from "../../ui/fault-text.ts";
import { Icon } from "../../ui/icon.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { useResource } from "../../ui/use-resource.ts";
import { DocumentList } from "./document-list.tsx";
import { DocumentPanel } from "./document-panel.tsx";
import { DropZone } from "./drop-zone.tsx";
import { nameOf } from "./list-view.ts";
import { ReindexProgress } from "./reindex-progress.tsx";
import { Removal } from "./removal.tsx";
import { UnreadFiles } from "./unread-files.tsx";
import { UploadList } from "./upload-list.tsx";
import { uploadsDone } from "./uploads.ts";
import { useReindex } from "./use-reindex.ts";
import { documentsWords } from "./words.ts";

/** What answers are drawn from: upload, look into, delete, read anew. */
export function DocumentsPage() {
  const words = documentsWords.value;
  const [list, again] = useResource(readDocuments, [uploadsDone.value]);
  const [reindex, startReindex] = useReindex(again);
  const [removing, setRemoving] = useState<DocumentEntry>();
  const [said, setSaid] = useState<{ text: string; isFault: boolean }>();
  const { page, detail } = route.value;
  const isReindexing = reindex.run?.state === "running";
  const isOpen = list.value !== undefined;

  function save(document: DocumentEntry): void {
    saveDocument(document).catch((error: unknown) => setSaid({ text: faultText(error, texts.value), isFault: true }));
  }

  return (
    <div class="page documents">
      <PageHead title={texts.value.pages.documents} lead={words.lead}>
        {isOpen && (
          <button type="button" class="button" disabled={isReindexing} onClick={() => void startReindex()}>
            {isReindexing ? <span class="spinner" /> : <Icon name="refresh" />}
            {isReindexing ? words.reindexing : words.reindex}
          </button>
        )}
      </PageHead>
      <Loaded of={list} onRetry={again} lines={8}>
        {({ documents, failed }) => (
          <>
            <DropZone />
            <UploadList />
            <ReindexProgress view={reindex} />
            <Said said={said} />
            <UnreadFiles files={failed} />
            {documents.length === 0 ? (
              <EmptyState icon="documents" title={words.emptyTitle}>
                <p>{words.emptyText}</p>
              </EmptyState>
            ) : (
              <DocumentList
                documents={documents}
                isBusy={list.state === "loading"}
                onSave={save}
                onRemove={setRemoving}
              />
            )}
          </>
        )}
      </Loaded>
      {page === "documents" && detail !== undefined && isOpen && (
        <DocumentPanel
          key={detail}
          id={detail}
          onRemove={setRemoving}
          onClose={() => location.replace(hrefOf("documents"))}
        />
      )}
      {removing !== undefined && (
        <Removal
          document={removing}
          onCancel={() => setRemoving(undefined)}
          onDone={(document) => {
            setRemoving(undefined);
            setSaid({ text: words.removed(nameOf(document)), isFault: false });
            if (route.value.detail === document.id) location.replace(hrefOf("documents"));
            again();
          }}
        />
      )}
    </div>
  );
}

function Said({ said }: { said: { text: string; isFault: boolean } | undefined }) {
  const place = useRef<HTMLDivElement>(null);
  // The row that had the focus may be gone.
  useEffect(() => {
    if (said !== undefined) place.current?.focus();
  }, [said]);
  return (
    <div ref={place} role="status" tabIndex={-1} class="said">
      {said !== undefined && (
        <p class={said.isFault ? "notice bad" : "notice good"}>
          <Icon name={said.isFault ? "warning" : "check"} />
          {said.text}
        </p>
      )}
    </div>
  );
}
