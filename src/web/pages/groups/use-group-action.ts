import { useState } from "preact/hooks";
import type { GroupEntry } from "../../api/groups.ts";
import { texts } from "../../state/locale.ts";
import { faultText } from "../../ui/fault-text.ts";

export interface GroupAction {
  isRunning: boolean;
  said: { text: string; isFault: boolean } | undefined;
  /** Does one thing at a time; true when it worked. */
  run: (act: () => Promise<GroupEntry>, done: string) => Promise<boolean>;
}

/** Changes a group, and says how that went. */
export function useGroupAction(onChange: (group: GroupEntry) => void): GroupAction {
  const [isRunning, setRunning] = useState(false);
  const [said, setSaid] = useState<GroupAction["said"]>();
  return { isRunning, said, run };

  async function run(act: () => Promise<GroupEntry>, done: string): Promise<boolean> {
    if (isRunning) return false;
    setRunning(true);
    setSaid(undefined);
    try {
      onChange(await act());
      setSaid({ text: done, isFault: false });
      return true;
    } catch (error) {
      setSaid({ text: faultText(error, texts.value), isFault: true });
      return false;
    } finally {
      setRunning(false);
    }
  }
}
