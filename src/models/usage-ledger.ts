import { appendFile, mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Clock, Logger } from "../core/runtime.ts";

/** What one call has used. */
export interface UsageRecord {
  /** `vendor/model` of the config entry. */
  entry: string;
  /** Name of the variable that holds the entry's key; tells two accounts with one model apart. */
  account?: string | undefined;
  /** The model that answered; another than the entry's where that says `auto`. */
  model: string;
  /** Tokens. */
  prompt: number;
  /** Tokens. */
  completion: number;
  /** In the currency of the configured prices; absent without prices. */
  cost?: number | undefined;
}

/** What one model has used on one day. */
export interface ModelUsage {
  model: string;
  calls: number;
  promptTokens: number;
  completionTokens: number;
  /** Absent when no call had a price. */
  cost?: number;
}

export interface DayUsage {
  /** Local date, `2026-11-24`. */
  day: string;
  /** Most tokens first. */
  models: ModelUsage[];
}

export interface UsageLedgerOptions {
  /** Holds one file a day; made when it is missing. */
  folder: string;
  clock: Pick<Clock, "now">;
  logger: Pick<Logger, "warn">;
}

/** Days of which the figures are kept. */
const KEPT_DAYS = 62;

const recordSchema = z.object({
  entry: z.string(),
  account: z.string().optional(),
  model: z.string(),
  prompt: z.number().nonnegative(),
  completion: z.number().nonnegative(),
  cost: z.number().nonnegative().optional(),
});

/**
 * Writes down what each call has used: one line a call in one file a day, so that several processes can add to it at
 * once and a crash costs a line at most. A disk that refuses never fails a call: the figures then live in memory.
 */
export class UsageLedger {
  readonly #options: UsageLedgerOptions;
  #writtenDay = "";
  #day = "";
  /** How far the day's file was read, in bytes. */
  #read = 0;
  #halfLine: Buffer = Buffer.alloc(0);
  readonly #tokens = new Map<string, number>();
  #catchingUp: Promise<void> = Promise.resolve();

  constructor(options: UsageLedgerOptions) {
    this.#options = options;
  }

  /** Adds one call to today's figures. */
  async add(record: UsageRecord): Promise<void> {
    const { folder, clock, logger } = this.#options;
    const day = localDate(clock.now());
    try {
      await this.#append(day, `${JSON.stringify(record)}\n`);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      await this.#catchUp(day);
      this.#count(record);
      logger.warn("usage.not-kept", { folder, code: error.code });
    }
  }

  /** Tokens that an entry has used today, in this process and in others. */
  async tokensToday({ entry, account }: Pick<UsageRecord, "entry" | "account">): Promise<number> {
    await this.#catchUp(localDate(this.#options.clock.now()));
    return this.#tokens.get(keyOf({ entry, account })) ?? 0;
  }

  async #append(day: string, line: string): Promise<void> {
    const { folder, clock } = this.#options;
    const isFirst = day !== this.#writtenDay;
    if (isFirst) await mkdir(folder, { recursive: true });
    await appendFile(join(folder, `${day}.jsonl`), line, { mode: 0o600 });
    this.#writtenDay = day;
    if (isFirst) await removeBefore(folder, localDate(clock.now(), KEPT_DAYS - 1));
  }

  async #catchUp(day: string): Promise<void> {
    const turn = this.#catchingUp.then(() => this.#readOn(day));
    this.#catchingUp = turn.catch(() => undefined);
    await turn;
  }

  /** Reads what was added to the day's file since it was last looked at. */
  async #readOn(day: string): Promise<void> {
    if (day !== this.#day) {
      this.#day = day;
      this.#read = 0;
      this.#halfLine = Buffer.alloc(0);
      this.#tokens.clear();
    }
    try {
      const handle = await open(join(this.#options.folder, `${day}.jsonl`), "r");
      try {
        const { size } = await handle.stat();
        if (size <= this.#read) return;
        const { buffer, bytesRead } = await handle.read(
          Buffer.alloc(size - this.#read),
          0,
          size - this.#read,
          this.#read,
        );
        this.#read += bytesRead;
        const bytes = Buffer.concat([this.#halfLine, buffer.subarray(0, bytesRead)]);
        const end = bytes.lastIndexOf(0x0a) + 1;
        this.#halfLine = bytes.subarray(end);
        for (const record of readRecords(bytes.subarray(0, end).toString("utf8"))) this.#count(record);
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (error.code === "ENOENT") return;
      this.#options.logger.warn("usage.not-read", { folder: this.#options.folder, code: error.code });
    }
  }

  #count(record: UsageRecord): void {
    const key = keyOf(record);
    this.#tokens.set(key, (this.#tokens.get(key) ?? 0) + record.prompt + record.completion);
  }
}

/** The figures of the last `days` days (today is one of them), newest first; days without a call are left out. */
export async function readUsage(
  folder: string,
  { days, clock }: { days: number; clock: Pick<Clock, "now"> },
): Promise<DayUsage[]> {
  const first = localDate(clock.now(), days - 1);
  const names = (await listDays(folder)).filter((day) => day >= first).toSorted();
  const usage: DayUsage[] = [];
  for (const day of names.toReversed()) {
    const models = sumByModel(readRecords(await readFile(join(folder, `${day}.jsonl`), "utf8")));
    if (models.length > 0) usage.push({ day, models });
  }
  return usage;
}

/** The local date of `now`, or of so many days before, as `2026-11-24`. */
export function localDate(now: number, daysBefore = 0): string {
  const date = new Date(now);
  // By the calendar: a day may have 23 or 25 hours.
  date.setDate(date.getDate() - daysBefore);
  const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

function sumByModel(records: readonly UsageRecord[]): ModelUsage[] {
  const sums = new Map<string, ModelUsage>();
  for (const { model, prompt, completion, cost } of records) {
    const before = sums.get(model) ?? { model, calls: 0, promptTokens: 0, completionTokens: 0 };
    sums.set(model, {
      model,
      calls: before.calls + 1,
      promptTokens: before.promptTokens + prompt,
      completionTokens: before.completionTokens + completion,
      // Sums of money in floating point: a millionth is enough and ends in no row of nines.
      ...(cost === undefined && before.cost === undefined
        ? {}
        : { cost: Number(((before.cost ?? 0) + (cost ?? 0)).toFixed(6)) }),
    });
  }
  const tokens = ({ promptTokens, completionTokens }: ModelUsage): number => promptTokens + completionTokens;
  return [...sums.values()].toSorted((left, right) => tokens(right) - tokens(left));
}

/** Every line that is a record; one that was cut by a crash is passed over. */
function readRecords(text: string): UsageRecord[] {
  return text.split("\n").flatMap((line) => {
    try {
      const { success, data } = recordSchema.safeParse(JSON.parse(line || "null"));
      return success ? [data] : [];
    } catch (error) {
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  });
}

async function listDays(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.flatMap((name) => /^(\d{4}-\d{2}-\d{2})\.jsonl$/.exec(name)?.[1] ?? []);
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return [];
    throw error;
  }
}

async function removeBefore(folder: string, first: string): Promise<void> {
  const old = (await listDays(folder)).filter((day) => day < first);
  await Promise.all(old.map((day) => rm(join(folder, `${day}.jsonl`), { force: true })));
}

function keyOf({ entry, account = "" }: Pick<UsageRecord, "entry" | "account">): string {
  return `${entry}|${account}`;
}

function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
