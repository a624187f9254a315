import { useState } from "preact/hooks";
import { readHealth, type HealthCheck } from "../../api/health.ts";
import { texts } from "../../state/locale.ts";
import { Loaded } from "../../ui/loaded.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { useResource } from "../../ui/use-resource.ts";
import { ChannelList } from "./channel-list.tsx";
import { CheckList } from "./check-list.tsx";
import { concernsOf } from "./concerns.ts";
import { IndexFigures, ServiceFigures } from "./health-figures.tsx";
import { OverallState } from "./overall-state.tsx";
import { UsageTable } from "./usage-table.tsx";
import { healthWords } from "./words.ts";

const EVERY_MS = 10_000;

/** How the service is, and what to do where something is amiss. */
export function HealthPage() {
  const words = healthWords.value;
  const [health, again] = useResource(readHealth, [], { everyMs: EVERY_MS });
  const [checks, setChecks] = useState<HealthCheck[]>();
  return (
    <div class="page health">
      <PageHead title={texts.value.pages.health} lead={words.lead} />
      <Loaded of={health} onRetry={again} lines={8}>
        {(known) => (
          <>
            {health.state === "failed" && <p class="notice quiet">{words.stale}</p>}
            <OverallState concerns={concernsOf(known, checks ?? [])} />
            <IndexFigures index={known.index} />
            <ServiceFigures health={known} now={Date.now()} />
            <div class="health-lists">
              <ChannelList channels={known.channels} />
              <UsageTable usage={known.usage} />
            </div>
            <CheckList checks={checks} onChecks={setChecks} />
          </>
        )}
      </Loaded>
    </div>
  );
}
