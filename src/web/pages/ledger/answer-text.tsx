import { useState } from "preact/hooks";
import type { LedgerEntry } from "../../api/ledger.ts";
import { texts } from "../../state/locale.ts";
import { Markdown } from "../../ui/markdown.tsx";
import { CitationPanel } from "../ask/citation-panel.tsx";
import { ledgerWords } from "./words.ts";

type Cited = NonNullable<LedgerEntry["citations"]>[number];

/** What was answered; its citations open the passage in the document. */
export function AnswerText({ answer, citations }: { answer: string; citations: Cited[] }) {
  const words = ledgerWords.value.panel;
  const [opened, setOpened] = useState<Cited>();
  return (
    <section class="stack tight">
      <h3>{words.answer}</h3>
      <div class="record-answer stack tight">
        <Markdown
          text={answer}
          citation={(n, key) => {
            const cited = citations.find((one) => one.n === n);
            if (cited === undefined) return `[${n}]`;
            return (
              <button key={key} type="button" class="cite" title={cited.source} onClick={() => setOpened(cited)}>
                [{n}]
              </button>
            );
          }}
        />
        {citations.length > 0 && (
          <div class="sources">
            <h4>{words.sources}</h4>
            <ol>
              {citations.map((cited) => (
                <li key={cited.n}>
                  <span class="faint number">{cited.n}</span>
                  <button type="button" class="source-link" onClick={() => setOpened(cited)}>
                    {cited.source}
                  </button>
                  {cited.page !== undefined && <span class="faint">{texts.value.ask.page(cited.page)}</span>}
                </li>
              ))}
            </ol>
          </div>
        )}
      </div>
      {opened !== undefined && <CitationPanel cited={opened} onClose={() => setOpened(undefined)} />}
    </section>
  );
}
