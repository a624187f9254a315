import { errorMessage } from "../core/errors.ts";
import { isQuietSpan } from "../core/quiet-span.ts";
import type { Clock, Logger } from "../core/runtime.ts";
import { placeKey, type NoteStore, type Place } from "../core/store.ts";

/** Quiet hours that the owner gave single places while we run; they hold above the file's. */
export interface QuietOverrides {
  /** Spans; undefined: those of the file. */
  of(place: Place): readonly string[] | undefined;
  /** Reads them all, also what other processes wrote. @throws AppError `store_unavailable` */
  load(): Promise<void>;
  /** Undefined gives the place back those of the file. @throws AppError `store_unavailable` */
  change(place: Place, spans: readonly string[] | undefined): Promise<void>;
  /** Reads them again and again, where several processes share one store; ends with the signal. */
  keepFresh(signal: AbortSignal): Promise<void>;
}

export interface QuietOverridesOptions {
  store: Pick<NoteStore, "putNote" | "note" | "notes">;
  clock: Clock;
  logger: Pick<Logger, "warn">;
}

const SCOPE = "quiet-hours";
/** A change in another process holds here after so long at the latest. */
const FRESH_MS = 30_000;

/** In memory, because every line asks; the store is read at the start and after each change. */
export function createQuietOverrides({ store, clock, logger }: QuietOverridesOptions): QuietOverrides {
  let known = new Map<string, readonly string[]>();

  async function load(): Promise<void> {
    const notes = await store.notes(SCOPE);
    known = new Map([...notes].flatMap(([place, text]) => entryOf(place, text)));
  }

  function entryOf(place: string, text: string): [string, readonly string[]][] {
    const spans = spansIn(text);
    if (spans !== undefined) return [[place, spans]];
    logger.warn("policy.unreadable", { place, note: SCOPE });
    return [];
  }

  return {
    of: (place) => (known.size === 0 ? undefined : known.get(placeKey(place))),
    load,
    async change(place, spans) {
      const text = spans === undefined ? undefined : JSON.stringify(spans);
      await store.putNote(SCOPE, placeKey(place), text, clock.now());
      await load();
    },
    async keepFresh(signal) {
      while (!signal.aborted) {
        await clock.sleep(FRESH_MS, signal).catch(() => undefined);
        if (signal.aborted) return;
        await load().catch((error: unknown) => {
          logger.warn("policy.not-read", { note: SCOPE, error: errorMessage(error) });
        });
      }
    },
  };
}

/** Undefined for what no version of this program wrote. */
function spansIn(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isList = Array.isArray(value) && value.every((span) => typeof span === "string" && isQuietSpan(span));
    return isList ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
