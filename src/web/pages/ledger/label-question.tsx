import { useState } from "preact/hooks";
import { labelEntry, OWN_LABEL, type LedgerEntry } from "../../api/ledger.ts";
import { texts } from "../../state/locale.ts";
import { faultText } from "../../ui/fault-text.ts";
import { Icon } from "../../ui/icon.tsx";
import { ledgerWords } from "./words.ts";

export interface LabelQuestionProps {
  entry: LedgerEntry;
  onLabel: (label: LedgerEntry["label"]) => void;
}

/** Was it right to speak, or to stay silent? Pressed again the opinion is taken back. */
export function LabelQuestion({ entry, onLabel }: LabelQuestionProps) {
  const words = ledgerWords.value.panel;
  const { id, outcome, text, label } = entry;
  const [isRunning, setRunning] = useState(false);
  const [said, setSaid] = useState<{ text: string; isFault: boolean }>();
  const isLost = text === null;
  const own = label?.source === OWN_LABEL ? label.right : undefined;

  async function choose(right: boolean): Promise<void> {
    if (isRunning) return;
    const next = own === right ? undefined : right;
    setRunning(true);
    try {
      await labelEntry(id, next);
      onLabel(next === undefined ? null : { right: next, source: OWN_LABEL });
      setSaid({ text: next === undefined ? words.tookBack : words.noted, isFault: false });
    } catch (error) {
      setSaid({ text: faultText(error, texts.value), isFault: true });
    } finally {
      setRunning(false);
    }
  }

  return (
    <section class="record-label stack tight" aria-label={words.question}>
      <h3>{words.question}</h3>
      <p class="soft small-text">{outcome === "answered" ? words.spoke : words.silent}</p>
      <div class="row">
        {[true, false].map((right) => (
          <button
            key={String(right)}
            type="button"
            class="button"
            aria-pressed={own === right}
            aria-disabled={isRunning}
            disabled={isLost && own === undefined}
            onClick={() => void choose(right)}
          >
            <Icon name={right ? "check" : "close"} />
            {right ? words.right : words.wrong}
          </button>
        ))}
        <span class={said?.isFault === true ? "small-text bad-text" : "small-text soft"} role="status">
          {said?.text}
        </span>
      </div>
      {label !== null && own === undefined && (
        <p class="soft small-text">{label.right ? words.memberRight : words.memberWrong}</p>
      )}
      <p class="faint small-text">{isLost ? words.noText : words.labelHint}</p>
    </section>
  );
}
