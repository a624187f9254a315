import { useEffect, useRef, useState } from "preact/hooks";
import type { CitedPassage } from "../../api/ask.ts";
import { ApiFault } from "../../api/request.ts";
import { readSource, saveSource, type Passage, type SourceDocument } from "../../api/sources.ts";
import { texts } from "../../state/locale.ts";
import { faultText } from "../../ui/fault-text.ts";
import { Icon } from "../../ui/icon.tsx";
import { Markdown } from "../../ui/markdown.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { ErrorState, Skeleton } from "../../ui/states.tsx";
import { useResource } from "../../ui/use-resource.ts";

/** Passages shown before and after the one that is cited. */
const AROUND = 3;

/** What a citation quotes, and the passage in its document. */
export function CitationPanel({ cited, onClose }: { cited: CitedPassage; onClose: () => void }) {
  const words = texts.value.source;
  const { source, title, headings, page, quote } = cited;
  const [document, again] = useResource((signal) => readSource(source, signal), [source]);
  const [fault, setFault] = useState("");
  const isGone = document.state === "failed" && document.error instanceof ApiFault && document.error.status === 404;
  return (
    <SidePanel title={title === "" ? words.title : title} onClose={onClose}>
      <div class="stack">
        <div>
          <p class="row spread">
            <code class="soft">{source}</code>
            {page !== undefined && <span class="badge">{words.page(page)}</span>}
          </p>
          {headings.length > 0 && <p class="faint small-text">{headings.join(" › ")}</p>}
        </div>
        <figure class="quote">
          <figcaption>{words.quote}</figcaption>
          <blockquote>{quote}</blockquote>
        </figure>
        <section class="stack">
          <h3 class="row spread">
            {words.inDocument}
            <button
              type="button"
              class="button small"
              disabled={isGone}
              onClick={() => {
                saveSource(source).catch((error: unknown) => setFault(faultText(error, texts.value)));
              }}
            >
              <Icon name="download" />
              {words.download}
            </button>
          </h3>
          {fault !== "" && (
            <p class="notice bad" role="alert">
              {fault}
            </p>
          )}
          {isGone && <p class="soft">{words.gone}</p>}
          {document.value !== undefined && <Surroundings document={document.value} cited={cited} />}
          {document.state === "loading" && document.value === undefined && <Skeleton />}
          {document.state === "failed" && !isGone && <ErrorState error={document.error} onRetry={again} />}
        </section>
      </div>
    </SidePanel>
  );
}

function Surroundings({ document: { passages }, cited }: { document: SourceDocument; cited: CitedPassage }) {
  const found = citedIndex(passages, cited);
  const own = useRef<HTMLLIElement>(null);
  useEffect(() => own.current?.scrollIntoView({ block: "center" }), [cited]);
  const first = Math.max(0, found - AROUND);
  return (
    <ol class="passages">
      {passages.slice(first, found + AROUND + 1).map((passage, index) => {
        const isCited = first + index === found;
        return (
          <li key={passage.id} ref={isCited ? own : null} class={isCited ? "passage cited" : "passage"}>
            {passage.page !== undefined && (
              <span class="faint small-text">{texts.value.source.page(passage.page)}</span>
            )}
            <Markdown text={passage.text} marked={isCited ? cited.quote : undefined} />
          </li>
        );
      })}
    </ol>
  );
}

/** The passage that holds the quote; one of the same headings or page where the text was cut otherwise since. */
function citedIndex(passages: readonly Passage[], { quote, headings, page }: CitedPassage): number {
  const quoting = passages.findIndex(({ text }) => text.includes(quote));
  if (quoting >= 0) return quoting;
  const path = headings.join("\n");
  const under = passages.findIndex((one) => one.headings.join("\n") === path && one.page === page);
  return Math.max(0, under);
}
