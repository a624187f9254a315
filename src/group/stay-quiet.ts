import type { PostTarget } from "../core/channel.ts";
import type { Message } from "../core/message.ts";
import type { TurnOptions } from "./engine-options.ts";

/** Nothing will be posted in reply: whatever shows on the platform that we are at it is ended. Faults of it matter to nobody. */
export function stayQuiet(
  channelName: string,
  target: PostTarget,
  { channel, logger }: Pick<TurnOptions, "channel" | "logger">,
): void {
  channel(channelName)
    ?.stayQuiet?.(target)
    .catch((error: unknown) =>
      logger.debug("channel.stay-quiet-failed", { channel: channelName, error: String(error) }),
    );
}

/** The same for lines that have come to their end without a post. */
export function stayQuietOn(messages: readonly Message[], options: Pick<TurnOptions, "channel" | "logger">): void {
  for (const { channel, conversation, id, replyContext } of messages) {
    const target = { conversation, inReplyTo: id, ...(replyContext !== undefined && { replyContext }) };
    stayQuiet(channel, target, options);
  }
}
