import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChannelEvent, Post } from "../../src/core/channel.ts";
import type { Message } from "../../src/core/message.ts";
import { messageKey, placeKey, type LedgerRecord, type NewPost, type Place, type Store } from "../../src/core/store.ts";

const PLACE: Place = { channel: "hr", app: "cli_a", conversationId: "oc_1" };
const KEY = placeKey(PLACE);
const NOW = 1_790_000_000_000;
const LEASE = { owner: "one", until: NOW + 10_000 };

export function message(id: string, over: Partial<Message> = {}): Message {
  return {
    id,
    channel: PLACE.channel,
    app: PLACE.app,
    conversation: { id: PLACE.conversationId, kind: "group" },
    sender: { id: "ou_1", isBot: false },
    text: `line ${id}`,
    parts: [],
    mentions: { bot: false, others: [] },
    sentAt: NOW - 1000,
    ...over,
  };
}

export function said(id: string, over: Partial<Message> = {}): ChannelEvent {
  return { kind: "message", message: message(id, over) };
}

function keyOf(id: string): string {
  return messageKey({ channel: PLACE.channel, app: PLACE.app, id });
}

export function newPost(key: string, over: Partial<NewPost> = {}, post: Partial<Post> = {}): NewPost {
  return {
    place: PLACE,
    post: {
      idempotencyKey: key,
      markdown: `answer ${key}`,
      citations: [],
      kind: "answer",
      takesFeedback: true,
      target: { conversation: { id: PLACE.conversationId, kind: "group" }, inReplyTo: "om_1" },
      ...post,
    },
    state: "waiting",
    inboundKey: keyOf("om_1"),
    askerId: "ou_1",
    question: "how?",
    mentioned: true,
    notBefore: 0,
    expiresAt: NOW + 3_600_000,
    ...over,
  };
}

export function record(id: string, over: Partial<LedgerRecord> = {}): LedgerRecord {
  return {
    id: keyOf(id),
    messageId: id,
    at: NOW,
    channel: PLACE.channel,
    app: PLACE.app,
    conversation: { id: PLACE.conversationId, kind: "group" },
    senderId: "ou_1",
    mentioned: false,
    text: `line ${id}`,
    outcome: "declined",
    reason: "not-a-question",
    steps: [{ name: "gate", durationMs: 3, score: 0.1, threshold: 0.5 }],
    ...over,
  };
}

/** The same without a reason of silence. */
function ended(id: string, over: Partial<LedgerRecord>): LedgerRecord {
  const { reason: _, ...rest } = record(id);
  return { ...rest, ...over };
}

export interface StoreUnderTest {
  name: string;
  open: () => Promise<Store>;
  /** Opens what an earlier store of the same test left; absent where nothing is left. */
  reopen?: (store: Store) => Promise<Store>;
}

