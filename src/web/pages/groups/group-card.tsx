import type { GroupEntry } from "../../api/groups.ts";
import { locale } from "../../state/locale.ts";
import { Figure } from "../../ui/figure.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Meter } from "../../ui/meter.tsx";
import { Moment } from "../../ui/moment.tsx";
import { numberText, percentText } from "../../ui/quantities.ts";
import { MuteControl, type ControlProps } from "./mute-control.tsx";
import { PostsPlot } from "./posts-plot.tsx";
import { QuietHoursEditor } from "./quiet-hours-editor.tsx";
import { groupsWords } from "./words.ts";

/** A mute longer than this has no end that anybody waits for. */
const FOREVER_MS = 365 * 86_400_000;
const DAY_MS = 86_400_000;

/** All of one group: what was said, what may be said, and silence. */
export function GroupCard({ group, now, onChange }: ControlProps & { now: number }) {
  const words = groupsWords.value;
  const { id, posts, budget, timeline, last_message_at: lastAt } = group;
  return (
    <li class="card group-card" aria-labelledby={`group-${id}`}>
      <header class="group-head">
        <div>
          <h2 id={`group-${id}`}>{group.name ?? group.group}</h2>
          <p class="faint small-text">
            {group.channel} · {group.kind}
            {group.name !== undefined && (
              <>
                {" · "}
                <code>{group.group}</code>
              </>
            )}
          </p>
        </div>
        <Badges group={group} now={now} />
      </header>
      <dl class="figures">
        <Figure name={words.messages} note={words.day}>
          {numberText(group.messages_24h)}
        </Figure>
        <Figure name={words.answered} note={words.day}>
          {numberText(group.answered_24h)}
        </Figure>
        <Figure name={words.declined} note={words.day}>
          {numberText(group.declined_24h)}
        </Figure>
        <div class="figure">
          <dt>{words.lastMessage}</dt>
          <dd class="last-message">
            {lastAt === undefined ? <span class="faint">{words.never}</span> : <Moment at={lastAt} />}
          </dd>
        </div>
      </dl>
      <div class="group-posts">
        <section class="group-plot" aria-label={words.plotTitle}>
          <h3>{words.plotTitle}</h3>
          <PostsPlot posts={timeline} perHour={budget.per_hour} now={now} />
        </section>
        <section class="stack group-budget">
          <Meter
            label={words.postsHour}
            value={posts.last_hour}
            max={budget.per_hour}
            text={budgetText(posts.last_hour, budget.per_hour)}
          />
          <Meter
            label={words.postsDay}
            value={posts.last_day}
            max={budget.per_day}
            text={budgetText(posts.last_day, budget.per_day)}
          />
          <p class="small-text soft">{words.rules(words.seconds(budget.min_gap_s), percentText(budget.max_share))}</p>
          <MuteControl group={group} onChange={onChange} />
          <QuietHoursEditor group={group} onChange={onChange} />
        </section>
      </div>
    </li>
  );
}

function Badges({ group, now }: { group: GroupEntry; now: number }) {
  const words = groupsWords.value;
  const { muted_until: mutedUntil = 0 } = group;
  const listens = group.listens && group.unasked;
  return (
    <p class="row group-badges">
      {mutedUntil > now && (
        <span class="badge bad">
          <Icon name="quiet" />
          {mutedUntil > now + FOREVER_MS ? words.mutedForever : words.muted(untilText(mutedUntil, now))}
        </span>
      )}
      {group.quiet_now && (
        <span class="badge quiet">
          <Icon name="clock" />
          {words.quietNow}
        </span>
      )}
      <span class={listens ? "badge good" : "badge"} title={listens ? words.listeningHint : words.mentionsOnlyHint}>
        {listens && <Icon name="check" />}
        {listens ? words.listening : words.mentionsOnly}
      </span>
    </p>
  );
}

function budgetText(posts: number, budget: number): string {
  const words = groupsWords.value;
  const text = words.ofBudget(numberText(posts), numberText(budget));
  return posts >= budget ? `${text} · ${words.full}` : text;
}

/** The time of day, with the date unless it is soon. */
function untilText(at: number, now: number): string {
  return new Intl.DateTimeFormat(locale.value, {
    ...(at - now >= DAY_MS / 2 && { dateStyle: "medium" as const }),
    timeStyle: "short",
  }).format(at);
}
