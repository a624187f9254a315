/*
 * Public group chats as `xianheng replay` reads them: `node --import tsx bench/convert-groupchat.ts FILE.jsonl > chat.jsonl`.
 * FILE is one of `groupchat/*.jsonl` of the evaluation folder: an IRC log with reply links, or bursts of group messages.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";

/** A line as `xianheng replay` reads it. */
export interface ExportedLine {
  id: string;
  at: string | number;
  group: string;
  sender: string;
  sender_name: string;
  text: string;
  mentions: string[];
  reply_to?: string;
  is_bot: boolean;
}

const ircLine = z.object({
  id: z.string(),
  ts: z.string(),
  // Notices of the server are nobody's.
  user: z.string().nullable(),
  text: z.string(),
  type: z.string(),
  reply_to: z.array(z.string()).optional(),
});
const burst = z.object({ id: z.string(), parts: z.array(z.string()) });

const LINE_GAP_MS = 3000;
const BURST_GAP_MS = 600_000;
const BURSTS_BEGIN = Date.UTC(2024, 0, 8, 1);

/** Lines of one file, by what its first line looks like. */
export function convertGroupChat(text: string, group: string): ExportedLine[] {
  const rows = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): unknown => JSON.parse(line));
  return burst.safeParse(rows[0]).success
    ? convertBursts(
        rows.map((row) => burst.parse(row)),
        group,
      )
    : convertIrc(
        rows.map((row) => ircLine.parse(row)),
        group,
      );
}

/** Notices of the server are no messages; "nick: …" speaks to nick. */
function convertIrc(rows: z.infer<typeof ircLine>[], group: string): ExportedLine[] {
  const users = new Set(rows.map(({ user }) => user));
  return rows.flatMap(({ id, ts, user, text, type, reply_to }) => {
    if (type !== "message" || user === null) return [];
    const [, called = ""] = /^@?([^\s:,]+)[:,]?\s/u.exec(text) ?? [];
    const replyTo = reply_to?.find((other) => other !== id);
    return [
      {
        id,
        at: `${ts}Z`,
        group,
        sender: user,
        sender_name: user,
        text,
        mentions: users.has(called) && called !== user ? [called] : [],
        ...(replyTo !== undefined && { reply_to: replyTo }),
        is_bot: false,
      },
    ];
  });
}

/** Each burst is another member's, its lines a few seconds apart. */
function convertBursts(rows: z.infer<typeof burst>[], group: string): ExportedLine[] {
  return rows.flatMap(({ id, parts }, row) =>
    parts.map((text, part) => ({
      id: `${id}/${part}`,
      at: BURSTS_BEGIN + row * BURST_GAP_MS + part * LINE_GAP_MS,
      group,
      sender: `member-${row}`,
      sender_name: `member-${row}`,
      text,
      mentions: [],
      is_bot: false,
    })),
  );
}

const [file] = process.argv.slice(2);
if (process.argv[1]?.endsWith("convert-groupchat.ts") === true) {
  if (file === undefined) throw new Error("Name the file to convert.");
  const lines = convertGroupChat(readFileSync(file, "utf8"), basename(file).replace(/\..*$/u, ""));
  process.stdout.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}
