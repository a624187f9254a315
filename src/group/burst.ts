import type { StoredLine } from "../core/store.ts";
import { isClearQuestion, lineText } from "./line-text.ts";

export interface BurstPolicy {
  /** Silence of one member after which the burst is read, in milliseconds. */
  debounceMs: number;
  /** Nobody may go on for longer. */
  maxBurstAgeMs: number;
}

/** A line, and whether it speaks to us: by a mention, by replying to a post of ours, or in a conversation with us alone. */
export interface BurstLine extends StoredLine {
  toUs: boolean;
}

/** One member's lines in one thread, oldest first, read as one message. */
export interface Burst {
  lines: BurstLine[];
}

/** What is still being said at a place. */
export interface Bursts {
  add(line: BurstLine): void;
  /** The line was taken back. */
  drop(key: string): void;
  /** Takes out what has ended by `now`, oldest first. */
  takeEnded(now: number): Burst[];
  /** When the next one ends: milliseconds since 1970. */
  nextEnd(): number | undefined;
  isEmpty(): boolean;
}

/** A clear question is read sooner, after this share of the debounce; a second thought still finds its way in. */
const SHARE_AFTER_QUESTION = 0.25;

/**
 * Gathers lines into bursts. Pure: the time of everything is `receivedAt`. Lines of two members or two threads are never in
 * one burst, and neither join nor break each other's.
 */
export function createBursts({ debounceMs, maxBurstAgeMs }: BurstPolicy): Bursts {
  const open = new Map<string, BurstLine[]>();
  /** Ended before anybody asked. */
  let ended: BurstLine[][] = [];

  const waitAfter = (lines: BurstLine[]): number => {
    const last = lines.at(-1);
    if (last === undefined) return 0;
    const text = lineText(last.message);
    // A bare mention announces the question, or points at what was said before it.
    const toUs = lines.some((line) => line.toUs);
    if (toUs && (last.toUs ? text !== "" || lines.length > 1 : isClearQuestion(text) || wasAnnounced(lines))) return 0;
    return isClearQuestion(text) ? debounceMs * SHARE_AFTER_QUESTION : debounceMs;
  };
  const endOf = (lines: BurstLine[]): number => {
    const [first] = lines;
    const last = lines.at(-1);
    if (first === undefined || last === undefined) return Number.NEGATIVE_INFINITY;
    return Math.min(last.receivedAt + waitAfter(lines), first.receivedAt + maxBurstAgeMs);
  };

  return {
    add(line) {
      const { sender, conversation } = line.message;
      const member = JSON.stringify([sender.id, conversation.thread ?? null]);
      const before = open.get(member) ?? [];
      if (before.length > 0 && endOf(before) <= line.receivedAt) {
        ended.push(before);
        open.set(member, [line]);
      } else {
        open.set(member, [...before, line]);
      }
    },
    drop(key) {
      for (const [member, lines] of open) {
        const left = lines.filter((line) => line.key !== key);
        if (left.length === 0) open.delete(member);
        else if (left.length < lines.length) open.set(member, left);
      }
      ended = ended.map((lines) => lines.filter((line) => line.key !== key)).filter((lines) => lines.length > 0);
    },
    takeEnded(now) {
      for (const [member, lines] of open) {
        if (endOf(lines) > now) continue;
        open.delete(member);
        ended.push(lines);
      }
      const taken = ended.toSorted((left, right) => endOf(left) - endOf(right));
      ended = [];
      return taken.map((lines) => ({ lines }));
    },
    nextEnd() {
      const ends = [...open.values(), ...ended].map(endOf);
      return ends.length === 0 ? undefined : Math.min(...ends);
    },
    isEmpty: () => open.size === 0 && ended.length === 0,
  };
}

/** The first words after nothing but mentions. */
function wasAnnounced(lines: BurstLine[]): boolean {
  return lines.slice(0, -1).every((line) => line.toUs && lineText(line.message) === "");
}
