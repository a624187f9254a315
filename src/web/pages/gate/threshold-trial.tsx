import { useEffect, useMemo, useState } from "preact/hooks";
import type { GateDocument } from "../../api/gate.ts";
import { Figure } from "../../ui/figure.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ChangedLines } from "./changed-lines.tsx";
import { percent, probabilityText } from "./figures-text.ts";
import { changedLines, measureLines } from "./line-measures.ts";
import { LineStrip } from "./line-strip.tsx";
import { PrecisionRecallPlot } from "./precision-recall-plot.tsx";
import { gateWords } from "./words.ts";

const STEP = 0.001;

/** Another threshold, tried in the browser on the lines that have a label of either kind. */
export function ThresholdTrial({ gate }: { gate: GateDocument }) {
  const words = gateWords.value;
  const { kind, lines, threshold: present, version, labels } = gate;
  const [chosen, setChosen] = useState(present);
  // A gate that was tuned meanwhile has its own.
  useEffect(() => setChosen(present), [present, version]);
  const changed = useMemo(() => changedLines(lines, chosen, present), [lines, chosen, present]);
  const count = changed.toAnswered.length + changed.toSilent.length;
  return (
    <section class="card stack">
      <div>
        <h2>{words.tryTitle}</h2>
        <p class="soft">{words.tryLead}</p>
      </div>
      {kind === "tuned" && (
        <p class="notice">
          <Icon name="warning" />
          {words.tunedOnThese}
        </p>
      )}
      <div class="trial">
        <PrecisionRecallPlot
          lines={lines}
          present={present}
          chosen={chosen}
          labels={labels.positive + labels.negative}
        />
        <TrialFigures lines={lines} present={present} chosen={chosen} />
      </div>
      <ThresholdSlider lines={lines} present={present} chosen={chosen} onChoose={setChosen} />
      <p class="trial-count" role="status">
        {count === 0 ? words.nothingChanges : words.changes(count)}
      </p>
      {count > 0 && (
        <div class="trial-changes">
          <ChangedLines title={words.toAnswered(changed.toAnswered.length)} lines={changed.toAnswered} speaks />
          <ChangedLines title={words.toSilent(changed.toSilent.length)} lines={changed.toSilent} speaks={false} />
        </div>
      )}
    </section>
  );
}

interface TrialProps {
  lines: GateDocument["lines"];
  present: number;
  chosen: number;
}

function TrialFigures({ lines, present, chosen }: TrialProps) {
  const words = gateWords.value;
  const [now, tried] = [measureLines(lines, present, present), measureLines(lines, chosen, present)];
  const positives = lines.filter(({ positive }) => positive).length;
  const share = (name: string, note: string, key: "precision" | "recall" | "f1") => (
    <Figure name={name} note={note} before={words.before(percent(now[key]))}>
      {percent(tried[key])}
    </Figure>
  );
  return (
    <dl class="figures trial-figures">
      {share(words.precision, words.precisionNote, "precision")}
      {share(words.recall, words.recallNote, "recall")}
      <Figure
        name={words.wrong}
        note={words.wrongNote(lines.length - positives)}
        before={words.before(String(now.wrong))}
      >
        {tried.wrong}
      </Figure>
      <Figure name={words.missed} note={words.missedNote(positives)} before={words.before(String(now.missed))}>
        {tried.missed}
      </Figure>
      {share(words.f1, words.f1Note, "f1")}
    </dl>
  );
}

function ThresholdSlider({ lines, present, chosen, onChoose }: TrialProps & { onChoose: (threshold: number) => void }) {
  const words = gateWords.value;
  const choose = (text: string): void => {
    const value = Number(text);
    if (text !== "" && value >= 0 && value <= 1) onChoose(value);
  };
  return (
    <div class="slider stack tight">
      <div class="slider-track">
        <LineStrip lines={lines} present={present} chosen={chosen} />
        <input
          type="range"
          min={0}
          max={1}
          step={STEP}
          value={chosen}
          aria-label={words.slider}
          aria-valuetext={probabilityText(chosen)}
          onInput={(event) => choose(event.currentTarget.value)}
        />
      </div>
      <p class="faint small-text">{words.strip}</p>
      <div class="row">
        <label class="row slider-number">
          <span class="soft small-text">{words.slider}</span>
          <input
            class="input number"
            type="number"
            min={0}
            max={1}
            step={STEP}
            inputMode="decimal"
            value={probabilityText(chosen)}
            onChange={(event) => choose(event.currentTarget.value)}
          />
        </label>
        <span class="soft small-text number">{words.presentMark(probabilityText(present))}</span>
        <button type="button" class="button small" disabled={chosen === present} onClick={() => onChoose(present)}>
          {words.back}
        </button>
      </div>
    </div>
  );
}
