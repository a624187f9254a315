import type { LoadedConfig } from "../../config/load.ts";
import type { Logger } from "../../core/runtime.ts";
import { placeKey, placeOfKey, type LedgerCount, type Place, type Store } from "../../core/store.ts";
import { DAY_MS, HOUR_MS } from "../../group/attention.ts";
import { mutedUntil, setMute } from "../../group/mute.ts";
import type { ConsoleFunctions, GroupView } from "../../http/console-functions.ts";
import type { PlaceSettings } from "../place-policies.ts";
import type { QuietOverrides } from "../quiet-overrides.ts";
import { systemClock } from "../runtime.ts";
import { dailyCounts } from "./daily-counts.ts";

export interface GroupPagesParts {
  store: Pick<Store, "ledger" | "ledgerCounts" | "sentTimes" | "putNote" | "note" | "notes">;
  channels: LoadedConfig["config"]["channel"];
  settingsOf: (place: Place) => PlaceSettings;
  quiet: Pick<QuietOverrides, "of" | "change">;
  logger: Pick<Logger, "info">;
}

/** A group that nobody wrote in for so long is only shown where the file names it. */
const ACTIVE_DAYS = 7;
const MINUTE_MS = 60_000;

/** What is known of all groups at one moment. */
interface Activity {
  now: number;
  week: Map<string, LedgerCount[]>;
  day: Map<string, LedgerCount[]>;
  posts: Map<string, number[]>;
}

/** The groups as the console shows and changes them. */
export function groupPages({
  store,
  channels,
  settingsOf,
  quiet,
  logger,
}: GroupPagesParts): Pick<ConsoleFunctions, "groups" | "mute" | "changeQuietHours"> {
  const kinds = new Map(channels.map(({ name, kind }) => [name, kind]));
  const named = channels.flatMap((channel) => {
    const ids = new Set([...channel.groups.filter((id) => id !== "*"), ...channel.group.map(({ id }) => id)]);
    return [...ids].map((id) => placeKey({ channel: channel.name, app: channel.name, conversationId: id }));
  });

  return {
    async groups() {
      const activity = await readActivity();
      const ids = new Set([...named, ...activity.week.keys()]);
      const views = await Promise.all([...ids].map((id) => viewOf(id, activity)));
      return views.toSorted((left, right) => (right.lastMessageAt ?? 0) - (left.lastMessageAt ?? 0));
    },
    async mute(id, minutes) {
      const place = await knownPlace(id);
      if (place === undefined) return undefined;
      const now = systemClock.now();
      const until = minutes === undefined ? undefined : now + minutes * MINUTE_MS;
      await setMute(store, id, until, now);
      logChange(place, until === undefined ? { change: "unmute" } : { change: "mute", until });
      return viewOf(id, await readActivity());
    },
    async changeQuietHours(id, spans) {
      const place = await knownPlace(id);
      if (place === undefined) return undefined;
      await quiet.change(place, spans);
      const { policy, quietHours } = settingsOf(place);
      logChange(place, { change: "quiet-hours", quietHours, policyVersion: policy.version });
      return viewOf(id, await readActivity());
    },
  };

  async function readActivity(): Promise<Activity> {
    const now = systemClock.now();
    const [sent, counts] = await Promise.all([
      store.sentTimes(now - DAY_MS),
      dailyCounts(store, { now, days: ACTIVE_DAYS }),
    ]);
    const posts = new Map<string, number[]>();
    for (const { place, at } of sent) posts.set(place, [...(posts.get(place) ?? []), at]);
    return { now, week: byGroup(counts.flat()), day: byGroup(counts[0] ?? []), posts };
  }

  /** Counts of the groups of configured channels. */
  function byGroup(counts: readonly LedgerCount[]): Map<string, LedgerCount[]> {
    const groups = new Map<string, LedgerCount[]>();
    for (const count of counts) {
      if (count.kind !== "group" || !kinds.has(placeOfKey(count.place).channel)) continue;
      const known = groups.get(count.place);
      if (known === undefined) groups.set(count.place, [count]);
      else known.push(count);
    }
    return groups;
  }

  async function viewOf(id: string, { now, week, day, posts }: Activity): Promise<GroupView> {
    const place = placeOfKey(id);
    const { policy, quietHours } = settingsOf(place);
    const { perHour, perDay, minGapMs, maxShare, quiet: hours } = policy.attention;
    const muted = await mutedUntil(store, id);
    const timeline = posts.get(id) ?? [];
    const today = day.get(id) ?? [];
    const lastAt = (week.get(id) ?? []).map((count) => count.lastAt);
    return {
      id,
      channel: place.channel,
      kind: kinds.get(place.channel) ?? "",
      group: place.conversationId,
      listens: policy.listens,
      unasked: policy.unasked,
      posts: { lastHour: timeline.filter((at) => at >= now - HOUR_MS).length, lastDay: timeline.length },
      budget: { perHour, perDay, minGapS: minGapMs / 1000, maxShare },
      timeline,
      messages: {
        all: sumOf(today),
        answered: sumOf(today.filter(({ outcome }) => outcome === "answered")),
        declined: sumOf(today.filter(({ outcome }) => outcome === "declined")),
      },
      ...(lastAt.length > 0 && { lastMessageAt: Math.max(...lastAt) }),
      ...(muted !== undefined && muted > now && { mutedUntil: muted }),
      quietHours,
      hasOwnQuietHours: quiet.of(place) !== undefined,
      timezone: policy.timezone,
      isQuiet: hours.endAt(now) !== undefined,
    };
  }

  /** The group that an id is of, where the file names it or it was ever written in. */
  async function knownPlace(id: string): Promise<Place | undefined> {
    const place = readPlace(id);
    if (place === undefined || !kinds.has(place.channel)) return undefined;
    if (named.includes(id)) return place;
    const [record] = await store.ledger({ limit: 1, place: id });
    return record?.conversation.kind === "group" ? place : undefined;
  }

  function logChange({ channel, app, conversationId }: Place, change: Record<string, unknown>): void {
    logger.info("policy.changed", { channel, app, conversation: conversationId, admin: "console", ...change });
  }
}

function sumOf(counts: readonly LedgerCount[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}

/** Undefined for a text that is no `placeKey`. */
function readPlace(id: string): Place | undefined {
  try {
    const place = placeOfKey(id);
    return placeKey(place) === id ? place : undefined;
  } catch (error) {
    // A percent sign that begins nothing.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
