import { setMaxListeners } from "node:events";
import type { ChannelEvent, Intake, PostTarget } from "../core/channel.ts";
import { errorMessage } from "../core/errors.ts";
import { eventKey, placeKey, placeOfEvent, placeOfKey, type Place } from "../core/store.ts";
import { atMost } from "./at-most.ts";
import { DEFAULT_LIMITS, type EngineOptions, type TurnOptions } from "./engine-options.ts";
import { idempotencyKey } from "./idempotency-key.ts";
import { createInbox } from "./inbox.ts";
import { createPlaceWorker, type PlaceWorker } from "./place-worker.ts";

/** A notice of the owner to a conversation. */
export interface Notice {
  place: Place;
  target: PostTarget;
  markdown: string;
  /** The same for the same notice, so that a repeated request posts it once. */
  id: string;
}

/** From what platforms tell to what they are told to post. */
export interface Engine {
  /** For channels. Resolves once the event is on the disk, whatever else goes on. */
  intake: Intake;
  /** Takes up what an earlier process left, and looks for work from now on. */
  start(): Promise<void>;
  /** Puts a notice into the outbox; resolves once it is on the disk, with its key. */
  post(notice: Notice): Promise<string>;
  /** Resolves when nothing runs: all that is left waits for its time. */
  whenQuiet(): Promise<void>;
  /** Places in memory. */
  activePlaces(): number;
  /** Ends what runs, up to `stopMs`, and gives the leases back; what has not ended is taken up by the next process. */
  stop(): Promise<void>;
}

/** Places taken up in one look for work. */
const PLACES_AT_ONCE = 100;
const RETENTION_LOOK_MS = 3_600_000;
const NOTICE_LIFE_MS = 24 * 3_600_000;
/** How often a shared store is asked for posts of others in places that are ours, in polls. */
const POLLS_PER_REFRESH = 5;

