import type { LoadedConfig } from "../config/load.ts";
import type { Locale } from "../core/runtime.ts";
import { placeKey, type Place } from "../core/store.ts";
import type { PlacePolicy } from "../group/engine-options.ts";
import { createPlacePolicy } from "../group/place-policy.ts";

type Config = LoadedConfig["config"];
type GroupChanges = Config["channel"][number]["group"][number];

/** What holds in one place. */
export interface PlaceSettings {
  policy: PlacePolicy;
  gate: Config["gate"];
  /** Sources that answers may come from; undefined: all. */
  corpusPaths: readonly string[] | undefined;
}

/** Settings of each place: the file's sections, then what `[[channel.group]]` changes of them. */
export function placeSettings(config: Config, locale: Locale): (place: Place) => PlaceSettings {
  const known = new Map<string, PlaceSettings>();
  return (place) => {
    const key = placeKey(place);
    const found = known.get(key) ?? settingsOf(config, place, locale);
    known.set(key, found);
    return found;
  };
}

function settingsOf(config: Config, { channel: name, conversationId }: Place, locale: Locale): PlaceSettings {
  const channel = config.channel.find((one) => one.name === name);
  const changes: Partial<GroupChanges> = channel?.group.find(({ id }) => id === conversationId) ?? {};
  const group = merged(config.group, changes);
  const attention = merged(config.attention, changes);
  const listens = channel === undefined || channel.groups.includes("*") || channel.groups.includes(conversationId);
  return {
    policy: createPlacePolicy({ listens, group, attention, locale }),
    gate: merged(config.gate, changes),
    corpusPaths: changes.paths,
  };
}

/** The section with each of its keys that the group changes. */
function merged<Section extends object>(section: Section, changes: Partial<GroupChanges>): Section {
  const own = Object.entries(changes).filter(([key, value]) => key in section && value !== undefined);
  return { ...section, ...Object.fromEntries(own) };
}
