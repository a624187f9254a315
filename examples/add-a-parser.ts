/**
 * A whole parser: subtitles (.srt). To make it part of the program, move it to `src/ingest/parse/subtitles.ts`, name the format
 * in `sniff.ts` and `choose-parser.ts` there, and run `test/conformance/parser.ts` on it.
 *
 *     npx tsx examples/add-a-parser.ts talk.srt
 */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { AppError } from "../src/index.ts";
import type { Block, Parser } from "../src/index.ts";

const TIME_LINE = /^\d{2}:\d{2}:\d{2},\d{3} --> \d{2}:\d{2}:\d{2},\d{3}/;

/** Subtitles: what is said within one minute is one paragraph, under a heading with that minute. */
export const subtitleParser: Parser = {
  name: "subtitles",
  async parse({ bytes, name }) {
    if (bytes.length === 0) throw new AppError("document_empty", `"${name}" has no bytes; restore it from its source.`);
    const text = new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
    const cues = text.split(/\n{2,}/).flatMap(readCue);
    if (cues.length === 0) {
      throw new AppError("document_damaged", `"${name}" holds no subtitles; save it as .srt again.`);
    }
    return { mediaType: "application/x-subrip", blocks: toBlocks(cues), warnings: [] };
  },
};

interface Cue {
  /** `hh:mm` */
  minute: string;
  text: string;
}

function readCue(cue: string): Cue[] {
  const lines = cue.trim().split("\n");
  const time = lines.findIndex((line) => TIME_LINE.test(line));
  const text = lines
    .slice(time + 1)
    .join(" ")
    .trim();
  return time === -1 || text === "" ? [] : [{ minute: lines[time]?.slice(0, 5) ?? "", text }];
}

function toBlocks(cues: Cue[]): Block[] {
  const byMinute = new Map<string, string[]>();
  for (const { minute, text } of cues) byMinute.set(minute, [...(byMinute.get(minute) ?? []), text]);
  return [...byMinute].flatMap(([minute, texts]): Block[] => [
    { kind: "heading", level: 2, text: minute },
    { kind: "paragraph", text: texts.join(" ") },
  ]);
}

const [path] = process.argv.slice(2);
if (path !== undefined) {
  const document = await subtitleParser.parse({ bytes: await readFile(path), name: basename(path) });
  for (const block of document.blocks) console.log(block.kind === "heading" ? `\n## ${block.text}\n` : block.text);
}
