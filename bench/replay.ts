/*
 * Exported chats through the whole engine, over the sample corpus, without a model: a day of 40,000 lines (4,000 with
 * `--quick`), 10,000 lines of chit-chat, and how often people had answered already. The chats are those of
 * `XIANHENG_EVAL_DIR`; without it the figures are not run. Started by bench/run.ts.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { builtAssistant, giveFigures, importBuilt, inTemporaryFolder } from "./built-program.ts";
import type { ReplayLine, ReplayReport } from "../src/app.ts";
import { convertGroupChat, type ExportedLine } from "./convert-groupchat.ts";
import { evaluationFolder } from "./evaluation-data.ts";
import type { Figure } from "./figure.ts";

const { signal } = new AbortController();
const IS_QUICK = process.argv.includes("--quick");
const DAY_LINES = IS_QUICK ? 4000 : 40_000;
const CHITCHAT_LINES = IS_QUICK ? 1000 : 10_000;
const DAY_MS = 86_400_000;
const DAY_BEGINS = Date.UTC(2026, 0, 5);
const MEMBERS = 200;
const LEAST_LETTERS = 2;

const folder = evaluationFolder();
const chats = folder === undefined ? undefined : join(folder, "groupchat");
giveFigures(
  chats === undefined || folder === undefined || !existsSync(chats)
    ? [notRun("posts over budget"), notRun(`a day of ${DAY_LINES} lines`), notRun("chit-chat")]
    : await measure(chats, folder),
);

function notRun(name: string): Figure {
  return { name: `replay: ${name}`, value: undefined, unit: "count", ran: "XIANHENG_EVAL_DIR has no groupchat/" };
}

async function measure(chatFolder: string, root: string): Promise<Figure[]> {
  const { decodeReplayLine } = await importBuilt<typeof import("../src/app.ts")>("app.js");
  const decode = (lines: ExportedLine[]) =>
    lines
      .map((line) => decodeReplayLine(JSON.stringify(line)))
      .flatMap((read) => ("line" in read ? [read.line] : []))
      .toSorted((left, right) => left.at - right.at);
  const read = async (name: string): Promise<ExportedLine[]> =>
    convertGroupChat(await readFile(join(chatFolder, `${name}.jsonl`), "utf8"), name);
  const [ubuntu, stripe, bursts] = await Promise.all(["irc_ubuntu_dev", "irc_stripe", "bursts_zh.dev"].map(read));
  const day = squeezed(ubuntu ?? [], DAY_LINES);
  const chitchat = (await readFile(join(root, "chitchat", "zh.dev.tsv"), "utf8"))
    .split("\n")
    .filter((line) => line.startsWith("chitchat\t") && line.length > "chitchat\t".length + LEAST_LETTERS)
    .map((line) => line.slice("chitchat\t".length));

  return inTemporaryFolder(async (workDir) => {
    const assistant = await builtAssistant(workDir);
    await assistant.ingest({}, signal);
    const run = (lines: ExportedLine[]) => assistant.replay(decode(lines), { withModel: false }, signal);
    const runs = [await run(day), await run(stripe ?? []), await run(bursts ?? [])];
    const eager = await eagerReplay(decode(ubuntu ?? []));
    const talk = await run(madeUpDay(chitchat));
    await assistant.close();
    const [busiest, linked] = runs;
    const figures: Figure[] = [
      {
        name: "replay: posts over budget, any window of any replay",
        value: [...runs, talk, eager].reduce((sum, { report }) => sum + report.overBudget, 0),
        unit: "count",
        ran: `${[...runs, talk, eager].reduce((sum, { report }) => sum + report.messages, 0)} lines of five replays, ${[...runs, talk, eager].reduce((sum, { report }) => sum + report.posts.total, 0)} posts; in one of them the gate speaks to every question mark`,
        atLeast: 0,
        aim: 0,
      },
      {
        name: `replay: a day of ${DAY_LINES} lines in one group, beyond embedding`,
        value: (busiest?.engineMs ?? Number.NaN) / 1000,
        unit: "s",
        also: `${((DAY_LINES * 1000) / (busiest?.engineMs ?? Number.NaN)).toFixed(0)} lines/s`,
        ran: "an IRC log squeezed into a day, no model",
        atLeast: (60 * DAY_LINES) / 40_000,
      },
      {
        name: `replay: questions for the pipeline (LLM calls at most) among ${CHITCHAT_LINES} chit-chat lines`,
        value: talk.report.asked,
        unit: "count",
        ran: `${chitchat.length} different lines, sample corpus`,
        atLeast: 0,
        aim: 0,
      },
    ];
    const people = linked?.report.people;
    console.error(JSON.stringify({ people, declined: runs.map(({ report }) => report.declined) }));
    return figures;
  });
}

/** A gate that would answer every question mark, so that the budget has something to refuse. */
async function eagerReplay(lines: ReplayLine[]): Promise<{ report: ReplayReport }> {
  const [{ replay }, { createPlacePolicy }, { createMemoryStore }, { groupSettings }, { configSchema }] =
    await Promise.all([
      importBuilt<typeof import("../src/group/replay.ts")>("group/replay.js"),
      importBuilt<typeof import("../src/group/place-policy.ts")>("group/place-policy.js"),
      importBuilt<typeof import("../src/store/memory-store.ts")>("store/memory-store.js"),
      importBuilt<typeof import("../src/config/group-settings.ts")>("config/group-settings.js"),
      importBuilt<typeof import("../src/config/schema.ts")>("config/schema.js"),
    ]);
  const config = configSchema.parse({});
  const report = await replay(
    lines,
    {
      createStore: createMemoryStore,
      policyOf: (group) => createPlacePolicy({ ...groupSettings(config, "replay", group), locale: "en" }),
      score: async (texts) =>
        texts.map((text) => {
          const scores = { question: 0.5, answerable: 0.5, threshold: 0.35 };
          return text.includes("?")
            ? { ...scores, speak: true }
            : { ...scores, speak: false, reason: "not-a-question" as const };
        }),
      logger: { debug() {}, info() {}, warn: console.error, error: console.error },
    },
    signal,
  );
  return { report };
}

/** A chat's lines, again and again, evenly over one day. */
function squeezed(lines: readonly ExportedLine[], count: number): ExportedLine[] {
  return Array.from({ length: count }, (_, index): ExportedLine[] => {
    const line = lines[index % lines.length];
    if (line === undefined) return [];
    const { reply_to: _replyTo, ...rest } = line;
    return [{ ...rest, id: `${index}`, at: DAY_BEGINS + Math.floor((index * DAY_MS) / count) }];
  }).flat();
}

function madeUpDay(texts: readonly string[]): ExportedLine[] {
  return Array.from({ length: CHITCHAT_LINES }, (_, index) => ({
    id: `talk-${index}`,
    at: DAY_BEGINS + Math.floor((index * DAY_MS) / CHITCHAT_LINES),
    group: "talk",
    sender: `member-${index % MEMBERS}`,
    sender_name: `member-${index % MEMBERS}`,
    text: texts[index % texts.length] ?? "",
    mentions: [],
    is_bot: false,
  }));
}
