import {
  eventKey,
  placeKey,
  placeOfEvent,
  recallKey,
  type Label,
  type LedgerCount,
  type LedgerRecord,
  type Lease,
  type NewPost,
  type SendEnd,
  type Store,
  type StoredEvent,
  type StoredPost,
} from "../core/store.ts";
import { placeOfRecord } from "./place-of-record.ts";
import { wordsMatcher } from "./words-matcher.ts";

const UNSENT = new Set(["writing", "waiting", "deferred", "sending"]);

interface PlaceState {
  lines: StoredEvent[];
  pending: Map<string, StoredEvent>;
  posts: StoredPost[];
  unsent: Set<string>;
}

/** A store that forgets everything when the process ends: for replays and tests. */
export function createMemoryStore(): Store {
  const events = new Map<string, StoredEvent>();
  const places = new Map<string, PlaceState>();
  const leases = new Map<string, Lease>();
  const posts = new Map<string, StoredPost>();
  const postsTo = new Map<string, Set<string>>();
  const records = new Map<string, LedgerRecord>();
  const recordIds = new Map<string, Set<string>>();
  const labels = new Map<string, Label>();
  const notes = new Map<string, Map<string, string>>();
  let nextSeq = 1;

  const at = (place: string): PlaceState => {
    const known = places.get(place);
    if (known !== undefined) return known;
    const fresh: PlaceState = { lines: [], pending: new Map(), posts: [], unsent: new Set() };
    places.set(place, fresh);
    return fresh;
  };
  const holds = (place: string, owner: string, now: number): boolean => {
    const lease = leases.get(place);
    return lease !== undefined && lease.owner === owner && lease.until > now;
  };
  const keepRecord = (record: LedgerRecord): void => {
    records.set(record.id, record);
    addTo(recordIds, record.messageId, record.id);
  };
  const insertPost = (wish: NewPost, now: number): StoredPost => {
    const key = wish.post.idempotencyKey;
    const there = posts.get(key);
    if (there !== undefined && there.state !== "writing") return there;
    const place = placeKey(wish.place);
    const post: StoredPost = {
      ...wish,
      placeKey: place,
      seq: there?.seq ?? nextSeq++,
      attempts: there?.attempts ?? 0,
      createdAt: there?.createdAt ?? now,
      messageIds: [],
      ...(there?.progress !== undefined && { progress: there.progress }),
    };
    posts.set(key, post);
    if (post.inboundKey !== undefined) addTo(postsTo, post.inboundKey, key);
    const state = at(place);
    state.posts = [...state.posts.filter((other) => other.post.idempotencyKey !== key), post];
    state.unsent.add(key);
    return post;
  };
  const change = (key: string, changes: Partial<StoredPost>): void => {
    const post = posts.get(key);
    if (post === undefined) return;
    Object.assign(post, changes);
    if (!UNSENT.has(post.state)) at(post.placeKey).unsent.delete(key);
  };
  const end = (key: string, { state, ...rest }: SendEnd, now: number): void => {
    const post = posts.get(key);
    if (post === undefined || !UNSENT.has(post.state)) return;
    const out = state === "sent" || state === "unknown";
    change(key, { state, ...rest, ...(out && { sentAt: now }) });
  };

  return {
    async takeIn(incoming, now) {
      return incoming.map((event) => {
        const key = eventKey(event);
        if (events.has(key)) return false;
        const stored: StoredEvent = { key, place: placeKey(placeOfEvent(event)), event, receivedAt: now };
        events.set(key, stored);
        const place = at(stored.place);
        place.pending.set(key, stored);
        if (event.kind === "message") place.lines.push(stored);
        return true;
      });
    },
    pendingEvents: async (place) => [...(places.get(place)?.pending.values() ?? [])],
    pendingCounts: async (owner) =>
      new Map(
        [...leases]
          .filter(([, lease]) => lease.owner === owner)
          .map(([place]): [string, number] => [place, places.get(place)?.pending.size ?? 0])
          .filter(([, count]) => count > 0),
      ),
    countPending: async () => [...places.values()].reduce((sum, { pending }) => sum + pending.size, 0),
    recalledAmong: async (keys) => new Set(keys.filter((key) => events.has(recallKey(key)))),
    async settle({ place, owner, done, ledger, posts: wishes, ends = [] }, now) {
      const key = placeKey(place);
      const state = at(key);
      if (!holds(key, owner, now) || !done.every((one) => state.pending.has(one))) return false;
      for (const one of done) state.pending.delete(one);
      for (const record of ledger) keepRecord(record);
      for (const wish of wishes) insertPost(wish, now);
      for (const one of ends) end(one.key, one.end, now);
      return true;
    },
    async recentLines(place, { since = 0, limit }) {
      const lines = places.get(place)?.lines ?? [];
      return lines
        .slice(-limit)
        .filter(({ receivedAt }) => receivedAt >= since)
        .flatMap(({ key, event, receivedAt }) =>
          event.kind === "message" ? [{ key, message: event.message, receivedAt }] : [],
        );
    },
    async findLine(key) {
      const found = events.get(key);
      if (found === undefined || found.event.kind !== "message") return undefined;
      return { key, message: found.event.message, receivedAt: found.receivedAt };
    },

    async claim(place, lease, now) {
      const current = leases.get(place);
      if (current !== undefined && current.owner !== lease.owner && current.until > now) return false;
      leases.set(place, lease);
      return true;
    },
    async claimWork(lease, now, limit) {
      const taken: string[] = [];
      for (const [place, state] of places) {
        if (taken.length >= limit) break;
        if (state.pending.size === 0 && ![...state.unsent].some((key) => isDue(posts.get(key), now))) continue;
        if ((leases.get(place)?.until ?? 0) > now) continue;
        leases.set(place, lease);
        taken.push(place);
      }
      return taken;
    },
    async renew(lease, now) {
      const kept = [...leases].filter(([, { owner, until }]) => owner === lease.owner && until > now);
      for (const [place] of kept) leases.set(place, lease);
      return kept.map(([place]) => place);
    },
    async release(owner, which) {
      const held = which ?? [...leases.keys()];
      for (const place of held) if (leases.get(place)?.owner === owner) leases.delete(place);
    },

    reservePost: async (post, now) => ({ ...insertPost(post, now) }),
    async unsentPosts(place) {
      return [...(places.get(place)?.unsent ?? [])]
        .flatMap((key) => posts.get(key) ?? [])
        .toSorted((left, right) => left.seq - right.seq)
        .map((post) => ({ ...post }));
    },
    async beginSend(key, owner, now) {
      const post = posts.get(key);
      if (post === undefined || (post.state !== "waiting" && post.state !== "sending")) return false;
      if (!holds(post.placeKey, owner, now)) return false;
      change(key, { state: "sending", attempts: post.attempts + 1 });
      return true;
    },
    saveProgress: async (key, progress) => change(key, { progress }),
    endSend: async (key, how, now) => end(key, how, now),
    findPost: async (key) => copyOf(posts.get(key)),
    findPosts: async (keys) => [...new Set(keys)].flatMap((key) => copyOf(posts.get(key)) ?? []),
    findPostByMessage: async (channel, app, messageId) =>
      copyOf(
        [...posts.values()].find(
          ({ place, messageIds }) => place.channel === channel && place.app === app && messageIds.includes(messageId),
        ),
      ),
    findPostsTo: async (inboundKey) =>
      [...(postsTo.get(inboundKey) ?? [])].flatMap((key) => copyOf(posts.get(key)) ?? []),
    sentPosts: async (place, since) => shown(places.get(place)?.posts ?? [], since),
    sentTimes: async (since) =>
      shown([...posts.values()], since).map(({ placeKey: place, sentAt = 0 }) => ({ place, at: sentAt })),
    async answersTo(place, { id, thread }, { since, limit }) {
      return shown(places.get(place)?.posts ?? [], since)
        .filter(({ askerId, post }) => askerId === id && post.target.conversation.thread === thread)
        .filter(({ post }) => post.kind === "answer")
        .slice(-limit);
    },

    async record(wanted) {
      for (const record of wanted) keepRecord(record);
    },
    async ledger({ limit, before = Infinity, since = 0, channel, conversationId, place, outcome, reason, text }) {
      const hasWords = text === undefined ? undefined : wordsMatcher(text);
      return [...records.values()]
        .filter(({ at: time }) => time < before && time >= since)
        .filter((record) => channel === undefined || record.channel === channel)
        .filter((record) => conversationId === undefined || record.conversation.id === conversationId)
        .filter((record) => place === undefined || placeOfRecord(record) === place)
        .filter((record) => outcome === undefined || record.outcome === outcome)
        .filter((record) => reason === undefined || (record.reason ?? record.code) === reason)
        .filter((record) => hasWords === undefined || (record.text !== undefined && hasWords(record.text)))
        .toSorted((left, right) => right.at - left.at)
        .slice(0, limit);
    },
    async ledgerCounts({ since, before = Infinity }) {
      const counts = new Map<string, LedgerCount>();
      for (const record of records.values()) {
        if (record.at < since || record.at >= before) continue;
        const { conversation, outcome, reason = record.code, at: time } = record;
        const facts = { place: placeOfRecord(record), kind: conversation.kind, outcome };
        const key = JSON.stringify([facts, reason]);
        const { count = 0, lastAt = 0 } = counts.get(key) ?? {};
        const known = { count: count + 1, lastAt: Math.max(lastAt, time) };
        counts.set(key, { ...facts, ...(reason !== undefined && { reason }), ...known });
      }
      return [...counts.values()];
    },
    findRecords: async (id) =>
      [...new Set([id, ...(recordIds.get(id) ?? [])])].flatMap((each) => records.get(each) ?? []),
    async addLabel(label) {
      labels.set(label.key, label);
    },
    async removeLabel(key) {
      labels.delete(key);
    },
    labels: async ({ since = 0, messageIds } = {}) =>
      [...labels.values()].filter(
        (label) => label.at >= since && (messageIds === undefined || messageIds.includes(label.messageId)),
      ),

    async putNote(scope, name, value) {
      const kept = notes.get(scope) ?? new Map<string, string>();
      if (value === undefined) kept.delete(name);
      else kept.set(name, value);
      notes.set(scope, kept);
    },
    note: async (scope, name) => notes.get(scope)?.get(name),
    notes: async (scope) => new Map(notes.get(scope)),

    forget: async () => 0,
    check: async () => undefined,
    close: async () => undefined,
  };
}

function addTo(sets: Map<string, Set<string>>, name: string, value: string): void {
  const known = sets.get(name);
  if (known === undefined) sets.set(name, new Set([value]));
  else known.add(value);
}

function copyOf(post: StoredPost | undefined): StoredPost | undefined {
  return post === undefined ? undefined : { ...post };
}

function shown(posts: StoredPost[], since: number): StoredPost[] {
  return posts
    .filter(({ state, sentAt }) => (state === "sent" || state === "unknown") && (sentAt ?? 0) >= since)
    .map((post) => ({ ...post }))
    .toSorted((left, right) => (left.sentAt ?? 0) - (right.sentAt ?? 0) || left.seq - right.seq);
}

function isDue(post: StoredPost | undefined, now: number): boolean {
  return post !== undefined && post.state !== "writing" && post.notBefore <= now;
}
