import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { LedgerRecord, Store } from "../../../src/core/store.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { messageKey } from "../../../src/core/store.ts";

/** A store in a file of its own. */
export async function openFile(): Promise<{ store: Store; workDir: string }> {
  const workDir = await mkdtemp(join(tmpdir(), "xianheng-console-"));
  const store = await openStore({ url: "file:state.db", workDir, alone: true });
  onTestFinished(async () => {
    await store.close();
    await rm(workDir, { recursive: true, force: true });
  });
  return { store, workDir };
}

export const writer = { settled: async () => undefined };

/** A line of a group that was left alone. */
export function line(id: string, changes: Partial<LedgerRecord> = {}): LedgerRecord {
  const channel = changes.channel ?? "hr";
  return {
    id: messageKey({ channel, app: channel, id }),
    messageId: id,
    at: 1000,
    channel,
    app: channel,
    conversation: { id: "oc", kind: "group" },
    senderId: "ou_1",
    mentioned: false,
    text: `line ${id}`,
    outcome: "declined",
    steps: [],
    gateVersion: "prior",
    ...changes,
  };
}
