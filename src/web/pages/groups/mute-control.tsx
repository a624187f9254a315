import { useState } from "preact/hooks";
import { muteGroup, type GroupEntry } from "../../api/groups.ts";
import { Icon } from "../../ui/icon.tsx";
import { useGroupAction } from "./use-group-action.ts";
import { groupsWords } from "./words.ts";

const TIMES = ["15", "60", "480", "forever"];
/** Ten years: whoever mutes without an end means to end it by hand. */
const FOREVER_MINUTES = 10 * 365 * 24 * 60;

export interface ControlProps {
  group: GroupEntry;
  onChange: (group: GroupEntry) => void;
}

/** Silence for a while, and its end. */
export function MuteControl({ group: { id, muted_until: mutedUntil }, onChange }: ControlProps) {
  const words = groupsWords.value;
  const [time, setTime] = useState("60");
  const { isRunning, said, run } = useGroupAction(onChange);
  const isMuted = mutedUntil !== undefined && mutedUntil > Date.now();
  return (
    <section class="stack tight">
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          const minutes = isMuted ? undefined : time === "forever" ? FOREVER_MINUTES : Number(time);
          void run(() => muteGroup(id, minutes), isMuted ? words.unmuteDone : words.muteDone);
        }}
      >
        {!isMuted && (
          <label class="row">
            <span class="small-text soft">{words.muteFor}</span>
            <select class="input" value={time} onChange={({ currentTarget }) => setTime(currentTarget.value)}>
              {TIMES.map((one) => (
                <option key={one} value={one}>
                  {words.muteTimes[one]}
                </option>
              ))}
            </select>
          </label>
        )}
        <button type="submit" class="button" aria-disabled={isRunning}>
          {isRunning ? <span class="spinner" /> : <Icon name={isMuted ? "bell" : "quiet"} />}
          {isMuted ? words.unmute : words.mute}
        </button>
      </form>
      <p class={said?.isFault === true ? "small-text bad-text" : "small-text soft"} role="status">
        {said?.text}
      </p>
    </section>
  );
}
