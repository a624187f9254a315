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
}

/** Runs an exported chat through the present policy and, when given, through another one. */
export async function replayChat(
  { config: loaded, logger, locale }: ReadyOptions,
  { lines, other, withModel, onProgress, gateOf, ask }: ReplayChatOptions,
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
  let gateMs = 0;
  const scores = new Map<string, GateVerdict>();

  async function run(settings: LoadedConfig["config"], keeper: GateKeeper, known: Map<string, GateVerdict>) {
    const { threshold } = await keeper.current(label.group);
    const channel = "replay";
    return replay(
      lines,
      {
        createStore: createMemoryStore,
        policyOf: (group) => createPlacePolicy({ ...groupSettings(settings, channel, group), locale }),
        async score(texts, inner) {
          const startedAt = performance.now();
          const scored = await keeper.score(texts, label, inner);
          gateMs += performance.now() - startedAt;
          return scored.map((line) => toVerdict(line, threshold));
        },
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

  const startedAt = performance.now();
  const report = await run(config, await gateOf(), scores);
  const engineMs = performance.now() - startedAt - gateMs;
  if (other === undefined) return { report, engineMs };
  const sameGate = other.config.gate.question === config.gate.question;
  const otherReport = sameGate
    ? await run(other.config, await gateOf(), scores)
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