/** What every store does. */
export function storeConformance({ name, open, reopen }: StoreUnderTest): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());
  const it = (sentence: string, run: () => Promise<void>) => test(`${name}: ${sentence}`, run);

  it("takes an event in once, in order", async () => {
    expect(await store.takeIn([said("om_1"), said("om_2"), said("om_1")], NOW)).toEqual([true, true, false]);
    expect(await store.takeIn([said("om_2"), said("om_3")], NOW + 1)).toEqual([false, true]);
    const pending = await store.pendingEvents(KEY);
    expect(pending.map(({ key }) => key)).toEqual([keyOf("om_1"), keyOf("om_2"), keyOf("om_3")]);
    expect(pending[0]).toEqual({ key: keyOf("om_1"), place: KEY, event: said("om_1"), receivedAt: NOW });
  });

  it("keeps one message of two apps apart", async () => {
    expect(await store.takeIn([said("om_1"), said("om_1", { app: "cli_b" })], NOW)).toEqual([true, true]);
    expect(await store.pendingEvents(KEY)).toHaveLength(1);
  });

  it("takes hundreds of events in at once", async () => {
    const many = Array.from({ length: 1300 }, (_, index) => said(`om_${index}`));
    expect((await store.takeIn(many, NOW)).every(Boolean)).toBe(true);
    expect((await store.pendingEvents(KEY)).map(({ event }) => event)).toEqual(many);
    expect((await store.recalledAmong(many.map((_, index) => keyOf(`om_${index}`)))).size).toBe(0);
  });

  it("keeps every character of a text", async () => {
    const text = 'NUL \u0000, 咸亨 🫘, "quotes", \\ and \n';
    await store.takeIn([said("om_1", { text })], NOW);
    expect((await store.findLine(keyOf("om_1")))?.message.text).toBe(text);
    await store.record([record("om_1", { text: "a\u0000b" })]);
    expect((await store.findRecords("om_1"))[0]?.text?.replace("\u0000", "")).toBe("ab");
  });

  it("takes in what the platform sends at the same time", async () => {
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, index) => store.takeIn([said(`om_${index % 25}`)], NOW)),
    );
    expect(all.flat().filter(Boolean)).toHaveLength(25);
  });

  it("knows which messages were taken back, in whatever order that comes", async () => {
    const recalled: ChannelEvent = {
      kind: "recalled",
      channel: PLACE.channel,
      app: PLACE.app,
      conversationId: PLACE.conversationId,
      messageId: "om_1",
      at: NOW,
    };
    expect(await store.takeIn([recalled, recalled, said("om_1"), said("om_2")], NOW)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(await store.recalledAmong([keyOf("om_1"), keyOf("om_2")])).toEqual(new Set([keyOf("om_1")]));
  });

  it("takes feedback once, by the platform's number or by what it says", async () => {
    const feedback: ChannelEvent = {
      kind: "feedback",
      feedback: { channel: "hr", app: "cli_a", userId: "ou_1", vote: "up", at: NOW, messageId: "om_9" },
    };
    expect(await store.takeIn([feedback, feedback, { ...feedback, eventId: "e1" }], NOW)).toEqual([true, false, true]);
  });

  it("gives a place to one owner until the lease ends", async () => {
    expect(await store.claim(KEY, LEASE, NOW)).toBe(true);
    expect(await store.claim(KEY, { owner: "two", until: NOW + 20_000 }, NOW + 9_999)).toBe(false);
    expect(await store.claim(KEY, { owner: "one", until: NOW + 12_000 }, NOW + 9_999)).toBe(true);
    expect(await store.claim(KEY, { owner: "two", until: NOW + 30_000 }, NOW + 12_000)).toBe(true);
    expect(await store.renew({ owner: "one", until: NOW + 40_000 }, NOW + 12_001)).toEqual([]);
    expect(await store.renew({ owner: "two", until: NOW + 40_000 }, NOW + 12_001)).toEqual([KEY]);
    await store.release("one", [KEY]);
    expect(await store.claim(KEY, LEASE, NOW + 12_001)).toBe(false);
    await store.release("two");
    expect(await store.claim(KEY, { owner: "one", until: NOW + 40_000 }, NOW + 12_001)).toBe(true);
  });

  it("offers places with work that nobody has", async () => {
    expect(await store.claimWork(LEASE, NOW, 10)).toEqual([]);
    await store.takeIn([said("om_1"), said("om_2", { conversation: { id: "oc_2", kind: "group" } })], NOW);
    const first = await store.claimWork(LEASE, NOW, 1);
    expect(first).toHaveLength(1);
    const second = await store.claimWork({ owner: "two", until: NOW + 10_000 }, NOW, 10);
    expect(second).toHaveLength(1);
    expect(second).not.toEqual(first);
    expect(await store.claimWork({ owner: "three", until: NOW + 10_000 }, NOW, 10)).toEqual([]);
    expect(await store.claimWork({ owner: "three", until: NOW + 20_000 }, NOW + 10_000, 10)).toHaveLength(2);
  });

  it("offers a place for a post whose time has come", async () => {
    await store.reservePost(newPost("k1", { notBefore: NOW + 5 }), NOW);
    expect(await store.claimWork(LEASE, NOW + 4, 10)).toEqual([]);
    expect(await store.claimWork(LEASE, NOW + 5, 10)).toEqual([KEY]);
  });

  it("counts what is pending in the owner's places", async () => {
    await store.takeIn([said("om_1"), said("om_2")], NOW);
    expect(await store.pendingCounts("one")).toEqual(new Map());
    await store.claim(KEY, LEASE, NOW);
    expect(await store.pendingCounts("one")).toEqual(new Map([[KEY, 2]]));
  });

  it("counts what is pending anywhere", async () => {
    expect(await store.countPending()).toBe(0);
    await store.takeIn([said("om_1"), said("om_2")], NOW);
    expect(await store.countPending()).toBe(2);
    await store.claim(KEY, LEASE, NOW);
    await store.settle({ place: PLACE, owner: "one", done: [keyOf("om_1")], ledger: [], posts: [] }, NOW);
    expect(await store.countPending()).toBe(1);
  });

  it("ends a turn as a whole", async () => {
    await store.takeIn([said("om_1"), said("om_2")], NOW);
    await store.claim(KEY, LEASE, NOW);
    const settlement = {
      place: PLACE,
      owner: "one",
      done: [keyOf("om_1")],
      ledger: [record("om_1", { outcome: "answered", postKey: "k1" })],
      posts: [newPost("k1")],
    };
    expect(await store.settle(settlement, NOW)).toBe(true);
    expect((await store.pendingEvents(KEY)).map(({ key }) => key)).toEqual([keyOf("om_2")]);
    expect((await store.unsentPosts(KEY)).map(({ post }) => post.idempotencyKey)).toEqual(["k1"]);
    expect(await store.findRecords(keyOf("om_1"))).toMatchObject([{ outcome: "answered", postKey: "k1" }]);
  });

  it("ends no turn twice, and none whose lease has passed on", async () => {
    await store.takeIn([said("om_1"), said("om_2")], NOW);
    await store.claim(KEY, LEASE, NOW);
    const settlement = (key: string, done: string[]) => ({
      place: PLACE,
      owner: "one",
      done: done.map(keyOf),
      ledger: [],
      posts: [newPost(key)],
    });
    expect(await store.settle(settlement("k1", ["om_1"]), NOW)).toBe(true);
    expect(await store.settle(settlement("k2", ["om_1", "om_2"]), NOW)).toBe(false);
    expect(await store.settle({ ...settlement("k3", ["om_2"]), owner: "two" }, NOW)).toBe(false);
    expect(await store.settle(settlement("k4", ["om_2"]), NOW + 10_000)).toBe(false);
    expect((await store.unsentPosts(KEY)).map(({ post }) => post.idempotencyKey)).toEqual(["k1"]);
    expect(await store.pendingEvents(KEY)).toHaveLength(1);
  });

  it("keeps a post by its key, the first of them", async () => {
    const first = await store.reservePost(newPost("k1"), NOW);
    const again = await store.reservePost(newPost("k1", {}, { markdown: "another" }), NOW + 5);
    expect(again).toEqual(first);
    expect(first).toMatchObject({
      ...newPost("k1"),
      state: "waiting",
      placeKey: KEY,
      attempts: 0,
      createdAt: NOW,
      messageIds: [],
    });
  });

  it("gives a post that is still written its text, and keeps its progress", async () => {
    await store.reservePost(newPost("k1", { state: "writing" }, { markdown: "" }), NOW);
    await store.saveProgress("k1", "card_7");
    await store.reservePost(newPost("k1"), NOW);
    expect(await store.findPost("k1")).toMatchObject({
      state: "waiting",
      progress: "card_7",
      post: { markdown: "answer k1" },
    });
  });

  it("lets the owner alone begin a send", async () => {
    await store.reservePost(newPost("k1"), NOW);
    expect(await store.beginSend("k1", "one", NOW)).toBe(false);
    await store.claim(KEY, LEASE, NOW);
    expect(await store.beginSend("k1", "two", NOW)).toBe(false);
    expect(await store.beginSend("k1", "one", NOW)).toBe(true);
    expect(await store.beginSend("k1", "one", NOW)).toBe(true);
    expect(await store.findPost("k1")).toMatchObject({ state: "sending", attempts: 2 });
    await store.endSend("k1", { state: "sent", messageIds: ["om_8", "om_9"] }, NOW + 7);
    expect(await store.beginSend("k1", "one", NOW)).toBe(false);
    expect(await store.beginSend("missing", "one", NOW)).toBe(false);
  });

  it("ends a send once", async () => {
    await store.reservePost(newPost("k1"), NOW);
    await store.endSend("k1", { state: "waiting", notBefore: NOW + 500, code: "channel_limited" }, NOW);
    expect(await store.findPost("k1")).toMatchObject({
      state: "waiting",
      notBefore: NOW + 500,
      code: "channel_limited",
    });
    await store.endSend("k1", { state: "sent", messageIds: ["om_8", "om_9"] }, NOW + 7);
    await store.endSend("k1", { state: "failed", code: "channel_rejected" }, NOW + 9);
    expect(await store.findPost("k1")).toMatchObject({
      state: "sent",
      messageIds: ["om_8", "om_9"],
      sentAt: NOW + 7,
    });
    expect(await store.unsentPosts(KEY)).toEqual([]);
  });

  it("finds a post by what was posted and by what was asked", async () => {
    await store.reservePost(newPost("k1"), NOW);
    await store.endSend("k1", { state: "sent", messageIds: ["om_8", "om_9"] }, NOW);
    expect((await store.findPostByMessage("hr", "cli_a", "om_9"))?.post.idempotencyKey).toBe("k1");
    expect(await store.findPostByMessage("hr", "cli_b", "om_9")).toBeUndefined();
    expect((await store.findPostsTo(keyOf("om_1"))).map(({ post }) => post.idempotencyKey)).toEqual(["k1"]);
    expect(await store.findPostsTo(keyOf("om_2"))).toEqual([]);
  });

  it("lists posts in the order they leave, and those that members may have seen", async () => {
    for (const key of ["k3", "k1", "k2"]) await store.reservePost(newPost(key), NOW);
    expect((await store.unsentPosts(KEY)).map(({ post }) => post.idempotencyKey)).toEqual(["k3", "k1", "k2"]);
    await store.endSend("k1", { state: "unknown", code: "channel_unknown_outcome" }, NOW + 1);
    await store.endSend("k3", { state: "sent", messageIds: [] }, NOW + 2);
    await store.endSend("k2", { state: "failed", code: "channel_rejected" }, NOW + 3);
    expect((await store.sentPosts(KEY, NOW)).map(({ post }) => post.idempotencyKey)).toEqual(["k1", "k3"]);
    expect((await store.sentPosts(KEY, NOW + 2)).map(({ post }) => post.idempotencyKey)).toEqual(["k3"]);
  });

  it("remembers the answers to one person in one thread", async () => {
    const target = (thread?: string) => ({
      target: { conversation: { id: PLACE.conversationId, kind: "group" as const, ...(thread && { thread }) } },
    });
    await store.reservePost(newPost("k1", {}, target()), NOW);
    await store.reservePost(newPost("k2", {}, target("t")), NOW);
    await store.reservePost(newPost("k3", { askerId: "ou_2" }, target()), NOW);
    await store.reservePost(newPost("k4", {}, { ...target(), kind: "notice" }), NOW);
    await store.reservePost(newPost("k5", {}, target()), NOW);
    for (const [index, key] of ["k1", "k2", "k3", "k4", "k5"].entries()) {
      await store.endSend(key, { state: "sent", messageIds: [] }, NOW + index);
    }
    const keys = async (thread: string | undefined, limit: number, since = NOW) =>
      (await store.answersTo(KEY, { id: "ou_1", thread }, { since, limit })).map(({ post }) => post.idempotencyKey);
    expect(await keys(undefined, 9)).toEqual(["k1", "k5"]);
    expect(await keys(undefined, 1)).toEqual(["k5"]);
    expect(await keys("t", 9)).toEqual(["k2"]);
    expect(await keys(undefined, 9, NOW + 1)).toEqual(["k5"]);
  });

  it("lists the newest lines, oldest first", async () => {
    await store.takeIn([said("om_1"), said("om_2")], NOW);
    await store.takeIn([said("om_3")], NOW + 9);
    const ids = (lines: { message: Message }[]) => lines.map((line) => line.message.id);
    expect(ids(await store.recentLines(KEY, { limit: 2 }))).toEqual(["om_2", "om_3"]);
    expect(ids(await store.recentLines(KEY, { limit: 9, since: NOW + 1 }))).toEqual(["om_3"]);
    expect(await store.findLine(keyOf("om_4"))).toBeUndefined();
  });

  it("keeps one record a message, newest first", async () => {
    await store.record([record("om_1", { at: NOW }), record("om_2", { at: NOW + 1 }), record("om_3", { at: NOW + 2 })]);
    await store.record([record("om_2", { at: NOW + 1, outcome: "failed", code: "timeout" })]);
    const ids = async (query: Parameters<Store["ledger"]>[0]) =>
      (await store.ledger(query)).map(({ messageId }) => messageId);
    expect(await ids({ limit: 2 })).toEqual(["om_3", "om_2"]);
    expect(await ids({ limit: 9, before: NOW + 2 })).toEqual(["om_2", "om_1"]);
    expect(await ids({ limit: 9, since: NOW + 1 })).toEqual(["om_3", "om_2"]);
    expect(await ids({ limit: 9, conversationId: "oc_2" })).toEqual([]);
    expect(await ids({ limit: 9, channel: "hr", conversationId: "oc_1" })).toHaveLength(3);
    expect(await store.findRecords("om_2")).toEqual([
      record("om_2", { at: NOW + 1, outcome: "failed", code: "timeout" }),
    ]);
    expect(await store.findRecords("om_4")).toEqual([]);
  });

  it("finds records by place, outcome, reason and words", async () => {
    const elsewhere = { conversation: { id: "oc/2%", kind: "group" as const } };
    await store.record([
      ended("om_1", { at: NOW, outcome: "answered", text: "How do I leave the Flat?" }),
      record("om_2", { at: NOW + 1, outcome: "declined", reason: "unrelated", text: "请问如何退公寓？" }),
      ended("om_3", { at: NOW + 1, outcome: "failed", code: "timeout", text: "ＦＬＡＴ 如何" }),
      record("om_4", { at: NOW + 2, outcome: "declined", reason: "muted", text: "a%b_c", ...elsewhere }),
    ]);
    const { text: _, ...textless } = record("om_5", { at: NOW + 3 });
    await store.record([textless]);
    const ids = async (query: Omit<Parameters<Store["ledger"]>[0], "limit">, limit = 9) =>
      (await store.ledger({ limit, ...query })).map(({ messageId }) => messageId);
    expect(await ids({ outcome: "declined", place: KEY })).toEqual(["om_5", "om_2"]);
    expect(await ids({ reason: "timeout" })).toEqual(["om_3"]);
    expect(await ids({ reason: "muted" })).toEqual(["om_4"]);
    expect(await ids({ place: placeKey({ ...PLACE, conversationId: "oc/2%" }) })).toEqual(["om_4"]);
    expect(await ids({ text: "flat" })).toEqual(["om_3", "om_1"]);
    expect(await ids({ text: "如何  flat" })).toEqual(["om_3"]);
    expect(await ids({ text: "%" })).toEqual(["om_4"]);
    expect(await ids({ text: "flat", before: NOW + 1 })).toEqual(["om_1"]);
    expect(await ids({ text: "a" }, 1)).toEqual(["om_4"]);
    expect(await ids({ text: "nowhere" })).toEqual([]);
    expect(await ids({ text: "flat", channel: "x\u0000" })).toEqual([]);
    expect(await store.findRecords("\u0000")).toEqual([]);
  });

  it("looks through more texts than it reads at once, and misses none of one instant", async () => {
    const many = Array.from({ length: 4200 }, (_, index) =>
      record(`om_${index}`, { at: NOW + Math.floor(index / 700) }),
    );
    await store.record(many);
    await store.record([record("om_7", { at: NOW, text: "a rare word" }), record("om_8", { at: NOW, text: "rare" })]);
    const found = await store.ledger({ limit: 9, text: "RARE" });
    expect(new Set(found.map(({ messageId }) => messageId))).toEqual(new Set(["om_7", "om_8"]));
    expect(await store.ledger({ limit: 1000, text: "line" })).toHaveLength(1000);
  });

  it("counts how the messages of each place ended", async () => {
    await store.record([
      ended("om_1", { at: NOW - 1, outcome: "answered" }),
      ended("om_2", { at: NOW, outcome: "answered" }),
      ended("om_3", { at: NOW + 5, outcome: "answered" }),
      ended("om_4", { at: NOW, outcome: "failed", code: "timeout" }),
      record("om_5", { at: NOW, conversation: { id: "ou_1", kind: "direct" }, outcome: "declined", reason: "unsafe" }),
    ]);
    const counts = await store.ledgerCounts({ since: NOW });
    expect(await store.ledgerCounts({ since: NOW - 1, before: NOW })).toMatchObject([{ count: 1, lastAt: NOW - 1 }]);
    expect(counts).toHaveLength(3);
    const direct = placeKey({ ...PLACE, conversationId: "ou_1" });
    expect(counts).toEqual(
      expect.arrayContaining([
        { place: KEY, kind: "group", outcome: "answered", count: 2, lastAt: NOW + 5 },
        { place: KEY, kind: "group", outcome: "failed", reason: "timeout", count: 1, lastAt: NOW },
        { place: direct, kind: "direct", outcome: "declined", reason: "unsafe", count: 1, lastAt: NOW },
      ]),
    );
  });

  it("knows when posts went out, and finds several by their keys", async () => {
    const other = { ...PLACE, conversationId: "oc_2" };
    await store.reservePost(newPost("k1"), NOW);
    await store.reservePost(newPost("k2", { place: other }), NOW);
    await store.reservePost(newPost("k3"), NOW);
    await store.endSend("k2", { state: "sent", messageIds: [] }, NOW + 1);
    await store.endSend("k1", { state: "unknown", code: "channel_unknown_outcome" }, NOW + 2);
    expect(await store.sentTimes(NOW)).toEqual([
      { place: placeKey(other), at: NOW + 1 },
      { place: KEY, at: NOW + 2 },
    ]);
    expect(await store.sentTimes(NOW + 2)).toEqual([{ place: KEY, at: NOW + 2 }]);
    const found = await store.findPosts(["k3", "k1", "k9", "k1"]);
    expect(found.map(({ post }) => post.idempotencyKey).toSorted()).toEqual(["k1", "k3"]);
    expect(await store.findPosts([])).toEqual([]);
  });

  it("keeps labels and notes", async () => {
    const label = { key: "l1", messageId: keyOf("om_1"), positive: true, source: "thumb", userId: "ou_1", at: NOW };
    await store.addLabel(label);
    await store.addLabel({ ...label, positive: false, at: NOW + 1 });
    expect(await store.labels()).toEqual([{ ...label, positive: false, at: NOW + 1 }]);
    expect(await store.labels({ since: NOW + 2 })).toEqual([]);
    expect(await store.labels({ messageIds: [keyOf("om_1"), keyOf("om_2")] })).toHaveLength(1);
    expect(await store.labels({ messageIds: [keyOf("om_2")] })).toEqual([]);
    expect(await store.labels({ messageIds: [] })).toEqual([]);
    await store.removeLabel("l2");
    expect(await store.labels()).toHaveLength(1);
    await store.removeLabel("l1");
    expect(await store.labels()).toEqual([]);
    await store.putNote(KEY, "muted-until", "5", NOW);
    await store.putNote(KEY, "muted-until", "6", NOW);
    await store.putNote(KEY, "other", "x", NOW);
    expect(await store.note(KEY, "muted-until")).toBe("6");
    expect(await store.notes(KEY)).toEqual(
      new Map([
        ["muted-until", "6"],
        ["other", "x"],
      ]),
    );
    await store.putNote(KEY, "other", undefined, NOW);
    expect(await store.note(KEY, "other")).toBeUndefined();
  });

  it("can be checked", async () => {
    await store.check();
  });

  if (reopen === undefined) return;

  it("forgets old texts and keeps the scores", async () => {
    await store.takeIn([said("om_1"), said("om_2")], NOW);
    await store.claim(KEY, LEASE, NOW);
    await store.settle(
      {
        place: PLACE,
        owner: "one",
        done: [keyOf("om_1")],
        ledger: [record("om_1")],
        posts: [newPost("k1"), newPost("k2")],
      },
      NOW,
    );
    await store.endSend("k1", { state: "sent", messageIds: ["om_9"] }, NOW);
    expect(await store.forget(NOW)).toBe(0);
    expect(await store.forget(NOW + 1)).toBe(1);
    expect(await store.findLine(keyOf("om_1"))).toBeUndefined();
    expect(await store.findLine(keyOf("om_2"))).toBeDefined();
    const { text: _, ...rest } = record("om_1");
    expect(await store.findRecords("om_1")).toEqual([rest]);
    const post = await store.findPost("k1");
    expect(post).toMatchObject({ state: "sent", messageIds: ["om_9"], post: { markdown: "", kind: "answer" } });
    expect(post?.question).toBeUndefined();
    expect((await store.findPost("k2"))?.post.markdown).toBe("answer k2");
  });

  it("has everything after a restart", async () => {
    await store.takeIn([said("om_1")], NOW);
    await store.reservePost(newPost("k1"), NOW);
    await store.record([record("om_0")]);
    store = await reopen(store);
    expect(await store.takeIn([said("om_1")], NOW + 3_600_000)).toEqual([false]);
    expect(await store.pendingEvents(KEY)).toHaveLength(1);
    expect(await store.unsentPosts(KEY)).toHaveLength(1);
    expect(await store.findRecords("om_0")).toHaveLength(1);
  });
}
