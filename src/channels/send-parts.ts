import { z } from "zod";
import type { SendProgress, SendReceipt } from "../core/channel.ts";
import { AppError, isAppError } from "../core/errors.ts";

const progressSchema = z.object({
  /** The part that is to be sent next. */
  next: z.number().int().min(0),
  /** When the send of that part began; milliseconds since 1970. Absent while it has not, or has surely failed. */
  begunAt: z.number().optional(),
  /** Parts that may or may not have been shown. */
  unknown: z.array(z.number()).default([]),
  ids: z.array(z.string()).default([]),
});

type PartProgress = z.infer<typeof progressSchema>;

/** Faults that say the part was surely not shown. Anything else leaves it open. */
const NOT_SHOWN = [
  "channel_limited",
  "channel_unreachable",
  "channel_rejected",
  "channel_unauthorised",
  "aborted",
] as const;

/** Sends of one part in one go, where it may be repeated at all. */
const MAX_TRIES = 3;

export interface SendPartsOptions {
  /** Begins the message of a fault, such as `wecom-hook "hr"`. */
  name: string;
  /** The same for the same post, whenever it is asked for. */
  parts: readonly string[];
  progress: SendProgress;
  now: () => number;
  /**
   * Sends a part and resolves with the platform's id of it, if there is one. Calls `begin` when it has waited for all it
   * has to wait for, right before the platform is called.
   */
  send: (part: string, begin: () => Promise<void>) => Promise<string | undefined>;
  /** How long after its begin a send may be repeated because the platform shows it once, in milliseconds. Default 0. */
  repeatableMs?: number;
}

/**
 * Sends the parts of a post where the platform has no idempotency key. What is on its way is saved before each send, so
 * that a second call, after a fault or a restart, goes on where the first ended. The rule for a part of which nobody knows
 * whether it was shown: it is not sent again, the parts after it are, and the fault is reported at the end.
 * @throws AppError `channel_unknown_outcome` when a part may be missing; whatever `send` throws
 */
export async function sendParts(options: SendPartsOptions): Promise<SendReceipt> {
  const { name, parts, progress, now, send, repeatableMs = 0 } = options;
  let state = readProgress(progress.saved);
  let tries = 0;
  const save = async (next: PartProgress): Promise<void> => {
    if (next.next > state.next) tries = 0;
    await progress.save(JSON.stringify(next));
    state = next;
  };
  while (state.next < parts.length) {
    const { next, begunAt, unknown, ids } = state;
    if (begunAt !== undefined && (now() - begunAt >= repeatableMs || tries >= MAX_TRIES)) {
      await save({ next: next + 1, unknown: [...unknown, next], ids });
      continue;
    }
    tries += 1;
    try {
      const id = await send(parts[next] ?? "", async () => save({ next, begunAt: begunAt ?? now(), unknown, ids }));
      await save({ next: next + 1, unknown, ids: id === undefined ? ids : [...ids, id] });
    } catch (error) {
      // An earlier try of this part may have been shown, whatever became of this one.
      const isUndone = isAppError(error, ...NOT_SHOWN) && begunAt === undefined;
      if (isUndone && state.begunAt !== undefined) await save({ next, unknown, ids });
      if (!isAppError(error, "channel_unknown_outcome")) throw error;
    }
  }
  if (state.unknown.length > 0) {
    throw new AppError(
      "channel_unknown_outcome",
      `${name}: ${state.unknown.length} of ${parts.length} parts may or may not have been shown; they are not sent again`,
    );
  }
  return { messageIds: state.ids };
}

function readProgress(saved: string | undefined): PartProgress {
  const parsed = saved === undefined ? undefined : progressSchema.safeParse(parseJson(saved));
  return parsed?.success === true ? parsed.data : { next: 0, unknown: [], ids: [] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
