import type { BigIntStats } from "node:fs";
import { access, constants, lstat, readdir, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { SourceFile, UnreadFile } from "../core/document.ts";
import { AppError, errorMessage } from "../core/errors.ts";
import type { ErrorCode } from "../core/errors.ts";
import { pathMatcher } from "./glob.ts";

export interface WalkOptions {
  /** Files and folders to look at; relative ones are below `baseFolder`. One that is named here is taken whatever its name is. */
  roots: string[];
  /** Absolute path that sources are relative to. */
  baseFolder: string;
  /** Patterns for sources to take, see `pathMatcher`. Default, and when empty: all. */
  include?: string[];
  /** Patterns for sources and folders to leave out. */
  exclude?: string[];
  /** Stops a walk that was sent to the wrong place, such as `/`. Default: no limit. */
  maxFiles?: number;
}

/** Made by programs for themselves; `~$` is Office's note of who has a file open, `.~lock` LibreOffice's. */
const SKIPPED_NAMES = /^(?:\.|~\$|~WRL|Thumbs\.db$|desktop\.ini$|node_modules$|__MACOSX$|#.*#$)|(?:~|\.sw[op])$/i;

/** Whether a walk leaves out files and folders of this name. */
export function isSkippedName(name: string): boolean {
  return SKIPPED_NAMES.test(name);
}

/**
 * Gives every document file below the roots: real files first, in code unit order of their names, then what links lead to.
 * A link is followed to each file and folder once and never to a folder around it, so a loop of links ends. Hidden files, `node_modules` and lock files are left
 * out; what cannot be read is given as an `UnreadFile`; what vanishes while the walk goes on is left out.
 * @throws AppError `corpus_missing` for a root that does not exist or cannot be read, before anything is given; `config_invalid` past `maxFiles`
 */
export async function* walk(options: WalkOptions, signal: AbortSignal): AsyncGenerator<SourceFile | UnreadFile> {
  const roots: { path: string; stats: BigIntStats }[] = [];
  for (const root of options.roots) {
    const path = resolve(options.baseFolder, root);
    roots.push({ path, stats: await lookAtRoot(path) });
  }
  const state = new Walk(options);
  for (const { path, stats } of roots) yield* state.enter(path, stats, signal);
  yield* state.followLinks(signal);
}

/** A root that is a link stands for its target, under its own name. */
async function lookAtRoot(path: string): Promise<BigIntStats> {
  try {
    const stats = await stat(path, { bigint: true });
    // One that cannot be listed must not pass for an empty one: all its documents would leave the index.
    if (stats.isDirectory()) await access(path, constants.R_OK | constants.X_OK);
    return stats;
  } catch (cause) {
    const message = `The document path ${path} does not exist or cannot be read (${errorMessage(cause)}): create it, or correct the path (on the command line, or [corpus] paths in the configuration).`;
    throw new AppError("corpus_missing", message, { cause });
  }
}

class Walk {
  readonly #baseFolder: string;
  readonly #maxFiles: number;
  readonly #isIncluded: (source: string) => boolean;
  readonly #isExcluded: (source: string) => boolean;
  /** Identities of what has been given or walked through. */
  readonly #seen = new Set<string>();
  readonly #sources = new Set<string>();
  readonly #links: string[] = [];
  #files = 0;

  constructor({ baseFolder, include = [], exclude = [], maxFiles = Infinity }: WalkOptions) {
    this.#baseFolder = baseFolder;
    this.#maxFiles = maxFiles;
    this.#isIncluded = include.length === 0 ? () => true : pathMatcher(include);
    this.#isExcluded = pathMatcher(exclude);
  }

  /** A root: no rule about names applies to it. */
  async *enter(root: string, stats: BigIntStats, signal: AbortSignal): AsyncGenerator<SourceFile | UnreadFile> {
    yield* this.#visit(root, stats, { signal, isRoot: true });
  }

  async *followLinks(signal: AbortSignal): AsyncGenerator<SourceFile | UnreadFile> {
    // Following one may find more.
    for (const path of this.#links) {
      signal.throwIfAborted();
      let target: BigIntStats;
      try {
        target = await stat(path, { bigint: true });
        if (await leadsUp(path)) continue;
      } catch (error) {
        yield this.#unread(path, "document_unreadable", `is a link that leads nowhere (${errorMessage(error)})`);
        continue;
      }
      if (!this.#seen.has(identity(target))) yield* this.#visit(path, target, { signal, isRoot: false });
    }
  }

  async *#visit(
    path: string,
    stats: BigIntStats,
    { signal, isRoot }: { signal: AbortSignal; isRoot: boolean },
  ): AsyncGenerator<SourceFile | UnreadFile> {
    signal.throwIfAborted();
    if (stats.isDirectory()) yield* this.#visitFolder(path, stats, signal);
    else if (stats.isFile()) yield* this.#visitFile(path, stats, isRoot);
    else yield this.#unread(path, "document_unsupported", `is ${kindOf(stats)}, not a file`);
  }

  *#visitFile(path: string, stats: BigIntStats, isRoot: boolean): Generator<SourceFile> {
    const source = this.#sourceOf(path);
    if (this.#sources.has(source) || (!isRoot && !this.#isIncluded(source))) return;
    this.#sources.add(source);
    this.#seen.add(identity(stats));
    if (++this.#files > this.#maxFiles) {
      throw new AppError(
        "config_invalid",
        `There are more than ${this.#maxFiles} files below the document paths: name smaller folders in [corpus] paths, or set include and exclude.`,
      );
    }
    yield { path, source, size: Number(stats.size), modifiedMs: Number(stats.mtimeMs) };
  }

  async *#visitFolder(path: string, stats: BigIntStats, signal: AbortSignal): AsyncGenerator<SourceFile | UnreadFile> {
    if (this.#seen.has(identity(stats))) return;
    this.#seen.add(identity(stats));
    let names: Buffer[];
    try {
      names = await readdir(path, { encoding: "buffer" });
    } catch (error) {
      yield this.#unread(path, "document_unreadable", `is a folder that cannot be read (${errorMessage(error)})`);
      return;
    }
    for (const raw of names.toSorted((left, right) => Buffer.compare(left, right))) {
      signal.throwIfAborted();
      const name = raw.toString("utf8");
      const child = join(path, name);
      if (!raw.equals(Buffer.from(name))) {
        const message = "has a name that is not UTF-8: rename it";
        if (!SKIPPED_NAMES.test(name)) yield this.#unread(child, "document_unreadable", message);
        continue;
      }
      if (SKIPPED_NAMES.test(name) || this.#isExcluded(this.#sourceOf(child))) continue;
      yield* this.#visitChild(child, signal);
    }
  }

  async *#visitChild(path: string, signal: AbortSignal): AsyncGenerator<SourceFile | UnreadFile> {
    let stats: BigIntStats;
    try {
      stats = await lstat(path, { bigint: true });
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
      yield this.#unread(path, "document_unreadable", `cannot be looked at (${errorMessage(error)})`);
      return;
    }
    if (stats.isSymbolicLink()) this.#links.push(path);
    else yield* this.#visit(path, stats, { signal, isRoot: false });
  }

  #unread(path: string, code: ErrorCode, what: string): UnreadFile {
    const source = this.#sourceOf(path);
    return { source, code, message: `${source} ${what}.` };
  }

  #sourceOf(path: string): string {
    return sourceOf(path, this.#baseFolder);
  }
}

/** The name of a path in the index: relative to the base folder, with `/`; on another drive the whole path. */
export function sourceOf(path: string, baseFolder: string): string {
  const source = relative(baseFolder, path);
  return (isAbsolute(source) || source === "" ? path : source).split(sep).join("/");
}

function identity({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

/** True for a link to a folder that holds the link: to follow it would leave the corpus for its surroundings. */
async function leadsUp(link: string): Promise<boolean> {
  const [target, place] = await Promise.all([realpath(link), realpath(dirname(link))]);
  const way = relative(target, place);
  return !way.startsWith("..") && !isAbsolute(way);
}

function kindOf(stats: BigIntStats): string {
  if (stats.isFIFO()) return "a named pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
}
