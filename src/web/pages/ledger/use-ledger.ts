import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { readLedger, type LedgerEntry, type LedgerFilters } from "../../api/ledger.ts";

/** Messages that are read at once. */
const PAGE_SIZE = 50;
const NEWER_EVERY_MS = 10_000;
/** Whoever has scrolled further reads, and nothing may move under the eyes. Pixels. */
const START_PX = 40;

export interface LedgerView {
  state: "loading" | "ready" | "failed";
  error?: unknown;
  /** Whether `records` were read, be they none. */
  isRead: boolean;
  records: LedgerEntry[];
  /** Newer ones that wait until they are asked for. */
  fresh: LedgerEntry[];
  /** False once the oldest was read. */
  hasOlder: boolean;
  older: "idle" | "loading" | "failed";
  /** The last look for newer messages failed. */
  isStale: boolean;
}

export interface LedgerActions {
  readAgain: () => void;
  readOlder: () => void;
  showFresh: () => void;
  /** A changed record in its place, without asking the service. */
  replace: (entry: Pick<LedgerEntry, "id" | "label">) => void;
}

const START: LedgerView = {
  state: "loading",
  isRead: false,
  records: [],
  fresh: [],
  hasOlder: false,
  older: "idle",
  isStale: false,
};

/** The ledger from its newest message on, page by page, and what comes in meanwhile. */
export function useLedger(filters: LedgerFilters): [LedgerView, LedgerActions] {
  const [view, setView] = useState(START);
  const [round, setRound] = useState(0);
  const current = useRef({ view, controller: new AbortController() });
  current.current.view = view;
  const inputs = [...Object.values(filters), round];

  useEffect(() => {
    const controller = new AbortController();
    current.current.controller = controller;
    setView((known) => ({ ...known, state: "loading", older: "idle" }));
    void readFirst(controller.signal);
    const lookIfSeen = (): void => {
      if (document.visibilityState === "visible") void readNewer(controller.signal);
    };
    const timer = setInterval(lookIfSeen, NEWER_EVERY_MS);
    document.addEventListener("visibilitychange", lookIfSeen);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", lookIfSeen);
      controller.abort();
    };
  }, inputs);

  return [
    view,
    {
      readAgain: useCallback(() => setRound((count) => count + 1), []),
      readOlder: () => void readOlder(current.current.controller.signal),
      showFresh: useCallback(() => setView((known) => ({ ...withNewest(known, known.fresh), fresh: [] })), []),
      replace: useCallback(({ id, label }) => {
        setView((known) => ({
          ...known,
          records: known.records.map((record) => (record.id === id ? { ...record, label } : record)),
        }));
      }, []),
    },
  ];

  async function readFirst(signal: AbortSignal): Promise<void> {
    try {
      const records = await readLedger(filters, { limit: PAGE_SIZE, signal });
      setView({ ...START, state: "ready", isRead: true, records, hasOlder: records.length === PAGE_SIZE });
    } catch (error) {
      if (!signal.aborted) setView((known) => ({ ...known, state: "failed", error }));
    }
  }

  async function readOlder(signal: AbortSignal): Promise<void> {
    const { older, records } = current.current.view;
    const last = records.at(-1);
    if (older === "loading" || last === undefined) return;
    setView((known) => ({ ...known, older: "loading" }));
    try {
      const page = await readLedger(filters, { limit: PAGE_SIZE, before: last.at + 1, signal });
      const rest = unknownOf(page, records);
      // A whole page of one millisecond: what is of that instant is all known.
      const isStuck = rest.length === 0 && page.length === PAGE_SIZE;
      const added = isStuck ? await readLedger(filters, { limit: PAGE_SIZE, before: last.at, signal }) : rest;
      setView((known) => ({
        ...known,
        older: "idle",
        records: [...known.records, ...unknownOf(added, known.records)],
        hasOlder: (isStuck ? added : page).length === PAGE_SIZE,
      }));
    } catch {
      if (!signal.aborted) setView((known) => ({ ...known, older: "failed" }));
    }
  }

  async function readNewer(signal: AbortSignal): Promise<void> {
    if (current.current.view.state !== "ready") return;
    try {
      const newest = await readLedger(filters, { limit: PAGE_SIZE, signal });
      setView((known) => {
        const isAtStart = scrollY <= START_PX;
        return isAtStart ? { ...withNewest(known, newest), fresh: [] } : withWaiting(known, newest);
      });
    } catch {
      if (!signal.aborted) setView((known) => ({ ...known, isStale: true }));
    }
  }
}

/** The newest ones on top; those known take their present state. */
function withNewest(view: LedgerView, newest: LedgerEntry[]): LedgerView {
  const added = unknownOf(newest, view.records);
  const isGap = added.length === PAGE_SIZE && view.records.length > 0;
  // More came in than one page holds: what lies between is read as older ones.
  if (isGap) return { ...view, records: added, hasOlder: true, isStale: false };
  return { ...view, records: [...added, ...updated(view.records, newest)], isStale: false };
}

function withWaiting(view: LedgerView, newest: LedgerEntry[]): LedgerView {
  const fresh = unknownOf(newest, view.records);
  return { ...view, records: updated(view.records, newest), fresh, isStale: false };
}

function updated(records: LedgerEntry[], newest: LedgerEntry[]): LedgerEntry[] {
  const byId = new Map(newest.map((record) => [record.id, record]));
  return records.map((record) => byId.get(record.id) ?? record);
}

function unknownOf(page: LedgerEntry[], known: LedgerEntry[]): LedgerEntry[] {
  const ids = new Set(known.map(({ id }) => id));
  return page.filter(({ id }) => !ids.has(id));
}
