import { useEffect, useState } from "preact/hooks";
import { readGroups, type GroupEntry } from "../../api/groups.ts";
import { texts } from "../../state/locale.ts";
import { hrefOf } from "../../state/route.ts";
import { Loaded } from "../../ui/loaded.tsx";
import { PageHead } from "../../ui/page-head.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { useResource } from "../../ui/use-resource.ts";
import { GroupCard } from "./group-card.tsx";
import { groupsWords } from "./words.ts";

const EVERY_MS = 30_000;

const EXAMPLE = `[[channel]]
kind = "lark"
name = "hr"
app_id = "cli_…"
app_secret_env = "LARK_APP_SECRET"
mode = "websocket"`;

/** Every group that a message came from: posts against budget, mute, quiet hours. */
export function GroupsPage() {
  const words = groupsWords.value;
  const [groups, again] = useResource(readGroups, [], { everyMs: EVERY_MS });
  const [changed, setChanged] = useState<Record<string, GroupEntry>>({});
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (groups.state !== "ready") return;
    // What was read knows of every change before.
    setChanged({});
    setNow(Date.now());
  }, [groups]);
  return (
    <div class="page groups">
      <PageHead title={texts.value.pages.groups} lead={words.lead} />
      <Loaded of={groups} onRetry={again} lines={8}>
        {(known) =>
          known.length === 0 ? (
            <EmptyState icon="groups" title={words.emptyTitle}>
              <p>{words.emptyText}</p>
              <pre class="group-example" tabIndex={0}>
                {EXAMPLE}
              </pre>
              <p>{words.emptyHint}</p>
              <a class="button" href={hrefOf("health")}>
                {words.toHealth}
              </a>
            </EmptyState>
          ) : (
            <ul class="stack">
              {known.map((group) => (
                <GroupCard
                  key={group.id}
                  group={changed[group.id] ?? group}
                  now={now}
                  onChange={(next) => setChanged((all) => ({ ...all, [next.id]: next }))}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  );
}
