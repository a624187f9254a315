import { useEffect, useState } from "preact/hooks";
import { readGate, type GateDocument, type LineToLabel } from "../../api/gate.ts";
import { readFacets } from "../../api/ledger.ts";
import { texts } from "../../state/locale.ts";
import { hrefOf } from "../../state/route.ts";
import { Icon } from "../../ui/icon.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { useResource } from "../../ui/use-resource.ts";
import { GateFigures } from "./gate-figures.tsx";
import { LinesToLabel } from "./lines-to-label.tsx";
import { ThresholdTrial } from "./threshold-trial.tsx";
import { TuneForm } from "./tune-form.tsx";
import { gateWords } from "./words.ts";

/** After the last of several labels the service is asked what the lines look like now. */
const SETTLED_AFTER_MS = 1500;

/** The gate that holds, what another threshold would change, lines to label, and tuning. */
export function GatePage() {
  const words = gateWords.value;
  const [group, setGroup] = useState("");
  const [gate, again] = useResource((signal) => readGate(group, signal), [group]);
  const [facets] = useResource(readFacets, []);
  const groups = facets.value?.groups ?? [];
  return (
    <div class="page gate">
      <PageHead title={texts.value.pages.gate} lead={words.lead}>
        {groups.length > 0 && (
          <label class="field">
            <span>{words.group}</span>
            <select class="input" value={group} onChange={(event) => setGroup(event.currentTarget.value)}>
              <option value="">{words.allGroups}</option>
              {groups.map((place) => (
                <option key={`${place.channel}/${place.group}`} value={place.group}>
                  {place.name ?? place.group} · {place.channel}
                </option>
              ))}
            </select>
          </label>
        )}
      </PageHead>
      <Loaded of={gate} onRetry={again} lines={8}>
        {(known) => <Gate key={group} gate={known} group={group} onChange={again} />}
      </Loaded>
    </div>
  );
}

function Gate({ gate, group, onChange }: { gate: GateDocument; group: string; onChange: () => void }) {
  const [added, setAdded] = useState({ positive: 0, negative: 0, changes: 0 });
  // What was counted here meanwhile is in what the service says now.
  useEffect(() => setAdded({ positive: 0, negative: 0, changes: 0 }), [gate]);
  useEffect(() => {
    if (added.changes === 0) return undefined;
    const timer = setTimeout(onChange, SETTLED_AFTER_MS);
    return () => clearTimeout(timer);
  }, [added.changes]);

  function count(_: LineToLabel, shouldAnswer: boolean, by: 1 | -1): void {
    setAdded(({ positive, negative, changes }) => ({
      positive: positive + (shouldAnswer ? by : 0),
      negative: negative + (shouldAnswer ? 0 : by),
      changes: changes + 1,
    }));
  }

  const labels = {
    ...gate.labels,
    positive: gate.labels.positive + added.positive,
    negative: gate.labels.negative + added.negative,
  };
  return (
    <>
      <GateFigures gate={{ ...gate, labels }} />
      <Trial gate={gate} />
      <LinesToLabel lines={gate.to_label} onLabel={count} />
      <TuneForm group={group} onTuned={onChange} />
    </>
  );
}

/** Only where the lines say something: without labels of both kinds there is no precision or recall to draw. */
function Trial({ gate }: { gate: GateDocument }) {
  const words = gateWords.value;
  const positive = gate.lines.filter((line) => line.positive).length;
  if (gate.lines.length === 0) return <Beginning />;
  if (positive === 0 || positive === gate.lines.length) {
    return (
      <p class="notice">
        <Icon name="warning" />
        {words.oneSided(positive === 0 ? words.shouldAnswer : words.shouldStaySilent)}
      </p>
    );
  }
  return <ThresholdTrial gate={gate} />;
}

function Beginning() {
  const words = gateWords.value;
  return (
    <section class="card">
      <EmptyState icon="gate" title={words.startTitle}>
        <p>{words.startText}</p>
        <ul class="beginnings">
          <li>{words.startHere}</li>
          <li>{words.startLedger}</li>
          <li>
            {words.startFile} <code class="command">xianheng tune --labels lines.jsonl</code>
          </li>
        </ul>
        <a class="button" href={hrefOf("ledger")}>
          <Icon name="ledger" />
          {words.openLedger}
        </a>
      </EmptyState>
    </section>
  );
}
