import type { LedgerEntry } from "../../api/ledger.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { outcomeName, reasonName } from "./names.ts";

const LOOKS: Record<LedgerEntry["outcome"], { tone: string; icon?: IconName }> = {
  answered: { tone: "good", icon: "check" },
  declined: { tone: "quiet", icon: "quiet" },
  failed: { tone: "bad", icon: "warning" },
  joined: { tone: "" },
  heard: { tone: "" },
  recalled: { tone: "" },
  expired: { tone: "" },
  command: { tone: "info" },
};

/** How a message ended, and why, in words. */
export function OutcomeBadge({ entry: { outcome, reason } }: { entry: LedgerEntry }) {
  const { tone, icon } = LOOKS[outcome];
  const why = outcome === "declined" || outcome === "failed" ? reason : undefined;
  return (
    <span class="outcome">
      <span class={`badge ${tone}`}>
        {icon !== undefined && <Icon name={icon} />}
        {outcomeName(outcome)}
      </span>
      {why !== undefined && <span class="small-text soft">{reasonName(why)}</span>}
    </span>
  );
}
