import { useState } from "preact/hooks";
import type { DocumentEntry } from "../../api/documents.ts";
import { hrefOf } from "../../state/route.ts";
import { Icon } from "../../ui/icon.tsx";
import { Moment } from "../../ui/moment.tsx";
import { bytesText, numberText } from "../../ui/quantities.ts";
import { mediaTypeName } from "./media-types.ts";
import { listView, nameOf, placeOf, SORTS, visibleDocuments, type Sort } from "./list-view.ts";
import { documentsWords } from "./words.ts";

/** Rows drawn at first, and more with each press of the button. */
const PAGE_ROWS = 100;

export interface DocumentListProps {
  documents: readonly DocumentEntry[];
  isBusy: boolean;
  onSave: (document: DocumentEntry) => void;
  onRemove: (document: DocumentEntry) => void;
}

/** Every document that answers are drawn from. */
export function DocumentList({ documents, isBusy, onSave, onRemove }: DocumentListProps) {
  const words = documentsWords.value;
  const { query } = listView.value;
  const [rows, setRows] = useState(PAGE_ROWS);
  const found = visibleDocuments(documents, listView.value);
  const passages = documents.reduce((sum, { chunks }) => sum + chunks, 0);
  return (
    <div class="stack">
      <ListFilters />
      <p class="faint small-text" role="status">
        {query.trim() === "" ? words.total(documents.length, passages) : words.matching(found.length, documents.length)}
      </p>
      {found.length === 0 ? (
        <div class="state card">
          <p>{words.nothing}</p>
          <button type="button" class="button" onClick={() => (listView.value = { ...listView.value, query: "" })}>
            {words.clearSearch}
          </button>
        </div>
      ) : (
        <div class="card flush">
          <table class="table documents-table" aria-busy={isBusy}>
            <thead>
              <tr>
                <SortHead sort="name">{words.document}</SortHead>
                <th scope="col">{words.type}</th>
                <th scope="col" class="end">
                  {words.passages}
                </th>
                <th scope="col" class="end">
                  {words.pages}
                </th>
                <SortHead sort="size">{words.size}</SortHead>
                <SortHead sort="date">{words.changed}</SortHead>
                <th scope="col">{words.origin}</th>
                <th scope="col">
                  <span class="visually-hidden">{words.actions}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.slice(0, rows).map((one) => (
                <Row key={one.id} document={one} onSave={onSave} onRemove={onRemove} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.length > rows && (
        <button type="button" class="button more" onClick={() => setRows(rows + PAGE_ROWS)}>
          {words.more(Math.min(PAGE_ROWS, found.length - rows))}
        </button>
      )}
    </div>
  );
}

function ListFilters() {
  const words = documentsWords.value;
  const { query, sort } = listView.value;
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label class="field grow">
        <span>{words.search}</span>
        <input
          class="input"
          type="search"
          placeholder={words.searchHint}
          autocomplete="off"
          spellcheck={false}
          value={query}
          onInput={({ currentTarget }) => (listView.value = { ...listView.value, query: currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>{words.sortBy}</span>
        <select
          class="input"
          value={sort}
          onChange={({ currentTarget }) => chooseSort(SORTS.find((one) => one === currentTarget.value) ?? "name")}
        >
          {SORTS.map((one) => (
            <option key={one} value={one}>
              {words.sorts[one]}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}

function SortHead({ sort, children }: { sort: Sort; children: string }) {
  const isChosen = listView.value.sort === sort;
  return (
    <th
      scope="col"
      class={sort === "size" ? "end" : undefined}
      aria-sort={isChosen ? (listView.value.isReversed === (sort === "name") ? "descending" : "ascending") : undefined}
    >
      <button
        type="button"
        class="sort-button"
        title={documentsWords.value.sortByColumn(children)}
        onClick={() => chooseSort(sort)}
      >
        {children}
        {isChosen && <Icon name={listView.value.isReversed === (sort === "name") ? "descending" : "ascending"} />}
      </button>
    </th>
  );
}

/** Pressed again it is the other way round. */
function chooseSort(sort: Sort): void {
  const { sort: before, isReversed } = listView.value;
  listView.value = { ...listView.value, sort, isReversed: sort === before && !isReversed };
}

function Row({
  document,
  onSave,
  onRemove,
}: { document: DocumentEntry } & Pick<DocumentListProps, "onSave" | "onRemove">) {
  const words = documentsWords.value;
  const { id, mediaType, chunks, pages, bytes, modifiedAt, uploaded, warnings } = document;
  const place = placeOf(document);
  return (
    <tr class="document-row">
      <td class="wide document-name">
        <a class="document-link" href={hrefOf("documents", id)}>
          {nameOf(document)}
        </a>
        <span class="faint small-text document-source">{place}</span>
        {warnings.length > 0 && (
          <span class="badge quiet" title={warnings.join("\n")}>
            <Icon name="warning" />
            {words.warnings(warnings.length)}
          </span>
        )}
      </td>
      <td class="document-fact">{mediaTypeName(mediaType)}</td>
      <td class="document-fact end">
        {numberText(chunks)}
        <span class="unit">{words.passageUnit}</span>
      </td>
      <td class={pages === undefined ? "document-fact end none" : "document-fact end"}>
        {pages === undefined ? <span class="faint">–</span> : numberText(pages)}
        <span class="unit">{words.pageUnit}</span>
      </td>
      <td class="document-fact end">{bytesText(bytes)}</td>
      <td class="document-fact soft">
        <Moment at={modifiedAt} />
      </td>
      <td class="document-fact">
        <span class={uploaded ? "badge info" : "badge"}>{uploaded ? words.uploaded : words.corpus}</span>
      </td>
      <td class="document-actions">
        <button
          type="button"
          class="button plain small icon-only"
          aria-label={words.downloadOf(place)}
          title={words.download}
          onClick={() => onSave(document)}
        >
          <Icon name="download" />
        </button>
        <button
          type="button"
          class="button plain small icon-only"
          aria-label={words.removeOf(place)}
          title={words.remove}
          onClick={() => onRemove(document)}
        >
          <Icon name="trash" />
        </button>
      </td>
    </tr>
  );
}