/** The group room, joined. */
export function createEngine(given: EngineOptions): Engine {
  const limits = { ...DEFAULT_LIMITS, ...given.limits };
  const options: TurnOptions = {
    ...given,
    limits,
    runScore: atMost(limits.scoresAtOnce),
    runAsk: atMost(limits.asksAtOnce),
  };
  const { store, clock, logger, owner } = options;
  const places = new Map<string, PlaceWorker>();
  const activating = new Set<string>();
  const running = new Set<Promise<void>>();
  const ending = new AbortController();
  const polling = new AbortController();
  // Everything that runs listens to it, and lets go of it when it has ended.
  setMaxListeners(0, ending.signal);
  let isStopping = false;
  let polls = 0;
  let renewedAt = 0;
  let forgotAt = Number.NEGATIVE_INFINITY;

  const track = (work: Promise<void>): void => {
    running.add(work);
    void work.finally(() => running.delete(work));
  };
  const lease = () => ({ owner, until: clock.now() + limits.leaseMs });

  const take = async (place: string): Promise<void> => {
    const worker = createPlaceWorker({
      place: placeOfKey(place),
      policy: () => options.policyOf(placeOfKey(place)),
      options,
      signal: ending.signal,
      track,
      onLost() {
        if (places.get(place) === worker) places.delete(place);
        // Given back at once, so that the next look for work finds it.
        track(store.release(owner, [place]).catch(tellStoreFault));
      },
    });
    places.set(place, worker);
    await worker.load();
  };

  const activate = async (place: string): Promise<void> => {
    if (isStopping || activating.has(place)) return;
    activating.add(place);
    try {
      const isOurs = await store.claim(place, lease(), clock.now());
      // Otherwise its owner finds the event; or we do, when that lease ends.
      if (isOurs && !isStopping) await take(place);
    } catch (error) {
      tellStoreFault(error);
    } finally {
      activating.delete(place);
    }
  };

  const onNew = (events: ChannelEvent[], receivedAt: number): void => {
    for (const event of events) {
      const place = placeKey(placeOfEvent(event));
      const worker = places.get(place);
      if (worker === undefined) track(activate(place));
      else worker.push({ key: eventKey(event), place, event, receivedAt });
    }
  };
  const { onRepeated } = given;
  const inbox = createInbox({ store, clock, onNew, ...(onRepeated !== undefined && { onRepeated }) });

  const tellStoreFault = (error: unknown): void => {
    logger.error("store.failed", { error: errorMessage(error) });
  };

  const look = async (): Promise<void> => {
    const now = clock.now();
    if (now - renewedAt >= limits.leaseMs / 3) {
      // A place that is taken up meanwhile is not among what is renewed, and ours all the same.
      const before = [...places];
      const kept = new Set(await store.renew(lease(), now));
      renewedAt = now;
      for (const [place, worker] of before) {
        if (kept.has(place)) continue;
        worker.close();
        if (places.get(place) === worker) places.delete(place);
      }
      const left = [...kept].filter((place) => !places.has(place) && !activating.has(place));
      if (left.length > 0) await store.release(owner, left);
    }
    const idle = [...places].filter(([, worker]) => now - (worker.idleSince() ?? now) >= limits.idleMs);
    for (const [place, worker] of idle) {
      worker.close();
      places.delete(place);
    }
    if (idle.length > 0) {
      await store.release(
        owner,
        idle.map(([place]) => place),
      );
    }
    for (const place of await store.claimWork(lease(), now, PLACES_AT_ONCE)) {
      // An event that came this moment may have taken the place up already.
      if (!places.has(place)) await take(place);
    }
    if (options.shared) await lookForOthers();
    if (options.retentionMs !== undefined && now - forgotAt >= RETENTION_LOOK_MS) {
      forgotAt = now;
      const deleted = await store.forget(now - options.retentionMs);
      if (deleted > 0) logger.info("store.forgot", { lines: deleted });
    }
  };

  /** What other processes took in for places that are ours. */
  const lookForOthers = async (): Promise<void> => {
    for (const [place, count] of await store.pendingCounts(owner)) {
      const worker = places.get(place);
      if (worker !== undefined && worker.pendingCount() < count) await worker.load();
    }
    polls++;
    if (polls % POLLS_PER_REFRESH === 0) for (const worker of places.values()) worker.refreshPosts();
  };

  const poll = async (): Promise<void> => {
    while (!polling.signal.aborted) {
      const looking = look().catch(tellStoreFault);
      track(looking);
      await looking;
      await clock.sleep(limits.pollMs, polling.signal).catch(() => undefined);
    }
  };
  const whenQuiet = async (): Promise<void> => {
    await inbox.settled();
    while (running.size > 0) await Promise.all(running);
  };

  return {
    intake: inbox.intake,
    async start() {
      await look();
      void poll();
    },
    async post({ place, target, markdown, id }) {
      const now = clock.now();
      const key = idempotencyKey("notice", placeKey(place), id);
      const post = {
        idempotencyKey: key,
        markdown,
        citations: [],
        kind: "notice" as const,
        takesFeedback: false,
        target,
      };
      await store.reservePost(
        { place, post, state: "waiting", mentioned: true, notBefore: now, expiresAt: now + NOTICE_LIFE_MS },
        now,
      );
      const worker = places.get(placeKey(place));
      if (worker === undefined) track(activate(placeKey(place)));
      else worker.refreshPosts();
      return key;
    },
    whenQuiet,
    activePlaces: () => places.size,
    async stop() {
      isStopping = true;
      polling.abort();
      await inbox.settled();
      for (const worker of places.values()) worker.close();
      const over = new AbortController();
      await Promise.race([whenQuiet(), clock.sleep(limits.stopMs, over.signal).catch(() => undefined)]);
      over.abort();
      ending.abort();
      await whenQuiet();
      await store.release(owner);
    },
  };
}
