import { useState } from "preact/hooks";
import type { LabelledLine } from "../../api/gate.ts";
import { Icon } from "../../ui/icon.tsx";
import { probabilityText } from "./figures-text.ts";
import { gateWords } from "./words.ts";

export interface ChangedLinesProps {
  title: string;
  lines: readonly LabelledLine[];
  /** Whether they would be answered. */
  speaks: boolean;
}

/** Lines in sight until all are asked for. */
const SHOWN = 6;

/** Labelled lines that would change to one side; where the label says otherwise it is marked. */
export function ChangedLines({ title, lines, speaks }: ChangedLinesProps) {
  const words = gateWords.value;
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? lines : lines.slice(0, SHOWN);
  return (
    <section class="stack tight">
      <h3>{title}</h3>
      {lines.length === 0 && <p class="faint">{words.none}</p>}
      <ul class="changed">
        {shown.map(({ id, text, positive, probability }) => {
          const isRight = positive === speaks;
          return (
            <li key={id}>
              <span class={isRight ? "badge good" : "badge bad"}>
                <Icon name={isRight ? "check" : "close"} />
                {isRight ? words.isRight : words.isWrong}
              </span>
              <span class="changed-text">{text}</span>
              <span class="number faint small-text">{probabilityText(probability)}</span>
            </li>
          );
        })}
      </ul>
      {shown.length < lines.length && (
        <div>
          <button type="button" class="button small" onClick={() => setWhole(true)}>
            {words.showMore(lines.length - shown.length)}
          </button>
        </div>
      )}
    </section>
  );
}
