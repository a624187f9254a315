import { useState } from "preact/hooks";
import { runHealthChecks, type HealthCheck } from "../../api/health.ts";
import { locale, texts } from "../../state/locale.ts";
import { faultText } from "../../ui/fault-text.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { healthWords } from "./words.ts";

const LOOKS: Record<HealthCheck["status"], { tone: string; icon: IconName }> = {
  ok: { tone: "good", icon: "check" },
  warning: { tone: "quiet", icon: "warning" },
  failed: { tone: "bad", icon: "close" },
  skipped: { tone: "", icon: "skipped" },
};

/** What wants something done comes first. */
const ORDER: readonly HealthCheck["status"][] = ["failed", "warning", "ok", "skipped"];

export interface CheckListProps {
  checks: readonly HealthCheck[] | undefined;
  onChecks: (checks: HealthCheck[]) => void;
}

/** Runs what `xianheng doctor` runs, and shows what it says. */
export function CheckList({ checks, onChecks }: CheckListProps) {
  const words = healthWords.value;
  const [isRunning, setRunning] = useState(false);
  const [fault, setFault] = useState("");

  async function run(): Promise<void> {
    if (isRunning) return;
    setRunning(true);
    setFault("");
    try {
      onChecks(await runHealthChecks(locale.value));
    } catch (error) {
      setFault(faultText(error, texts.value));
    } finally {
      setRunning(false);
    }
  }

  return (
    <section class="card flush checks">
      <header class="row spread list-head">
        <div class="checks-words">
          <h2>{words.checks}</h2>
          <p class="soft small-text">{words.checksLead}</p>
        </div>
        <button type="button" class="button primary" aria-disabled={isRunning} onClick={() => void run()}>
          {isRunning && <span class="spinner" />}
          {isRunning ? words.running : checks === undefined ? words.run : words.runAgain}
        </button>
      </header>
      <div role="status">
        {fault !== "" && (
          <p class="notice bad checks-fault">
            <Icon name="warning" />
            {fault}
          </p>
        )}
        {checks !== undefined && (
          <p class="soft small-text checks-sum">
            {words.checksDone(checks.filter(({ status }) => status === "ok").length, checks.length)}
          </p>
        )}
      </div>
      {checks !== undefined && (
        <ul class={isRunning ? "check-list stale" : "check-list"}>
          {checks.toSorted(byUrgency).map((check, index) => (
            <Check key={index} check={check} />
          ))}
        </ul>
      )}
    </section>
  );
}

function byUrgency(a: HealthCheck, b: HealthCheck): number {
  return ORDER.indexOf(a.status) - ORDER.indexOf(b.status);
}

function Check({ check: { check, name, status, detail, remedy } }: { check: HealthCheck }) {
  const words = healthWords.value;
  const { tone, icon } = LOOKS[status];
  return (
    <li class="check">
      <span class={`badge ${tone}`}>
        <Icon name={icon} />
        {words.statuses[status]}
      </span>
      <div>
        <p>
          <strong>{name ?? check}</strong>: {detail}
        </p>
        {remedy !== "" && status !== "ok" && (
          <p class="soft small-text">
            <strong>{words.remedy}</strong> {remedy}
          </p>
        )}
      </div>
    </li>
  );
}
