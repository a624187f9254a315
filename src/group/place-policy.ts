import { createHash } from "node:crypto";
import type { Locale } from "../core/runtime.ts";
import type { PlacePolicy } from "./engine-options.ts";
import { createQuietHours } from "./quiet-hours.ts";

/** The keys of [group] and [attention] as they hold in one place, spelt as in the file. */
export interface PlaceSettings {
  listens: boolean;
  group: {
    debounce_s: number;
    max_burst_age_s: number;
    unasked: boolean;
    human_first_s: number;
    max_age_s: number;
    mentioned_max_age_s: number;
    admins: readonly string[];
  };
  attention: {
    min_gap_s: number;
    per_hour: number;
    per_day: number;
    max_share: number;
    quiet_hours: readonly string[];
    timezone: string;
  };
  locale: Locale;
}

const SECOND_MS = 1000;
const VERSION_CHARACTERS = 8;

/** A policy from its settings. Its version changes with every key that changes a decision. */
export function createPlacePolicy({ listens, group, attention, locale }: PlaceSettings): PlacePolicy {
  const { debounce_s, max_burst_age_s, unasked, human_first_s, max_age_s, mentioned_max_age_s, admins } = group;
  const { min_gap_s, per_hour, per_day, max_share, quiet_hours, timezone } = attention;
  const deciding = [debounce_s, max_burst_age_s, unasked, human_first_s, max_age_s, mentioned_max_age_s, listens];
  const limits = [min_gap_s, per_hour, per_day, max_share, [...quiet_hours], timezone];
  return {
    listens,
    debounceMs: debounce_s * SECOND_MS,
    maxBurstAgeMs: max_burst_age_s * SECOND_MS,
    unasked,
    humanFirstMs: human_first_s * SECOND_MS,
    maxAgeMs: max_age_s * SECOND_MS,
    mentionedMaxAgeMs: mentioned_max_age_s * SECOND_MS,
    attention: {
      minGapMs: min_gap_s * SECOND_MS,
      perHour: per_hour,
      perDay: per_day,
      maxShare: max_share,
      quiet: createQuietHours({ spans: quiet_hours, timezone }),
    },
    timezone,
    locale,
    admins,
    version: createHash("sha256")
      .update(JSON.stringify([...deciding, ...limits]))
      .digest("hex")
      .slice(0, VERSION_CHARACTERS),
  };
}
