import { readFacets, type LedgerEntry, type LedgerFacets } from "../../api/ledger.ts";
import { texts } from "../../state/locale.ts";
import { hrefOf, route } from "../../state/route.ts";
import { Icon } from "../../ui/icon.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { useResource, type Resource } from "../../ui/use-resource.ts";
import { FilterBar } from "./filter-bar.tsx";
import { filters, hasFilters, NO_FILTERS } from "./filters.ts";
import { LedgerList } from "./ledger-list.tsx";
import { RecordPanel } from "./record-panel.tsx";
import { useLedger, type LedgerActions, type LedgerView } from "./use-ledger.ts";
import { ledgerWords } from "./words.ts";

const FACETS_EVERY_MS = 60_000;

/** What became of every message. */
export function LedgerPage() {
  const words = ledgerWords.value;
  const [view, actions] = useLedger(filters.value);
  const [facets, readFacetsAgain] = useResource(readFacets, [], { everyMs: FACETS_EVERY_MS });
  const { page, detail } = route.value;
  const groupName = (entry: LedgerEntry): string => placeName(entry, facets.value);
  return (
    <div class="page ledger">
      <PageHead title={texts.value.pages.ledger} lead={words.lead} />
      <Loaded
        of={toResource(view)}
        onRetry={() => {
          actions.readAgain();
          readFacetsAgain();
        }}
        lines={8}
      >
        {(known) => (
          <>
            {(known.records.length > 0 || hasFilters(filters.value)) && <FilterBar facets={facets.value} />}
            <Newer view={known} actions={actions} />
            {known.records.length === 0 ? (
              <Nothing />
            ) : (
              <>
                <LedgerList records={known.records} groupName={groupName} isBusy={known.state === "loading"} />
                <Older view={known} actions={actions} />
              </>
            )}
          </>
        )}
      </Loaded>
      {page === "ledger" && detail !== undefined && view.isRead && (
        <RecordPanel
          key={detail}
          id={detail}
          groupName={groupName}
          onLabel={(label) => actions.replace({ id: detail, label })}
          onClose={() => location.replace(hrefOf("ledger"))}
        />
      )}
    </div>
  );
}

function Newer({ view: { fresh, isStale }, actions }: { view: LedgerView; actions: LedgerActions }) {
  const words = ledgerWords.value;
  return (
    <div class="ledger-newer" aria-live="polite">
      {fresh.length > 0 && (
        <button
          type="button"
          class="button primary"
          onClick={() => {
            actions.showFresh();
            scrollTo({ top: 0 });
          }}
        >
          <Icon name="refresh" />
          {words.fresh(fresh.length)}
        </button>
      )}
      {isStale && <p class="notice quiet">{words.stale}</p>}
    </div>
  );
}

function Older({ view: { records, hasOlder, older }, actions }: { view: LedgerView; actions: LedgerActions }) {
  const words = ledgerWords.value;
  return (
    <div class="ledger-foot">
      <p class="faint small-text" role="status">
        {words.loaded(records.length)}
        {!hasOlder && ` · ${words.end}`}
      </p>
      {older === "failed" && (
        <p class="notice bad" role="alert">
          {texts.value.somethingFailed}
        </p>
      )}
      {hasOlder && (
        <button type="button" class="button" disabled={older === "loading"} onClick={actions.readOlder}>
          {older === "loading" && <span class="spinner" />}
          {older === "loading" ? words.olderLoading : words.older}
        </button>
      )}
    </div>
  );
}

function Nothing() {
  const words = ledgerWords.value;
  if (!hasFilters(filters.value)) {
    return (
      <EmptyState icon="ledger" title={words.emptyTitle}>
        <p>{words.emptyText}</p>
        <a class="button" href={hrefOf("ask")}>
          {words.emptyAsk}
        </a>
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="search" title={words.nothingTitle}>
      <p>{words.nothingText}</p>
      <button type="button" class="button" onClick={() => (filters.value = NO_FILTERS)}>
        {words.clear}
      </button>
    </EmptyState>
  );
}

function toResource(view: LedgerView): Resource<LedgerView> {
  switch (view.state) {
    case "ready":
      return { state: "ready", value: view };
    case "failed":
      return { state: "failed", error: view.error };
    case "loading":
      return { state: "loading", ...(view.isRead && { value: view }) };
  }
}

function placeName({ channel, group }: LedgerEntry, facets: LedgerFacets | undefined): string {
  const words = ledgerWords.value;
  if (group === undefined) return channel === "http" ? words.overHttp : words.direct;
  const known = facets?.groups.find((place) => place.channel === channel && place.group === group);
  return known?.name ?? group;
}
