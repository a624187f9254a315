import { requestJson } from "./request.ts";

export interface GroupEntry {
  /** The place's key. */
  id: string;
  channel: string;
  kind: string;
  group: string;
  name?: string;
  /** Whether lines that mention nobody reach us. */
  listens: boolean;
  /** Whether it answers without being mentioned. */
  unasked: boolean;
  posts: { last_hour: number; last_day: number };
  budget: { per_hour: number; per_day: number; min_gap_s: number; max_share: number };
  /** Our posts of the last 24 hours, each in milliseconds since 1970. */
  timeline: number[];
  messages_24h: number;
  answered_24h: number;
  declined_24h: number;
  /** Milliseconds since 1970. */
  last_message_at?: number;
  muted_until?: number;
  /** Each `HH:MM-HH:MM`; an end before the start lies on the next day. */
  quiet_hours: string[];
  /** Whether they were set here, or stand in the configuration. */
  quiet_hours_from: "console" | "file";
  timezone: string;
  quiet_now: boolean;
}

/** @throws ApiFault */
export async function readGroups(signal: AbortSignal): Promise<GroupEntry[]> {
  return (await requestJson<{ groups: GroupEntry[] }>("/v1/groups", { signal })).groups;
}

/** Nothing is posted for so many minutes; undefined ends a mute. @throws ApiFault */
export async function muteGroup(id: string, minutes: number | undefined): Promise<GroupEntry> {
  const path = `${groupPath(id)}/mute`;
  return requestJson<GroupEntry>(
    path,
    minutes === undefined ? { method: "DELETE" } : { method: "PUT", body: { minutes } },
  );
}

/** Quiet hours that hold from now on, undefined for those of the configuration. @throws ApiFault */
export async function setQuietHours(id: string, spans: readonly string[] | undefined): Promise<GroupEntry> {
  const path = `${groupPath(id)}/quiet-hours`;
  return requestJson<GroupEntry>(
    path,
    spans === undefined ? { method: "DELETE" } : { method: "PUT", body: { quiet_hours: spans } },
  );
}

function groupPath(id: string): string {
  return `/v1/groups/${encodeURIComponent(id)}`;
}
