import { z } from "zod";
import type { SendProgress } from "../../core/channel.ts";
import { parseObject } from "./api-types.ts";

const cardSchema = z.object({
  id: z.string(),
  /** Raised whenever somebody goes on with the card, so that sequences keep rising across restarts. */
  epoch: z.number().int(),
  /** When its message was first sent, by our clock in milliseconds. */
  begunAt: z.number(),
  messageId: z.string().optional(),
  /** Whether it has its final text. */
  isFinished: z.boolean().default(false),
});

/** The parts that are whole messages. */
const partsSchema = z.object({
  /** The one that comes next. */
  next: z.number().int().min(0),
  /** When the first send of it began that may have been shown, by our clock in milliseconds. */
  begunAt: z.number().optional(),
  ids: z.array(z.string()),
});

const stateSchema = z.object({
  /** Raised when what was sent under the old uuids is given up, since Lark would show nothing new under them. */
  generation: z.number().int().default(0),
  card: cardSchema.optional(),
  parts: partsSchema.optional(),
});

export type CardState = z.infer<typeof cardSchema>;
export type PartsState = z.infer<typeof partsSchema>;
type State = z.infer<typeof stateSchema>;

/** What is known of a post on its way, on the disk. */
export interface SendState {
  readonly generation: number;
  readonly card: CardState | undefined;
  setCard(card: CardState): Promise<void>;
  /** Gives up everything that was sent. */
  startOver(): Promise<void>;
  readonly parts: PartsState | undefined;
  setParts(parts: PartsState): Promise<void>;
}

export function openSendState(progress: SendProgress): SendState {
  let state = readState(progress.saved);
  const save = async (next: State): Promise<void> => {
    // Kept before it is on the disk: nothing is sent until it is.
    state = next;
    await progress.save(JSON.stringify(next));
  };
  return {
    get generation() {
      return state.generation;
    },
    get card() {
      return state.card;
    },
    setCard: (card) => save({ ...state, card }),
    startOver: () => save({ generation: state.generation + 1 }),
    get parts() {
      return state.parts;
    },
    setParts: (parts) => save({ ...state, parts }),
  };
}

function readState(saved: string | undefined): State {
  const parsed = stateSchema.safeParse(saved === undefined ? {} : parseObject(saved));
  return parsed.success ? parsed.data : { generation: 0 };
}
