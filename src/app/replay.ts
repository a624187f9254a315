import { performance } from "node:perf_hooks";
import type { LoadedConfig } from "../config/load.ts";
import type { GateKeeper, ScoredLine } from "../gate/gate-keeper.ts";
import type { AskReport, GateVerdict } from "../group/engine-options.ts";
import type { ReplayLine } from "../group/replay-line.ts";
import type { AskOptions, AskResult, ReadyOptions, ReplayResult, ReplayRunOptions } from "./assistant.ts";

export interface ReplayChatOptions extends ReplayRunOptions {
  lines: ReplayLine[];
  /** The gate in use, or one with another floor of P(question). */
  gateOf: (questionFloor?: number) => Promise<GateKeeper>;
  ask: (question: string, options: AskOptions, signal: AbortSignal) => Promise<AskResult>;
  /** Passages of the index. */
  passages: () => Promise<number>;
  /** Spent on vectors so far, in milliseconds. */
  embeddingMs: () => number;
}

/** Runs an exported chat through the present policy and, when given, through another one. */
export async function replayChat(
  { config: loaded, logger, locale }: ReadyOptions,
  { lines, other, withModel, onProgress, gateOf, ask, embeddingMs, passages }: ReplayChatOptions,
  signal: AbortSignal,
): Promise<ReplayResult> {
  const { config } = loaded;
  const [{ replay }, { compareReplays }, { createPlacePolicy }, { createMemoryStore }, { groupSettings }] =
    await Promise.all([
      import("../group/replay.ts"),
      import("../group/replay-report.ts"),
      import("../group/place-policy.ts"),
      import("../store/memory-store.ts"),
      import("../config/group-settings.ts"),
    ]);
  const groups = new Set(lines.map(({ group }) => group));
  // A gate of its own is known by the group; lines of many groups are judged together, by the gate for all.
  const [only] = groups;
  const label = groups.size === 1 && only !== undefined ? { group: only } : {};
  const scores = new Map<string, GateVerdict>();

  async function run(settings: LoadedConfig["config"], keeper: GateKeeper, known: Map<string, GateVerdict>) {
    const [gate, passageCount] = await Promise.all([keeper.current(label.group), passages()]);
    const channel = "replay";
    return replay(
      lines,
      {
        createStore: createMemoryStore,
        // What an admin once ordered is no part of what the policy alone would do.
        policyOf: (group) => ({
          ...createPlacePolicy({ ...groupSettings(settings, channel, group), locale }),
          admins: [],
        }),
        score: async (texts, inner) =>
          (await keeper.score(texts, label, inner)).map((line) => toVerdict(line, gate.threshold)),
        unaskedThreshold: (group) =>
          gate.unaskedThreshold(groupSettings(settings, channel, group).gate.max_wrong, passageCount),
        ...(withModel && {
          ask: async ({ question, history }, inner) => toAskReport(await ask(question, { history }, inner)),
        }),
        logger,
        ...(onProgress && { onProgress }),
      },
      signal,
      known,
    );
  }

  const keeper = await gateOf();
  // Loads the index: no part of the engine's time.
  await keeper.current(label.group);
  const embeddedMs = embeddingMs();
  const startedAt = performance.now();
  const report = await run(config, keeper, scores);
  const engineMs = performance.now() - startedAt - (embeddingMs() - embeddedMs);
  if (other === undefined) return { report, engineMs };
  const sameGate = other.config.gate.question === config.gate.question;
  const otherReport = sameGate
    ? await run(other.config, keeper, scores)
    : await run(other.config, await gateOf(other.config.gate.question), new Map());
  return { report, engineMs, other: { report: otherReport, differences: compareReplays(report, otherReport) } };
}

function toVerdict({ question, answerable, speak, reason }: ScoredLine, threshold: number): GateVerdict {
  return { question, answerable, threshold, speak, ...(reason !== undefined && { reason }) };
}

function toAskReport({ outcome, scores, timings }: AskResult): AskReport {
  const steps = Object.entries(timings)
    .filter(([name]) => name !== "total" && name !== "load")
    .map(([name, durationMs]) => ({ name, durationMs }));
  return { outcome, steps, ...(scores !== undefined && { scores }) };
}
