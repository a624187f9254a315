export interface MeterProps {
  label: string;
  value: number;
  max: number;
  /** The same in words, such as "3 of 12". */
  text: string;
}

/** How much of something is used; full when the value is at its greatest. */
export function Meter({ label, value, max, text }: MeterProps) {
  const share = max <= 0 ? 1 : Math.min(1, Math.max(0, value / max));
  return (
    <div class="meter">
      <div class="row spread small-text">
        <span class="soft">{label}</span>
        <span class="number">{text}</span>
      </div>
      <div
        class="meter-track"
        role="meter"
        aria-label={label}
        aria-valuenow={value}
        aria-valuemin={0}
        aria-valuemax={Math.max(value, max)}
        aria-valuetext={text}
      >
        <div class={share >= 1 ? "meter-value full" : "meter-value"} style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}
