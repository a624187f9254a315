import type { LedgerStep } from "../../../core/store.ts";
import { locale, texts } from "../../state/locale.ts";
import { ledgerWords } from "./words.ts";

/** The steps one after another, each as long as it took. */
export function StepTimeline({ steps }: { steps: readonly LedgerStep[] }) {
  const words = ledgerWords.value.panel;
  const total = steps.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const starts = steps.map((_, index) => steps.slice(0, index).reduce((sum, { durationMs }) => sum + durationMs, 0));
  const percent = (durationMs: number): string => `${total === 0 ? 0 : (durationMs / total) * 100}%`;
  return (
    <section class="stack tight">
      <h3 class="row spread">
        {words.steps}
        <span class="faint small-text number">{words.total(durationText(total))}</span>
      </h3>
      <ol class="timeline">
        {steps.map((step, index) => (
          <li key={index}>
            <span>
              {words.stepNames[step.name] ?? step.name}
              {step.result !== undefined && (
                <span class="faint"> · {texts.value.reasons[step.result] ?? step.result}</span>
              )}
            </span>
            <span class="timeline-track" aria-hidden="true">
              <span
                class="timeline-bar"
                style={{ insetInlineStart: percent(starts[index] ?? 0), width: percent(step.durationMs) }}
              />
            </span>
            <span class="number">{durationText(step.durationMs)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function durationText(durationMs: number): string {
  const words = ledgerWords.value.panel;
  return durationMs < 1000 ? words.milliseconds(decimal(durationMs, 0)) : words.seconds(decimal(durationMs / 1000, 1));
}

function decimal(value: number, digits: number): string {
  return new Intl.NumberFormat(locale.value, { maximumFractionDigits: digits }).format(value);
}
