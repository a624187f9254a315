export interface ScoreBarProps {
  label: string;
  /** 0 to 1. */
  value: number;
  /** Drawn as a line; at or above it the bar is green, below it amber. */
  threshold?: number | undefined;
}

/** A probability with its threshold. */
export function ScoreBar({ label, value, threshold }: ScoreBarProps) {
  return (
    <div class="score">
      <span>{label}</span>
      <svg aria-hidden="true">
        <rect class="track" width="100%" height="100%" rx="5" />
        <rect
          class={threshold === undefined ? "value" : value >= threshold ? "value over" : "value under"}
          width={percent(value)}
          height="100%"
          rx="5"
        />
        {threshold !== undefined && (
          <line class="mark" x1={percent(threshold)} x2={percent(threshold)} y1="-3" y2="13" />
        )}
      </svg>
      <span class="number">{value.toFixed(2)}</span>
    </div>
  );
}

function percent(share: number): string {
  return `${Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10}%`;
}
