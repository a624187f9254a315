import { groupSettings } from "../config/group-settings.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Locale } from "../core/runtime.ts";
import type { Place } from "../core/store.ts";
import type { PlacePolicy } from "../group/engine-options.ts";
import { createPlacePolicy } from "../group/place-policy.ts";

type Config = LoadedConfig["config"];

/** What holds in one place. */
export interface PlaceSettings {
  policy: PlacePolicy;
  /** Spans, by the clocks of `policy.timezone`. */
  quietHours: readonly string[];
  gate: Config["gate"];
  /** Where answers may come from; undefined: from all documents. */
  corpusPaths: readonly string[] | undefined;
}

/**
 * Settings of each place: the file's sections, then what `[[channel.group]]` changes of them, then the quiet hours that the
 * owner gave it in the console.
 */
export function placeSettings(
  config: Config,
  locale: Locale,
  quietHoursOf: (place: Place) => readonly string[] | undefined = () => undefined,
): (place: Place) => PlaceSettings {
  const known = new Map<string, PlaceSettings>();
  const named = new Set(config.channel.flatMap(({ group }) => group.map(({ id }) => id)));
  const listed = new Set(config.channel.flatMap(({ groups }) => groups));
  const channels = new Set(config.channel.map(({ name }) => name));
  return (place) => {
    // Places that the file does not tell apart share one entry: members and programs can make up any number of them.
    const { channel, conversationId } = place;
    const isTold = named.has(conversationId) || listed.has(conversationId);
    const quietHours = quietHoursOf(place);
    const key = JSON.stringify([channels.has(channel) ? channel : "", isTold ? conversationId : "", quietHours]);
    const found = known.get(key) ?? settingsOf(config, place, { locale, quietHours });
    known.set(key, found);
    return found;
  };
}

function settingsOf(
  config: Config,
  { channel, conversationId }: Place,
  { locale, quietHours: changed }: { locale: Locale; quietHours: readonly string[] | undefined },
): PlaceSettings {
  const settings = groupSettings(config, channel, conversationId);
  const { paths } = settings.corpus;
  const quietHours = changed ?? settings.attention.quiet_hours;
  const attention = { ...settings.attention, quiet_hours: quietHours };
  return {
    policy: createPlacePolicy({ ...settings, attention, locale }),
    quietHours,
    gate: settings.gate,
    corpusPaths: paths === config.corpus.paths ? undefined : paths,
  };
}
