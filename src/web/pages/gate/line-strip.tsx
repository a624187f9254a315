import { useMemo } from "preact/hooks";
import type { LabelledLine } from "../../api/gate.ts";
import { gateWords } from "./words.ts";

export interface LineStripProps {
  lines: readonly LabelledLine[];
  present: number;
  chosen: number;
}

/** The labelled lines along the slider: those to answer in the upper row, those to leave alone in the lower. */
export function LineStrip({ lines, present, chosen }: LineStripProps) {
  // There may be thousands, and the slider moves fast.
  const marks = useMemo(() => lines.map(markOf), [lines]);
  return (
    <svg class="strip" role="img" aria-label={gateWords.value.strip}>
      <rect class="strip-answered" x={share(chosen)} y="0" width={share(1 - chosen)} height="40" />
      {marks}
      <line class="strip-present" x1={share(present)} x2={share(present)} y1="0" y2="40" />
      <line class="strip-chosen" x1={share(chosen)} x2={share(chosen)} y1="0" y2="40" />
    </svg>
  );
}

function markOf({ id, positive, probability }: LabelledLine) {
  return (
    <line
      key={id}
      class={positive ? "strip-line to-answer" : "strip-line to-leave"}
      x1={share(probability)}
      x2={share(probability)}
      y1={positive ? 3 : 22}
      y2={positive ? 18 : 37}
    />
  );
}

function share(value: number): string {
  return `${Math.min(1, Math.max(0, value)) * 100}%`;
}
