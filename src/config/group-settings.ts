import type { Config } from "./schema.ts";

/** What holds in one group: the sections, with the group's own changes of them. */
export interface GroupSettings {
  group: Config["group"];
  attention: Config["attention"];
  gate: Config["gate"];
  corpus: Config["corpus"];
  /** Whether the channel listens to it. */
  listens: boolean;
}

/**
 * The settings of a group of a channel. A channel that is not in the configuration, such as that of a replay, has those of
 * the sections; a group that only one channel knows has the changes made there.
 */
export function groupSettings(config: Config, channelName: string, groupId: string): GroupSettings {
  const channel = config.channel.find(({ name }) => name === channelName);
  const channels = channel === undefined ? config.channel : [channel];
  const { id: _id, ...changes } =
    channels.flatMap(({ group }) => group).find(({ id }) => id === groupId) ?? ({ id: groupId } as const);
  return {
    group: changed(config.group, changes),
    attention: changed(config.attention, changes),
    gate: changed(config.gate, changes),
    corpus: changed(config.corpus, changes),
    listens: channel === undefined || channel.groups.includes("*") || channel.groups.includes(groupId),
  };
}

/** `section` with those of its keys that `changes` sets. */
function changed<Section extends object>(section: Section, changes: object): Section {
  const own = Object.entries(changes).filter(([key, value]) => value !== undefined && key in section);
  return { ...section, ...Object.fromEntries(own) };
}
