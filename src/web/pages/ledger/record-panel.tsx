import { useEffect, useState } from "preact/hooks";
import { readEntry, type ExplainedEntry, type LedgerEntry } from "../../api/ledger.ts";
import { ApiFault } from "../../api/request.ts";
import { locale } from "../../state/locale.ts";
import { hrefOf } from "../../state/route.ts";
import { exactTime } from "../../ui/moment.tsx";
import { ScoreBar } from "../../ui/score-bar.tsx";
import { SidePanel } from "../../ui/side-panel.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states.tsx";
import { useResource } from "../../ui/use-resource.ts";
import { AnswerText } from "./answer-text.tsx";
import { LabelQuestion } from "./label-question.tsx";
import { OutcomeBadge } from "./outcome-badge.tsx";
import { ShareList } from "./share-list.tsx";
import { StepTimeline } from "./step-timeline.tsx";
import { ledgerWords } from "./words.ts";

export interface RecordPanelProps {
  id: string;
  groupName: (entry: LedgerEntry) => string;
  onLabel: (label: LedgerEntry["label"]) => void;
  onClose: () => void;
}

/** All that is known of a message and of the decision. */
export function RecordPanel({ id, groupName, onLabel, onClose }: RecordPanelProps) {
  const words = ledgerWords.value.panel;
  const [entry, again] = useResource((signal) => readEntry(id, locale.value, signal), [id, locale.value]);
  const isGone = entry.state === "failed" && entry.error instanceof ApiFault && entry.error.status === 404;
  return (
    <SidePanel title={words.title} onClose={onClose}>
      {entry.value !== undefined && (
        <Entry
          entry={entry.value}
          groupName={groupName}
          onLabel={(label) => {
            onLabel(label);
            // Below an opinion that is taken back there may be a member's.
            if (label === null) again();
          }}
        />
      )}
      {entry.value === undefined && entry.state === "loading" && <Skeleton lines={8} />}
      {isGone && <EmptyState icon="ledger" title={words.gone} />}
      {entry.state === "failed" && !isGone && <ErrorState error={entry.error} onRetry={again} />}
    </SidePanel>
  );
}

function Entry({
  entry,
  groupName,
  onLabel,
}: { entry: ExplainedEntry } & Pick<RecordPanelProps, "groupName" | "onLabel">) {
  const words = ledgerWords.value;
  const { at, channel, senderId, text, scores, leadId, mentioned, explanation, steps, answer, citations } = entry;
  const [label, setLabel] = useState(entry.label);
  useEffect(() => setLabel(entry.label), [entry]);
  return (
    <div class="stack record">
      <header class="stack tight">
        <blockquote class="record-text">{text === null ? <em class="faint">{words.deleted}</em> : text}</blockquote>
        <p class="faint small-text">
          {[exactTime(at), groupName(entry), channel, words.panel.sender(senderId)].join(" · ")}
          {mentioned && channel !== "http" && ` · ${words.mentioned}`}
        </p>
        <OutcomeBadge entry={entry} />
        {leadId !== undefined && <a href={hrefOf("ledger", leadId)}>{words.panel.lead}</a>}
      </header>
      {isDecision(entry) && (
        <LabelQuestion
          entry={{ ...entry, label }}
          onLabel={(next) => {
            setLabel(next);
            onLabel(next);
          }}
        />
      )}
      {answer !== undefined && answer !== "" && <AnswerText answer={answer} citations={citations ?? []} />}
      <Scores scores={scores} />
      <Why lines={entry.why} />
      {explanation.length > 0 && <ShareList shares={explanation} />}
      {steps.length > 0 && <StepTimeline steps={steps} />}
      <Spent entry={entry} />
    </div>
  );
}

function Scores({ scores }: Pick<LedgerEntry, "scores">) {
  const words = ledgerWords.value.panel;
  return (
    <section class="stack tight">
      <h3>{words.scores}</h3>
      {scores === null ? (
        <p class="soft">{words.noScores}</p>
      ) : (
        <>
          <div class="scores">
            <ScoreBar label={words.questionScore} value={scores.question} />
            <ScoreBar label={words.answerableScore} value={scores.answerable} threshold={scores.threshold} />
          </div>
          <p class="small-text soft">
            {words.meaning(
              scores.answerable.toFixed(2),
              scores.threshold.toFixed(2),
              scores.answerable >= scores.threshold,
            )}
          </p>
        </>
      )}
    </section>
  );
}

/** What the service says of it. Its steps have their own place. */
function Why({ lines }: { lines: readonly string[] }) {
  return (
    <section class="stack tight">
      <h3>{ledgerWords.value.panel.why}</h3>
      <ul class="record-why">
        {lines
          .filter((line) => !line.startsWith("- "))
          .map((line) => (
            <li key={line}>{line}</li>
          ))}
      </ul>
    </section>
  );
}

function Spent({ entry: { model, tokens } }: { entry: LedgerEntry }) {
  const words = ledgerWords.value.panel;
  if (model === undefined && tokens === undefined) return undefined;
  const count = new Intl.NumberFormat(locale.value);
  return (
    <dl class="record-facts">
      {model !== undefined && (
        <div>
          <dt>{words.model}</dt>
          <dd>{model}</dd>
        </div>
      )}
      <div>
        <dt>{words.tokens}</dt>
        <dd class="number">
          {tokens === undefined || tokens.total === 0
            ? words.noTokens
            : words.tokenCount(count.format(tokens.prompt), count.format(tokens.completion))}
        </dd>
      </div>
    </dl>
  );
}

/** Only where we chose to speak or not there is something to be right about. */
function isDecision({ outcome }: LedgerEntry): boolean {
  return outcome === "answered" || outcome === "declined";
}
