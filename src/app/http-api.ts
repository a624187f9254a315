import { messageKey, type LedgerRecord, type Place, type Store } from "../core/store.ts";
import type { ApiFunctions, HttpTurn, TurnOptions } from "../http/api-functions.ts";
import type { TurnQueue } from "../http/turn-queue.ts";
import type { AskOptions, AskResult, Assistant } from "./assistant.ts";
import { ledgerSteps } from "./ledger-steps.ts";
import type { LedgerWriter } from "./ledger-writer.ts";
import type { PlaceSettings } from "./place-policies.ts";
import { systemClock } from "./runtime.ts";

export interface HttpApiParts extends Pick<Assistant, "search" | "score"> {
  ask: (question: string, options: AskOptions, signal: AbortSignal) => Promise<AskResult>;
  embed: (texts: string[], signal: AbortSignal) => Promise<Float32Array[]>;
  gateVersion: () => Promise<string>;
  store: Pick<Store, "findRecords" | "addLabel" | "removeLabel">;
  writer: LedgerWriter;
  settingsOf: (place: Place) => PlaceSettings;
  turns: TurnQueue;
}

/** Channel and app of what comes over HTTP, in the ledger. */
const HTTP = "http";

/** What the routes for other programs need, from the assistant and the store. */
export function httpFunctions({ store, writer, settingsOf, gateVersion, turns, ...parts }: HttpApiParts): ApiFunctions {
  return {
    assertRoom: () => turns.assertRoom(),
    ask: async (question, options, signal) =>
      turns.run(async (aside, waitedMs) => {
        const ended = await parts.ask(question, { ...askOptions(options), aside }, signal);
        return { ...ended, timings: { wait: waitedMs, ...ended.timings } };
      }, signal),
    search: parts.search,
    score: parts.score,
    embed: parts.embed,
    async record(turn) {
      writer.add(toRecord(turn, await gateVersion()));
    },
    async vote({ id, vote, comment, callerId }) {
      await writer.settled();
      const records = await store.findRecords(id);
      const record = records.find((one) => one.channel === HTTP && one.messageId === id) ?? records[0];
      if (record === undefined) return false;
      const key = `vote:${record.id}:${callerId}`;
      if (vote === "none") await store.removeLabel(key);
      else {
        await store.addLabel({
          key,
          messageId: record.id,
          // Where silence is what is rated and it was wrong, the line should have been answered.
          positive: (record.outcome === "answered") === (vote === "up"),
          source: "vote",
          userId: callerId,
          at: systemClock.now(),
          ...(comment !== undefined && { comment }),
        });
      }
      return true;
    },
  };

  function askOptions({ history, group, topK, language, onText, onStep, sources }: TurnOptions): AskOptions {
    return {
      history,
      ...(onText !== undefined && { onText }),
      ...(onStep !== undefined && { onStep }),
      ...(sources !== undefined && { sources }),
      ...(topK !== undefined && { hits: topK }),
      ...(language !== undefined && { language }),
      ...(group !== undefined && { group: groupOptions(group) }),
    };
  }

  function groupOptions(id: string): NonNullable<AskOptions["group"]> {
    const { gate, corpusPaths } = settingsOf({ channel: HTTP, app: HTTP, conversationId: id });
    return { id, gate, ...(corpusPaths !== undefined && { paths: corpusPaths }) };
  }
}

function toRecord({ id, at, question, group, callerId, via, ended }: HttpTurn, gateVersion: string): LedgerRecord {
  const known = {
    id: messageKey({ channel: HTTP, app: HTTP, id }),
    messageId: id,
    at,
    channel: HTTP,
    app: HTTP,
    conversation:
      group === undefined ? { id: callerId, kind: "direct" as const } : { id: group, kind: "group" as const },
    senderId: callerId,
    mentioned: true,
    text: question,
    gateVersion,
    extra: { via },
  };
  if (ended === undefined) return { ...known, outcome: "failed", code: "aborted", steps: [] };
  const { outcome, scores } = ended;
  return {
    ...known,
    outcome: outcome.kind,
    ...(outcome.kind === "declined" && { reason: outcome.reason }),
    ...(outcome.kind === "failed" && { code: outcome.code }),
    ...(outcome.kind === "answered" && { model: outcome.model, usage: outcome.usage }),
    ...(scores !== undefined && { scores }),
    steps: ledgerSteps(ended),
  };
}
