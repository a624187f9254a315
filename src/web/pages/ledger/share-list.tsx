import type { ExplainedEntry } from "../../api/ledger.ts";
import { ledgerWords } from "./words.ts";

/** What spoke for an answer, to the right, and against one, to the left. */
export function ShareList({ shares }: { shares: ExplainedEntry["explanation"] }) {
  const words = ledgerWords.value.panel;
  const largest = Math.max(...shares.map(({ share }) => Math.abs(share)), Number.EPSILON);
  return (
    <section class="stack tight">
      <h3>{words.shares}</h3>
      <p class="shares-sides faint small-text" aria-hidden="true">
        <span>← {words.against}</span>
        <span>{words.forAnswer} →</span>
      </p>
      <ol class="shares">
        {shares.map(({ feature, words: text, share }) => {
          const half = `${(Math.abs(share) / largest) * 50}%`;
          return (
            <li key={feature}>
              <span>{text}</span>
              <span class="shares-track" aria-hidden="true">
                <span
                  class={share > 0 ? "shares-bar for" : "shares-bar against"}
                  style={{ width: half, insetInlineStart: share > 0 ? "50%" : `calc(50% - ${half})` }}
                />
              </span>
              <span class="number">
                {share > 0 ? "+" : "−"}
                {Math.abs(share).toFixed(1)}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
