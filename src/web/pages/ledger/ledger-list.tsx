import type { LedgerEntry } from "../../api/ledger.ts";
import { hrefOf } from "../../state/route.ts";
import { Icon } from "../../ui/icon.tsx";
import { Moment } from "../../ui/moment.tsx";
import { ScoreBar } from "../../ui/score-bar.tsx";
import { OutcomeBadge } from "./outcome-badge.tsx";
import { ledgerWords } from "./words.ts";

export interface LedgerListProps {
  records: LedgerEntry[];
  /** What a group is called where its platform told us. */
  groupName: (entry: LedgerEntry) => string;
  isBusy: boolean;
}

/** A message a row; the whole row opens it. */
export function LedgerList({ records, groupName, isBusy }: LedgerListProps) {
  const words = ledgerWords.value;
  return (
    <div class="card flush">
      <table class="table ledger-table" aria-busy={isBusy}>
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col">{words.group}</th>
            <th scope="col">{words.message}</th>
            <th scope="col">{words.outcome}</th>
            <th scope="col">{words.scores}</th>
          </tr>
        </thead>
        <tbody>
          {records.map((entry) => (
            <Row key={entry.id} entry={entry} groupName={groupName(entry)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ entry, groupName }: { entry: LedgerEntry; groupName: string }) {
  const words = ledgerWords.value;
  const { id, at, channel, text, mentioned, scores } = entry;
  return (
    <tr class="ledger-row">
      <td class="ledger-time small-text soft">
        <Moment at={at} />
      </td>
      <td class="ledger-place small-text">
        <span title={entry.group}>{groupName}</span>
        <span class="faint">
          {channel}
          {mentioned && channel !== "http" && ` · ${words.mentioned}`}
        </span>
      </td>
      <td class="wide ledger-message">
        <a class="ledger-link" href={hrefOf("ledger", id)}>
          {text === null ? <em class="faint">{words.deleted}</em> : text}
        </a>
      </td>
      <td class="ledger-outcome">
        <OutcomeBadge entry={entry} />
        <LabelMark entry={entry} />
      </td>
      <td class="ledger-scores">
        {scores !== null && <ScoreBar label={words.scores} value={scores.answerable} threshold={scores.threshold} />}
      </td>
    </tr>
  );
}

function LabelMark({ entry: { label } }: { entry: LedgerEntry }) {
  const words = ledgerWords.value;
  if (label === null) return undefined;
  return (
    <span class="row small-text soft label-mark">
      <Icon name={label.right ? "check" : "close"} />
      {label.right ? words.markedRight : words.markedWrong}
    </span>
  );
}
