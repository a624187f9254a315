import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { expect, test } from "vitest";

const SRC = join(import.meta.dirname, "..", "src");

/** Folders under src/; `index` is the file beside them, and `app` is `app.ts` with its folder: the one place that joins the rooms. */
const ROOMS = [
  "core",
  "config",
  "ingest",
  "search",
  "gate",
  "models",
  "pipeline",
  "channels",
  "group",
  "store",
  "http",
  "health",
  "web",
  "cli",
  "app",
  "index",
];

/** What a room may import besides itself and `core`. */
const ALSO_IMPORTS: Record<string, string[]> = {
  core: [],
  app: ROOMS.filter((room) => !["cli", "index", "web"].includes(room)),
  index: ROOMS.filter((room) => room !== "cli" && room !== "web"),
  cli: ["config", "app"],
};

const FORBIDDEN_NAMES = /(^|-)(util|utils|helper|helpers|common|misc|manager|base|shared|stuff)(-|\.|$)/;

/** `common` here says how often a character occurs, not who uses the file. */
const ALLOWED_NAMES = ["ingest/parse/common-characters.ts"];

/** Files over 400 lines, each with the reason why it is not cut. */
const LONG_FILES: Record<string, string> = {};

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.tsx?$/.test(file))
  .toSorted();

const sources = new Map(files.map((file) => [file, readFileSync(join(SRC, file), "utf8")]));

function sourceOf(file: string): string {
  return sources.get(file) ?? "";
}

/** The source without comments, so that a comment may speak of what code must not do. */
function codeOf(file: string): string {
  return sourceOf(file)
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/(^|\s)\/\/[^\n]*/g, "$1");
}

/** Static, dynamic, side-effect, type and re-export imports. */
function specifiersOf(file: string): string[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)(["'])([^"'\n]+)\1/g;
  return [...codeOf(file).matchAll(pattern)].map((match) => match[2] ?? "");
}

function importsOf(file: string): string[] {
  return specifiersOf(file)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => posix.join(posix.dirname(file), specifier));
}

function roomOf(file: string): string {
  return file.split("/")[0]?.replace(/\.tsx?$/, "") ?? file;
}

function findCycle(): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of importsOf(file)) {
      const cycle = visit(next, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  return files.map((file) => visit(file, [])).find((cycle) => cycle !== undefined);
}

function filesWith(pattern: RegExp): string[] {
  return files.filter((file) => pattern.test(codeOf(file)));
}

test.each(files)("%s imports only its own room and core", (file) => {
  const room = roomOf(file);
  expect(ROOMS).toContain(room);
  const allowed = new Set([room, "core", ...(ALSO_IMPORTS[room] ?? [])]);
  expect(importsOf(file).filter((target) => !allowed.has(roomOf(target)))).toEqual([]);
  const isDrawing = (target: string): boolean => existsSync(join(SRC, target)) && target.endsWith(".svg");
  expect(importsOf(file).filter((target) => !sources.has(target) && !isDrawing(target))).toEqual([]);
});

test("core imports nothing but itself, not even node:", () => {
  const outside = files
    .filter((file) => roomOf(file) === "core")
    .flatMap((file) => specifiersOf(file).filter((specifier) => !specifier.startsWith(".")));
  // Inside the text that a worker thread runs from TypeScript; core itself never loads it.
  expect(outside.filter((specifier) => specifier !== "tsx/esm/api")).toEqual([]);
});

test("what app.ts takes from its folder is taken by nobody else", () => {
  const takers = files.filter((file) => importsOf(file).some((target) => target.startsWith("app/")));
  expect(takers.filter((file) => roomOf(file) !== "app")).toEqual([]);
});

test("only config/load.ts reads the environment", () => {
  const touching = filesWith(/process\.env|process\[|\benv\b[^;]*from "(node:)?process"/);
  expect(touching).toEqual(["config/load.ts"]);
});

test("only cli prints and ends the process", () => {
  const printing = filesWith(/\bconsole\.|process\.(exit|abort|stdout|stderr|stdin)\b/);
  expect(printing.filter((file) => roomOf(file) !== "cli")).toEqual([]);
});

test("no room reaches for the real fetch or for randomness", () => {
  const reaching = filesWith(/globalThis\.fetch|(?<![\w.])fetch\(|Math\.random\(/);
  expect(reaching.filter((file) => roomOf(file) !== "app" && !file.startsWith("web/api/"))).toEqual([]);
});

test("there is no default export, enum, namespace or any", () => {
  expect(
    filesWith(/\bexport default\b|^\s*(export )?(const )?enum \w|^\s*(export )?namespace \w|: any\b|as any\b/m),
  ).toEqual([]);
});

test("there is no cycle", () => {
  expect(findCycle()).toBeUndefined();
});

test("files are named in kebab-case for what they do", () => {
  const parts = files.flatMap((file) => file.split("/"));
  expect(parts.filter((part) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(ts|tsx|css|html|json|svg))?$/.test(part))).toEqual([]);
  const vague = files.filter(
    (file) => FORBIDDEN_NAMES.test(basename(file)) || FORBIDDEN_NAMES.test(basename(dirname(file))),
  );
  expect(vague.filter((file) => !ALLOWED_NAMES.includes(file))).toEqual([]);
});

test("files are short; the long ones have a reason", () => {
  const lengths = files.map((file) => ({ file, lines: sourceOf(file).split("\n").length - 1 }));
  expect(lengths.filter(({ file, lines }) => lines > 400 && !(file in LONG_FILES))).toEqual([]);
  const sorted = lengths.map(({ lines }) => lines).toSorted((left, right) => left - right);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(120);
});

test("every worker entry names a module that is there", () => {
  const missing = files.flatMap((file) =>
    [...codeOf(file).matchAll(/workerEntry\("([^"]+)", import\.meta\.url\)/g)]
      .map((match) => posix.join(posix.dirname(file), `${match[1]}.ts`))
      .filter((target) => !sources.has(target)),
  );
  expect(missing).toEqual([]);
});
