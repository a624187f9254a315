import type { ComponentChildren } from "preact";
import { texts } from "../state/locale.ts";
import { faultText } from "./fault-text.ts";
import { Icon, type IconName } from "./icon.tsx";

/** Where there is nothing yet: says so, and what to do. */
export function EmptyState({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** What could not be read, with a way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const words = texts.value;
  return (
    <div class="state" role="alert">
      <Icon name="warning" />
      <h2>{words.somethingFailed}</h2>
      <p>{faultText(error, words)}</p>
      {onRetry !== undefined && (
        <button type="button" class="button" onClick={onRetry}>
          <Icon name="refresh" />
          {words.tryAgain}
        </button>
      )}
    </div>
  );
}

const WIDTHS = ["92%", "76%", "84%", "60%", "88%", "70%"];

/** Holds the place of what is being read. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div class="stack" role="status">
      <span class="visually-hidden">{texts.value.loading}</span>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} class="skeleton" style={{ width: WIDTHS[index % WIDTHS.length] ?? "80%" }} />
      ))}
    </div>
  );
}
