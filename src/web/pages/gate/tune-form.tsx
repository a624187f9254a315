import { useState } from "preact/hooks";
import { tuneGate, type TuneReport } from "../../api/gate.ts";
import { ApiFault } from "../../api/request.ts";
import { texts } from "../../state/locale.ts";
import { faultText } from "../../ui/fault-text.ts";
import { Icon } from "../../ui/icon.tsx";
import { probabilityText } from "./figures-text.ts";
import { TuneReportView } from "./tune-report.tsx";
import { gateWords } from "./words.ts";

type Tuning =
  | { state: "idle" | "running" }
  | { state: "done"; report: TuneReport }
  | { state: "too-few" | "failed"; reason: string };

/** Fits the gate to the labels and shows how good it became, or why that cannot be done yet. */
export function TuneForm({ group, onTuned }: { group: string; onTuned: () => void }) {
  const words = gateWords.value;
  const [typed, setTyped] = useState("");
  const [tuning, setTuning] = useState<Tuning>({ state: "idle" });
  const isRunning = tuning.state === "running";
  const maxWrong = typed.trim() === "" ? undefined : Number(typed.replace(",", ".")) / 100;
  const isInvalid = maxWrong !== undefined && !(maxWrong > 0 && maxWrong < 1);

  async function tune(): Promise<void> {
    if (isRunning || isInvalid) return;
    setTuning({ state: "running" });
    try {
      setTuning({ state: "done", report: await tuneGate({ group, maxWrong }) });
      onTuned();
    } catch (error) {
      const isTooFew = error instanceof ApiFault && error.status === 422;
      setTuning({ state: isTooFew ? "too-few" : "failed", reason: faultText(error, texts.value) });
    }
  }

  return (
    <section class="card stack">
      <div>
        <h2>{words.tuneTitle}</h2>
        <p class="soft">{group === "" ? words.tuneLead : words.tuneLeadGroup}</p>
      </div>
      <form
        class="stack tune-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void tune();
        }}
      >
        <div class="field">
          <label for="max-wrong">{words.maxWrong}</label>
          <span class="row tune-percent">
            <input
              id="max-wrong"
              class="input number"
              inputMode="decimal"
              autocomplete="off"
              aria-describedby="max-wrong-hint"
              aria-invalid={isInvalid}
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
            %
          </span>
          <p id="max-wrong-hint" class={isInvalid ? "small-text bad-text" : "small-text faint"}>
            {isInvalid ? words.maxWrongInvalid : words.maxWrongHint}
          </p>
        </div>
        <div>
          <button type="submit" class="button primary" disabled={isRunning || isInvalid}>
            {isRunning && <span class="spinner" />}
            {isRunning ? words.tuning : words.tune}
          </button>
        </div>
      </form>
      <div class="stack" aria-live="polite">
        {(tuning.state === "too-few" || tuning.state === "failed") && (
          <p class={tuning.state === "failed" ? "notice bad" : "notice quiet"}>
            <Icon name="warning" />
            <span>
              <strong>{tuning.state === "failed" ? texts.value.somethingFailed : words.tooFew}</strong>: {tuning.reason}
            </span>
          </p>
        )}
        {tuning.state === "done" && (
          <>
            <p class="notice good">
              <Icon name="check" />
              {words.tunedDone(probabilityText(tuning.report.threshold))}
            </p>
            <TuneReportView report={tuning.report} />
          </>
        )}
      </div>
    </section>
  );
}
