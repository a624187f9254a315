import { useEffect, useRef, useState } from "preact/hooks";
import { setQuietHours } from "../../api/groups.ts";
import { texts } from "../../state/locale.ts";
import { Icon } from "../../ui/icon.tsx";
import type { ControlProps } from "./mute-control.tsx";
import { useGroupAction } from "./use-group-action.ts";
import { groupsWords } from "./words.ts";

interface Span {
  key: number;
  from: string;
  to: string;
}

/** When nothing is posted, day by day; what is asked meanwhile waits. */
export function QuietHoursEditor({
  group: { id, quiet_hours: hours, quiet_hours_from: from, timezone },
  onChange,
}: ControlProps) {
  const words = groupsWords.value;
  const [draft, setDraft] = useState<Span[]>();
  const { isRunning, said, run } = useGroupAction(onChange);
  const opener = useRef<HTMLButtonElement>(null);

  function close(): void {
    setDraft(undefined);
    // The button comes back with the next drawing.
    requestAnimationFrame(() => opener.current?.focus());
  }

  async function apply(spans: readonly string[] | undefined): Promise<void> {
    const isDone = await run(() => setQuietHours(id, spans), spans === undefined ? words.quietReset : words.quietSaved);
    if (isDone) close();
  }

  return (
    <section class="stack tight quiet-hours">
      <h3>{words.quietHours}</h3>
      {draft === undefined ? (
        <p class="row">
          {hours.length === 0 ? (
            <span class="soft">{words.quietNone}</span>
          ) : (
            hours.map((span) => (
              <span key={span} class="badge number">
                {span}
              </span>
            ))
          )}
          <button ref={opener} type="button" class="button small" onClick={() => setDraft(toSpans(hours))}>
            {words.quietEdit}
          </button>
        </p>
      ) : (
        <Form
          spans={draft}
          timezone={timezone}
          isOfFile={from === "file"}
          isRunning={isRunning}
          onDraft={setDraft}
          onCancel={close}
          onApply={(spans) => void apply(spans)}
        />
      )}
      <p class={said?.isFault === true ? "small-text bad-text" : "small-text soft"} role="status">
        {said?.text}
      </p>
    </section>
  );
}

interface FormProps {
  spans: Span[];
  timezone: string;
  /** Whether those of the configuration hold now. */
  isOfFile: boolean;
  isRunning: boolean;
  onDraft: (spans: Span[]) => void;
  onCancel: () => void;
  onApply: (spans: string[] | undefined) => void;
}

function Form({ spans, timezone, isOfFile, isRunning, onDraft, onCancel, onApply }: FormProps) {
  const words = groupsWords.value;
  const [isChecked, setChecked] = useState(false);
  const isInvalid = spans.some((span) => !isWhole(span));
  const form = useRef<HTMLFormElement>(null);
  const adder = useRef<HTMLButtonElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("input, button")?.focus(), []);
  const nextKey = Math.max(0, ...spans.map(({ key }) => key)) + 1;
  return (
    <form
      ref={form}
      class="stack tight"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setChecked(true);
        if (!isInvalid && !isRunning) onApply(spans.map(({ from, to }) => `${from}-${to}`));
      }}
    >
      <p class="small-text soft">{words.quietLead(timezone)}</p>
      {spans.map((span, index) => (
        <SpanFields
          key={span.key}
          span={span}
          label={words.spanLabel(index + 1)}
          isInvalid={isChecked && !isWhole(span)}
          onChange={(changed) => onDraft(spans.map((one) => (one.key === span.key ? changed : one)))}
          onRemove={() => {
            onDraft(spans.filter(({ key }) => key !== span.key));
            adder.current?.focus();
          }}
        />
      ))}
      {isChecked && isInvalid && (
        <p class="small-text bad-text" role="alert">
          {words.spanInvalid}
        </p>
      )}
      <div class="row">
        <button
          ref={adder}
          type="button"
          class="button small"
          onClick={() => onDraft([...spans, { key: nextKey, from: "22:00", to: "08:00" }])}
        >
          <Icon name="plus" />
          {words.addSpan}
        </button>
      </div>
      <div class="row">
        <button type="submit" class="button small primary" disabled={isRunning}>
          {isRunning && <span class="spinner" />}
          {isRunning ? words.saving : words.save}
        </button>
        <button type="button" class="button small" disabled={isRunning} onClick={onCancel}>
          {texts.value.cancel}
        </button>
        {!isOfFile && (
          <button type="button" class="button small plain" disabled={isRunning} onClick={() => onApply(undefined)}>
            {words.backToFile}
          </button>
        )}
      </div>
    </form>
  );
}

interface SpanFieldsProps {
  span: Span;
  label: string;
  isInvalid: boolean;
  onChange: (span: Span) => void;
  onRemove: () => void;
}

function SpanFields({ span, label, isInvalid, onChange, onRemove }: SpanFieldsProps) {
  const words = groupsWords.value;
  return (
    <div class="row span-fields" role="group" aria-label={label}>
      <TimeField
        label={words.spanFrom}
        value={span.from}
        isInvalid={isInvalid}
        onInput={(from) => onChange({ ...span, from })}
      />
      <TimeField
        label={words.spanTo}
        value={span.to}
        isInvalid={isInvalid}
        onInput={(to) => onChange({ ...span, to })}
      />
      <button
        type="button"
        class="button plain small icon-only"
        aria-label={words.removeSpan(`${span.from}-${span.to}`)}
        onClick={onRemove}
      >
        <Icon name="trash" />
      </button>
      {isWhole(span) && span.to < span.from && <span class="faint small-text">{words.nextDay}</span>}
    </div>
  );
}

interface TimeFieldProps {
  label: string;
  value: string;
  isInvalid: boolean;
  onInput: (value: string) => void;
}

function TimeField({ label, value, isInvalid, onInput }: TimeFieldProps) {
  return (
    <label class="row small-text soft">
      {label}
      <input
        class="input number"
        type="time"
        aria-invalid={isInvalid}
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </label>
  );
}

function isWhole({ from, to }: Span): boolean {
  return from !== "" && to !== "" && from !== to;
}

/** A field for times has no 24:00; the day's end is its beginning there. */
function toSpans(hours: readonly string[]): Span[] {
  return hours.map((span, key) => {
    const [from = "", to = ""] = span.split("-");
    return { key, from, to: to === "24:00" ? "00:00" : to };
  });
}
