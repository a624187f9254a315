import type { GateDocument } from "../../api/gate.ts";
import { locale } from "../../state/locale.ts";
import { Figure } from "../../ui/figure.tsx";
import { probabilityText } from "./figures-text.ts";
import { gateWords } from "./words.ts";

/** What holds now, and what it stands on. */
export function GateFigures({ gate: { kind, tunedAt, threshold, labels } }: { gate: GateDocument }) {
  const words = gateWords.value;
  const tunedOn =
    tunedAt === undefined
      ? undefined
      : words.tunedAt(new Intl.DateTimeFormat(locale.value, { dateStyle: "medium" }).format(tunedAt));
  return (
    <dl class="figures" aria-label={words.now}>
      <Figure name={words.gate} note={kind === "prior" ? words.priorNote : tunedOn}>
        {kind === "prior" ? words.prior : words.tuned}
      </Figure>
      <Figure name={words.threshold} note={words.thresholdNote}>
        {probabilityText(threshold)}
      </Figure>
      <Figure name={words.positive} note={words.labelled}>
        {labels.positive}
      </Figure>
      <Figure name={words.negative} note={words.labelled}>
        {labels.negative}
      </Figure>
      <Figure name={words.contradictory} note={words.contradictoryNote}>
        {labels.contradictory}
      </Figure>
      <Figure name={words.skipped} note={words.skippedNote}>
        {labels.skipped}
      </Figure>
    </dl>
  );
}
