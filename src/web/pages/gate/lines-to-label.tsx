import { useEffect, useRef, useState } from "preact/hooks";
import type { LineToLabel } from "../../api/gate.ts";
import { labelEntry } from "../../api/ledger.ts";
import { texts } from "../../state/locale.ts";
import { hrefOf } from "../../state/route.ts";
import { faultText } from "../../ui/fault-text.ts";
import { Icon } from "../../ui/icon.tsx";
import { Moment } from "../../ui/moment.tsx";
import { probabilityText } from "./figures-text.ts";
import { gateWords } from "./words.ts";

/** Lines in sight at once: it is work for a moment, not for a day. */
const SHOWN = 8;

export interface LinesToLabelProps {
  lines: readonly LineToLabel[];
  /** One more label, or one less where it is taken back. */
  onLabel: (line: LineToLabel, shouldAnswer: boolean, by: 1 | -1) => void;
}

interface Last {
  line: LineToLabel;
  shouldAnswer: boolean;
}

/** Lines whose label teaches the gate most; each leaves the list as soon as it is said what to do with it. */
export function LinesToLabel({ lines, onLabel }: LinesToLabelProps) {
  const words = gateWords.value;
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const [last, setLast] = useState<Last>();
  const [said, setSaid] = useState({ text: "", isFault: false });
  const [shown, setShown] = useState(SHOWN);
  const list = useRef<HTMLUListElement>(null);
  const focusNext = useRef<number | undefined>(undefined);
  const open = lines.filter(({ id }) => !done.has(id));

  useEffect(() => {
    if (focusNext.current === undefined) return;
    const rows = list.current?.querySelectorAll<HTMLButtonElement>("li button:first-of-type");
    rows?.[Math.min(focusNext.current, rows.length - 1)]?.focus();
    focusNext.current = undefined;
  });

  async function label(line: LineToLabel, shouldAnswer: boolean, index: number): Promise<void> {
    setDone((known) => new Set([...known, line.id]));
    onLabel(line, shouldAnswer, 1);
    setLast({ line, shouldAnswer });
    setSaid({ text: shouldAnswer ? words.notedAnswer : words.notedSilent, isFault: false });
    focusNext.current = index;
    try {
      await labelEntry(line.id, shouldAnswer === (line.outcome === "answered"));
    } catch (error) {
      putBack({ line, shouldAnswer });
      setSaid({ text: faultText(error, texts.value), isFault: true });
    }
  }

  async function takeBack(undone: Last): Promise<void> {
    try {
      await labelEntry(undone.line.id, undefined);
      putBack(undone);
      setSaid({ text: words.tookBack, isFault: false });
      focusNext.current = 0;
    } catch (error) {
      setSaid({ text: faultText(error, texts.value), isFault: true });
    }
  }

  function putBack({ line, shouldAnswer }: Last): void {
    setDone((known) => new Set([...known].filter((id) => id !== line.id)));
    onLabel(line, shouldAnswer, -1);
    setLast(undefined);
  }

  return (
    <section class="card stack" id="lines-to-label">
      <div class="label-head">
        <h2>{words.nextTitle}</h2>
        <p class="soft">{words.nextLead}</p>
        <div class="row label-said">
          <span class={said.isFault ? "bad-text" : "soft"} role="status">
            {said.text}
          </span>
          {last !== undefined && (
            <button type="button" class="button small" onClick={() => void takeBack(last)}>
              {words.takeBack}
            </button>
          )}
        </div>
      </div>
      {open.length === 0 ? (
        <p class="soft">{words.nextEmpty}</p>
      ) : (
        <ul class="to-label" ref={list}>
          {open.slice(0, shown).map((line, index) => (
            <Row key={line.id} line={line} onLabel={(shouldAnswer) => void label(line, shouldAnswer, index)} />
          ))}
        </ul>
      )}
      {open.length > shown && (
        <div>
          <button type="button" class="button small" onClick={() => setShown(shown + SHOWN)}>
            {words.showMore(Math.min(SHOWN, open.length - shown))}
          </button>
        </div>
      )}
    </section>
  );
}

function Row({ line, onLabel }: { line: LineToLabel; onLabel: (shouldAnswer: boolean) => void }) {
  const words = gateWords.value;
  const { id, text, probability, outcome, at } = line;
  const did = outcome === "answered" ? words.didAnswer : outcome === "failed" ? words.didFail : words.didStaySilent;
  return (
    <li>
      <div class="to-label-line">
        <p class="clamped">{text}</p>
        <p class="faint small-text">
          <a href={hrefOf("ledger", id)}>{did}</a> · <span class="number">{probabilityText(probability)}</span> ·{" "}
          <Moment at={at} />
        </p>
      </div>
      <div class="row to-label-actions">
        <button
          type="button"
          class="button small"
          aria-label={words.shouldAnswerLine(text)}
          onClick={() => onLabel(true)}
        >
          <Icon name="ask" />
          {words.shouldAnswer}
        </button>
        <button
          type="button"
          class="button small"
          aria-label={words.shouldStaySilentLine(text)}
          onClick={() => onLabel(false)}
        >
          <Icon name="quiet" />
          {words.shouldStaySilent}
        </button>
      </div>
    </li>
  );
}
