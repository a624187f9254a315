import { useEffect, useRef, useState } from "preact/hooks";
import type { CitedPassage } from "../../api/ask.ts";
import { texts } from "../../state/locale.ts";
import { Icon } from "../../ui/icon.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { CitationPanel } from "./citation-panel.tsx";
import { Composer } from "./composer.tsx";
import { exchanges, startAnew } from "./conversation.ts";
import { ExchangeView } from "./exchange-view.tsx";

/** A conversation with the documents. */
export function AskPage() {
  const words = texts.value.ask;
  const [cited, setCited] = useState<CitedPassage>();
  const known = exchanges.value;
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (known.length > 0) end.current?.scrollIntoView({ block: "end" });
  }, [known.length, known.at(-1)?.state]);
  return (
    <div class="page ask">
      <PageHead title={words.title} lead={words.lead}>
        {known.length > 0 && (
          <button type="button" class="button" onClick={startAnew}>
            <Icon name="plus" />
            {words.fresh}
          </button>
        )}
      </PageHead>
      {known.length === 0 ? (
        <EmptyState icon="ask" title={words.emptyTitle}>
          <p>{words.emptyText}</p>
        </EmptyState>
      ) : (
        <ol class="exchanges">
          {known.map((exchange) => (
            <ExchangeView key={exchange.key} exchange={exchange} onCite={setCited} />
          ))}
        </ol>
      )}
      <div ref={end} class="end-mark" />
      <Composer isRunning={known.some(({ state }) => state === "running")} />
      {cited !== undefined && <CitationPanel cited={cited} onClose={() => setCited(undefined)} />}
    </div>
  );
}
