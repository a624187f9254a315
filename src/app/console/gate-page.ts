import { containment, overlapTerms } from "../../core/terms.ts";
import type { LedgerRecord, Store } from "../../core/store.ts";
import { isFaceReason, measureLines } from "../../gate/evaluate-gate.ts";
import type { GateKeeper } from "../../gate/gate-keeper.ts";
import { checkLabels, sameText } from "../../gate/labelled.ts";
import { isWithheld, readLedgerLabels, tuningLines } from "../../group/ledger-labels.ts";
import type { ConsoleFunctions, GateView } from "../../http/console-functions.ts";
import type { LedgerWriter } from "../ledger-writer.ts";
import { publicId, publicIdOfKey } from "./ledger-id.ts";
import { createLineScores } from "./line-scores.ts";
import { oneAtATime } from "./one-at-a-time.ts";

export interface GatePageParts {
  store: Pick<Store, "ledger" | "labels" | "findRecords">;
  writer: Pick<LedgerWriter, "settled">;
  gate: () => Promise<Pick<GateKeeper, "current" | "tunedAt" | "score" | "tune">>;
  gateVersion: () => Promise<string>;
  /** Names the documents in use. */
  corpusVersion: () => Promise<string>;
}

/** Labelled lines that are shown and measured, the newest opinions. */
const MOST_LABELLED = 500;
/** Records that are looked through for lines to label. */
const LOOKED_THROUGH = 1000;
/** Of those, lines that were judged by another gate and are judged again. */
const MOST_SCORED = 200;
const TO_LABEL = 50;
/** Two lines that share so many of their terms teach the same. */
const ALIKE = 0.8;

/** The gate as the console shows it, and tuning it to the ledger's labels. */
export function gatePage({
  store,
  writer,
  gate,
  gateVersion,
  corpusVersion,
}: GatePageParts): Pick<ConsoleFunctions, "gate" | "tuneGate"> {
  const scoreLines = createLineScores({
    gate,
    version: async () => `${await gateVersion()} ${await corpusVersion()}`,
  });
  const tuning = oneAtATime();
  return {
    async gate({ group }, signal) {
      await writer.settled();
      const keeper = await gate();
      const [present, tunedAt, version, labels] = await Promise.all([
        keeper.current(group),
        keeper.tunedAt(group),
        gateVersion(),
        readLedgerLabels(store),
      ]);
      const labelled = labels.lines.slice(-MOST_LABELLED);
      const scores = await scoreLines(
        labelled.map(({ text }) => text),
        group,
        signal,
      );
      const lines = labelled.map(({ text, positive, messageId }, index) => {
        const { probability = 0, speaks = false } = scores[index] ?? {};
        return { id: publicIdOfKey(messageId), text, positive, probability, speaks };
      });
      const measured = measureLines(lines);
      const positive = labels.lines.filter((line) => line.positive).length;
      const { noText, asked, withheld } = labels.skipped;
      const known = new Set([...labels.lines, ...labels.contradictory].map(({ text }) => sameText(text)));
      return {
        kind: tunedAt === undefined ? "prior" : "tuned",
        version,
        threshold: present.threshold,
        question: present.questionFloor,
        ...(tunedAt !== undefined && { tunedAt }),
        labels: {
          positive,
          negative: labels.lines.length - positive,
          contradictory: labels.contradictory.length,
          skipped: noText + asked + withheld,
        },
        lines,
        curve: measured?.curve ?? [],
        measures: measured?.measures,
        toLabel: await linesToLabel({ group, threshold: present.threshold, version, known }, signal),
      };
    },
    async tuneGate({ group, maxWrong }, signal) {
      await writer.settled();
      return tuning(async () => {
        const lines = tuningLines(await readLedgerLabels(store));
        checkLabels(lines);
        const keeper = await gate();
        const options = { ...(group !== undefined && { group }), ...(maxWrong !== undefined && { maxWrong }) };
        const report = await keeper.tune(lines, options, signal);
        const { threshold, crossValidated, intervals, prior, warnings } = report;
        const positive = lines.filter((line) => line.positive).length;
        const labels = { positive, negative: lines.length - positive };
        return { threshold, crossValidated, intervals, prior, labels, warnings };
      });
    },
  };

  /** Lines of the ledger that the gate decided on and that nobody has labelled, those nearest to the threshold first. */
  async function linesToLabel(
    {
      group,
      threshold,
      version,
      known,
    }: { group: string | undefined; threshold: number; version: string; known: ReadonlySet<string> },
    signal: AbortSignal,
  ): Promise<GateView["toLabel"]> {
    const seen = new Set(known);
    const stored: { record: LedgerRecord; probability: number }[] = [];
    const stale: LedgerRecord[] = [];
    for (const record of await decidedRecords(group)) {
      const { text = "", scores, reason, gateVersion: judgedBy } = record;
      if (seen.has(sameText(text)) || reason === "too-short" || isWithheld(record)) continue;
      seen.add(sameText(text));
      if (judgedBy !== version || scores === undefined) stale.push(record);
      else stored.push({ record, probability: isFaceReason(reason) ? 0 : scores.answerable });
    }
    const again = stale.slice(0, MOST_SCORED);
    const scores = await scoreLines(
      again.map(({ text = "" }) => text),
      group,
      signal,
    );
    const all = [
      ...stored,
      ...again.map((record, index) => ({ record, probability: scores[index]?.probability ?? 0 })),
    ];
    const picked: { record: LedgerRecord; probability: number; terms: Set<string> }[] = [];
    const distance = (probability: number): number => Math.abs(probability - threshold);
    for (const { record, probability } of all.toSorted((a, b) => distance(a.probability) - distance(b.probability))) {
      if (picked.length === TO_LABEL) break;
      const terms = overlapTerms(record.text ?? "");
      if (!picked.some((other) => isAlike(terms, other.terms))) picked.push({ record, probability, terms });
    }
    return picked.map(({ record, probability }) => {
      const { text = "", outcome, at } = record;
      return { id: publicId(record), text, probability, outcome, at };
    });
  }

  async function decidedRecords(group: string | undefined): Promise<LedgerRecord[]> {
    const query = { limit: LOOKED_THROUGH, ...(group !== undefined && { conversationId: group }) };
    const found = await Promise.all([
      store.ledger({ ...query, outcome: "answered" }),
      store.ledger({ ...query, outcome: "declined" }),
    ]);
    return found
      .flat()
      .filter(({ text = "" }) => text.trim() !== "")
      .toSorted((left, right) => right.at - left.at);
  }
}

function isAlike(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return containment(left, right) >= ALIKE && containment(right, left) >= ALIKE;
}
